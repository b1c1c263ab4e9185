/** Options of `hotline init` as they are spelled. */
export interface InitValues {
  readonly config?: string | undefined;
  readonly "data-dir"?: string | undefined;
  readonly "telegram-token"?: string | undefined;
  readonly "telegram-api-root"?: string | undefined;
  readonly "feishu-app-id"?: string | undefined;
  readonly "feishu-app-secret"?: string | undefined;
  readonly "feishu-domain"?: string | undefined;
  readonly "feishu-qr"?: boolean | undefined;
  readonly lark?: boolean | undefined;
  readonly project?: readonly string[] | undefined;
  readonly owner?: readonly string[] | undefined;
  readonly language?: string | undefined;
  readonly force?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly "no-check"?: boolean | undefined;
}

/** Their names. */
export const initOptions = [
  "data-dir",
  "telegram-token",
  "telegram-api-root",
  "feishu-app-id",
  "feishu-app-secret",
  "feishu-domain",
  "feishu-qr",
  "lark",
  "project",
  "owner",
  "language",
  "force",
  "yes",
  "no-check",
] as const satisfies readonly (keyof InitValues)[];

/** What `hotline init` was told on the command line. */
export interface InitFlags {
  readonly configFile?: string;
  readonly dataDir?: string;
  readonly telegramToken?: string;
  readonly telegramApiRoot?: string;
  readonly feishuAppId?: string;
  readonly feishuAppSecret?: string;
  /** `feishu`, `lark`, or an address; `--lark` is short for `lark`. */
  readonly feishuDomain?: string;
  /** Make an app by scanning, without a question. */
  readonly feishuQr: boolean;
  /** `NAME=FOLDER` or `FOLDER`. */
  readonly projects: readonly string[];
  readonly owners: readonly string[];
  readonly language?: "en" | "zh-CN";
  /** Write over a configuration that is there. */
  readonly force: boolean;
  /** Ask nothing. */
  readonly yes: boolean;
  /** Take accounts as they are. */
  readonly noCheck: boolean;
}

/** The options by what they mean. Pure. */
export function initFlags(values: InitValues): InitFlags {
  const given = {
    configFile: values.config,
    dataDir: values["data-dir"],
    telegramToken: values["telegram-token"],
    telegramApiRoot: values["telegram-api-root"],
    feishuAppId: values["feishu-app-id"],
    feishuAppSecret: values["feishu-app-secret"],
    feishuDomain: values.lark === true ? "lark" : values["feishu-domain"],
    language: values.language === "zh-CN" ? ("zh-CN" as const) : values.language === "en" ? ("en" as const) : undefined,
  };
  return {
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<InitFlags>),
    feishuQr: values["feishu-qr"] === true,
    projects: values.project ?? [],
    owners: values.owner ?? [],
    force: values.force === true,
    yes: values.yes === true,
    noCheck: values["no-check"] === true,
  };
}
