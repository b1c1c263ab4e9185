import { parse } from "yaml";
import { ConfigError } from "../../../config/faults.ts";
import { configPlace, type LoadedConfig, loadConfig } from "../../../config/load.ts";
import type { Language } from "../../model/view.ts";
import type { Texts } from "./draft.ts";
import { readTexts } from "./place.ts";
import type { FeishuAccount, TelegramAccount } from "./port.ts";

/** What set-up finds. */
export interface Ground {
  /** Where the configuration is, or will be; absolute. */
  readonly file: string;
  /** What is there. */
  readonly before: Texts;
  /** What is there and how it is understood; where it cannot be used, the defaults. */
  readonly config: LoadedConfig;
  /** Why what is there cannot be used. */
  readonly faults?: string;
  /** Language of the configuration, else of the terminal. */
  readonly language: Language;
}

/** Looks at what is there. Throws ConfigError where the environment itself cannot be used. */
export async function readGround(configFile: string | undefined): Promise<Ground> {
  const { file } = configPlace(configFile === undefined ? {} : { file: configFile });
  const before = await readTexts(file);
  const blank = (): Ground => {
    const config = loadConfig({ draft: { file, yaml: "", dotenv: before.dotenv } });
    return { file, before, config, language: localeLanguage(config.environment) };
  };
  if (before.yaml === undefined) return blank();
  try {
    const config = loadConfig({ draft: { file, yaml: before.yaml, dotenv: before.dotenv } });
    return { file, before, config, language: config.language };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { ...blank(), faults: error.message };
  }
}

/** The language of the terminal: Chinese where LC_ALL, LC_MESSAGES or LANG (the first that is set) says so. */
function localeLanguage(env: Readonly<Record<string, string>>): Language {
  return /^zh/i.test(env.LC_ALL || env.LC_MESSAGES || env.LANG || "") ? "zh-CN" : "en";
}

/** The first account of a channel, and whether the file itself names it (the environment may instead). */
export interface Present<A> {
  readonly account: A;
  readonly inFile: boolean;
}

const usualApiRoot = "https://api.telegram.org";

/** The configured bot. */
export function presentTelegram({ config, before, faults }: Ground): Present<TelegramAccount> | undefined {
  const [first] = config.channels.telegram;
  if (first === undefined) return undefined;
  const { token, apiRoot } = first;
  const account = { channel: "telegram", token, ...(apiRoot === usualApiRoot ? {} : { apiRoot }) } as const;
  return { account, inFile: faults === undefined && names(before.yaml, "telegram") };
}

/** The configured app. */
export function presentFeishu({ config, before, faults }: Ground): Present<FeishuAccount> | undefined {
  const [first] = config.channels.feishu;
  if (first === undefined) return undefined;
  const { appId, appSecret, domain } = first;
  return {
    account: { channel: "feishu", appId, appSecret, domain },
    inFile: faults === undefined && names(before.yaml, "feishu"),
  };
}

function names(yaml: string | undefined, channel: string): boolean {
  const tree: unknown = parse(yaml ?? "");
  const accounts = (tree as { readonly channels?: Readonly<Record<string, unknown>> | null } | null)?.channels?.[
    channel
  ];
  return accounts !== undefined && accounts !== null;
}
