import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { TelegramEmulator } from "./telegram-emulator.ts";
import type { Exchange } from "./transcript.ts";
import { isRecord } from "./wire.ts";

const help = `commands:
  say <userId> <text>            a person writes to the bot
  tap <userId> <button text>     presses a button of the latest message that has it
  stop <userId>                  presses the stop button of the draft
  show <userId>                  the chat as it stands
  quit`;

/** Methods a person looking at a phone sees nothing of. */
const silent = new Set(["getUpdates", "getMe", "getWebhookInfo", "deleteWebhook", "setMyCommands", "deleteMyCommands"]);

const { values } = parseArgs({ options: { port: { type: "string" }, token: { type: "string" } } });
const emulator = new TelegramEmulator({ ...(values.token === undefined ? {} : { token: values.token }) });
emulator.transcript.keep = false;
emulator.transcript.onRequest = (exchange) => {
  const line = described(exchange);
  if (line !== undefined) print(line);
  for (const violation of emulator.transcript.violations.splice(0))
    print(`!! ${violation.method}: ${violation.reason}`);
};
await emulator.start({ port: Number(values.port ?? 0) });
print(`Bot API at ${emulator.url}, token ${emulator.token}\n${help}`);

const lines = createInterface({ input: process.stdin });
lines.on("close", () => void emulator.stop());
lines.on("line", (line) => {
  const {
    verb = "",
    user = "0",
    rest = "",
  } = /^(?<verb>\S+)(?:\s+(?<user>\d+))?(?:\s+(?<rest>.*))?$/su.exec(line.trim())?.groups ?? {};
  try {
    run(verb, Number(user), rest);
  } catch (error) {
    print(`?? ${error instanceof Error ? error.message : String(error)}`);
  }
});

function run(verb: string, userId: number, rest: string): void {
  const user = emulator.user(userId, { first_name: `Person ${userId}`, username: `person${userId}` });
  const chat = emulator.privateChat(user);
  if (verb === "quit") lines.close();
  else if (verb === "say") emulator.phone.say(chat, user, rest);
  else if (verb === "stop") emulator.phone.stopDraft(chat);
  else if (verb === "show")
    for (const message of emulator.messages(chat))
      print(`#${message.id} ${message.fromBot ? "bot" : "you"}: ${message.text}`);
  else if (verb === "tap") {
    const has = (label: string): boolean => label === rest;
    const message = emulator
      .messages(chat)
      .findLast(({ markup }) => (markup?.inline_keyboard ?? []).flat().some((one) => has(one.text)));
    if (message === undefined) throw new Error(`no message has a button ${rest}`);
    void emulator.phone.tap(message, rest, user).answer.then(({ text = "" }) => print(`(toast) ${text}`));
  } else print(help);
}

function described(exchange: Exchange): string | undefined {
  if (silent.has(exchange.method) && exchange.response?.status === 200) return undefined;
  const { chat_id, text, caption, reply_markup, ...others } = exchange.params;
  const rows =
    isRecord(reply_markup) && Array.isArray(reply_markup.inline_keyboard) ? reply_markup.inline_keyboard.flat() : [];
  const buttons = rows.map((one: unknown) => `[${isRecord(one) ? String(one.text) : ""}]`).join(" ");
  const body = [text ?? caption ?? JSON.stringify(others), buttons].filter((part) => part !== "").join("\n    ");
  return `${exchange.response?.status ?? "---"} ${exchange.method} ${String(chat_id ?? "")}: ${String(body)}`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
