import { type Document, isAlias, isCollection, isSeq, parseDocument, stringify } from "yaml";
import type { InitWords } from "../../model/catalog/init.ts";
import type { Choices } from "./choices.ts";
import { mergeDotenv } from "./dotenv.ts";
import type { FeishuAccount, TelegramAccount } from "./port.ts";

/** What a configuration file and the `.env` beside it hold. */
export interface Texts {
  /** Absent: there is no file. */
  readonly yaml?: string;
  /** Empty: there is none. */
  readonly dotenv: string;
}

type FileWords = InitWords["file"];
type Path = readonly (string | number)[];
/** Names of the variables the secrets stand under. */
interface Variables {
  readonly token: string;
  readonly appId: string;
  readonly appSecret: string;
}

/**
 * The texts with the choices in them; secrets stand in `.env` only. A new file is commented; in one that is there, keys
 * and comments that have nothing to do with the choices stay. Pure. Throws where a file cannot be edited so.
 */
export function draftTexts(before: Texts, choices: Choices, words: FileWords): Required<Texts> {
  const names = variablesOf(before.yaml);
  const secrets = {
    ...(choices.telegram === undefined ? {} : { [names.token]: choices.telegram.token }),
    ...(choices.feishu === undefined
      ? {}
      : { [names.appId]: choices.feishu.appId, [names.appSecret]: choices.feishu.appSecret }),
  };
  const yaml = before.yaml === undefined ? freshYaml(choices, names, words) : editedYaml(before.yaml, choices, names);
  return { yaml, dotenv: mergeDotenv(before.dotenv, secrets) };
}

/** A first account that stands under a variable keeps it; a name that something else uses is not taken. */
function variablesOf(yaml: string | undefined): Variables {
  const document = parseDocument(yaml ?? "");
  const name = (path: Path, usual: string): string => {
    const told = document.hasIn(path) ? /^\$\{([A-Za-z_]\w*)\}$/.exec(String(document.getIn(path)))?.[1] : undefined;
    if (told !== undefined) return told;
    for (let number = 1; ; number++) {
      const one = number === 1 ? usual : `${usual}_${number}`;
      if (yaml?.includes(`\${${one}}`) !== true) return one;
    }
  };
  return {
    token: name(["channels", "telegram", 0, "token"], "TELEGRAM_BOT_TOKEN"),
    appId: name(["channels", "feishu", 0, "appId"], "FEISHU_APP_ID"),
    appSecret: name(["channels", "feishu", 0, "appSecret"], "FEISHU_APP_SECRET"),
  };
}

function freshYaml(choices: Choices, names: Variables, words: FileWords): string {
  const { projects, owners, dataDir } = choices;
  const lines = [
    `# ${words.header}`,
    `# ${words.secrets}`,
    "",
    `language: ${choices.language} # en | zh-CN`,
    dataDir === undefined
      ? `#:dataDir: ~/.local/share/codex-hotline # ${words.dataDir}`
      : `dataDir: ${scalar(dataDir)} # ${words.dataDir}`,
    "",
    "channels:",
    ...telegramLines(choices.telegram, names.token, words),
    ...feishuLines(choices.feishu, names, words),
    `  #:web: { listen: 127.0.0.1:8420 } # ${words.web}`,
    "",
    ...(owners.length === 0
      ? [`# ${words.noOwners}`, '#:access: { owners: ["telegram:1001"] }']
      : ["access:", `  owners: [${owners.map(scalar).join(", ")}] # ${words.owners}`]),
    "",
    `# ${words.codex}`,
    "#:codex: { model: gpt-5.5, effort: medium, approvalPolicy: on-request, sandbox: workspace-write }",
    "",
    `# ${words.projects}`,
    ...(projects.length === 0 ? ["#:projects: { app: { path: ~/src/app } }"] : ["projects:"]),
    ...projects.flatMap(({ name, path }) => [`  ${scalar(name)}:`, `    path: ${scalar(path)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function telegramLines(account: TelegramAccount | undefined, variable: string, words: FileWords): readonly string[] {
  if (account === undefined) return ['  #:telegram: [{ id: main, token: "${TELEGRAM_BOT_TOKEN}" }]'];
  return [
    "  telegram:",
    "    - id: main",
    `      token: "\${${variable}}" # ${words.inDotenv}`,
    ...(account.apiRoot === undefined ? [] : [`      apiRoot: ${scalar(account.apiRoot)}`]),
  ];
}

function feishuLines(account: FeishuAccount | undefined, names: Variables, words: FileWords): readonly string[] {
  if (account === undefined)
    return ['  #:feishu: [{ id: main, appId: "${FEISHU_APP_ID}", appSecret: "${FEISHU_APP_SECRET}", domain: feishu }]'];
  return [
    "  feishu:",
    "    - id: main",
    `      appId: "\${${names.appId}}"`,
    `      appSecret: "\${${names.appSecret}}" # ${words.inDotenv}`,
    `      domain: ${scalar(account.domain)} # feishu | lark`,
  ];
}

/** One line of YAML, quoted where it must be. */
function scalar(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd().includes("\n") ? JSON.stringify(text) : plain(text);
}

function plain(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd();
}

function editedYaml(text: string, choices: Choices, names: Variables): string {
  const document = parseDocument(text);
  const { language, dataDir, telegram, feishu } = choices;
  if (document.has("language") || language !== "en") put(document, ["language"], language);
  if (dataDir !== undefined) put(document, ["dataDir"], dataDir);
  if (telegram !== undefined)
    putAccount(document, "telegram", {
      token: `\${${names.token}}`,
      ...(telegram.apiRoot === undefined ? {} : { apiRoot: telegram.apiRoot }),
    });
  if (feishu !== undefined) {
    const secrets = { appId: `\${${names.appId}}`, appSecret: `\${${names.appSecret}}` };
    putAccount(document, "feishu", { ...secrets, domain: feishu.domain });
  }
  const owners: unknown = document.hasIn(["access", "owners"]) ? document.toJS()?.access?.owners : [];
  const present = Array.isArray(owners) ? owners : [];
  const added = choices.owners.filter((one) => !present.includes(one));
  if (added.length > 0) put(document, ["access", "owners"], [...present, ...added]);
  for (const { name, path } of choices.projects) put(document, ["projects", name, "path"], path);
  return document.toString({ lineWidth: 0 });
}

/** Changes the first account of a channel, or makes it. */
function putAccount(document: Document, channel: string, keys: Readonly<Record<string, string>>): void {
  const accounts = document.getIn(["channels", channel], true);
  if (!isSeq(accounts) || accounts.items.length === 0) {
    put(document, ["channels", channel], [{ id: "main", ...keys }]);
    return;
  }
  for (const [key, value] of Object.entries(keys)) put(document, ["channels", channel, 0, key], value);
}

/** Sets a key; what is empty on the way becomes a block. A value that is there already stays as it is written. */
function put(document: Document, path: Path, value: unknown): void {
  for (let depth = 0; depth < path.length; depth++) {
    const at = path.slice(0, depth);
    const node = depth === 0 ? document.contents : document.getIn(at, true);
    if (isAlias(node)) throw new Error(`${at.join(".")} is an alias (*name)`);
    if (isCollection(node)) continue;
    const block = document.createNode({});
    if (depth === 0) document.contents = block as typeof document.contents;
    else document.setIn(at, block);
  }
  if (typeof value === "string" && document.getIn(path) === value) return;
  document.setIn(path, typeof value === "object" ? document.createNode(value) : value);
}
