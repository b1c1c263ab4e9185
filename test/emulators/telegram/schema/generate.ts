import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSchema } from "./build.ts";
import { readDeclarations } from "./declarations.ts";

/** Methods whose parameters are checked in full. All of them but the rich ones behave as well. */
const emulatedMethods = [
  "getMe",
  "logOut",
  "close",
  "getUpdates",
  "setWebhook",
  "deleteWebhook",
  "getWebhookInfo",
  "sendMessage",
  "sendRichMessage",
  "sendMessageDraft",
  "sendRichMessageDraft",
  "sendPhoto",
  "sendDocument",
  "sendChatAction",
  "editMessageText",
  "editMessageReplyMarkup",
  "deleteMessage",
  "deleteMessages",
  "setMessageReaction",
  "answerCallbackQuery",
  "getFile",
  "getChat",
  "getChatMember",
  "getChatAdministrators",
  "getChatMemberCount",
  "leaveChat",
  "createForumTopic",
  "setMyCommands",
  "getMyCommands",
  "deleteMyCommands",
  "setMyName",
  "setMyDescription",
  "setMyShortDescription",
  "setChatMenuButton",
] as const;

/** The text of `schema.json` as the installed @grammyjs/types has it. */
export function schemaText(): string {
  const require = createRequire(import.meta.url);
  const folder = dirname(createRequire(require.resolve("grammy")).resolve("@grammyjs/types/package.json"));
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".d.ts"))
    .sort();
  const declared = readDeclarations(files.map((name) => readFileSync(join(folder, name), "utf8")));
  return `${JSON.stringify(buildSchema(declared, emulatedMethods), null, 1)}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(new URL("schema.json", import.meta.url), schemaText());
}
