import type { Channel } from "../../src/channel/port.ts";
import type { TelegramClient } from "./client.ts";
import { ApiFailure, bridgeError } from "./errors.ts";

type Commands = Parameters<Channel["publishCommands"]>[0];

/** `language_code` of each menu; the English one is the default for every other language. */
const menus = [
  { language: "en", code: undefined },
  { language: "zh-CN", code: "zh" },
] as const;

/** Sets the command menus that differ from what Telegram has. Rejects with BridgeError `channelUnauthorized` / `channelUnreachable`. */
export function createCommandMenu(client: TelegramClient): Channel["publishCommands"] {
  return async (commands, signal) => {
    try {
      for (const menu of menus) await publish(client, commands[menu.language], menu.code, signal);
    } catch (error) {
      throw error instanceof ApiFailure ? bridgeError("setMyCommands", error.failure) : error;
    }
  };
}

async function publish(
  client: TelegramClient,
  commands: Commands["en"],
  code: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const wanted = commands.map(({ name, description }) => ({ command: name, description }));
  const language = code === undefined ? {} : { language_code: code };
  const current = await client.call("getMyCommands", language, signal);
  if (sameMenu(current, wanted)) return;
  await client.call("setMyCommands", { commands: wanted, ...language }, signal);
}

function sameMenu(
  current: unknown,
  wanted: readonly { readonly command: string; readonly description: string }[],
): boolean {
  if (!Array.isArray(current) || current.length !== wanted.length) return false;
  return wanted.every((command, index) => {
    const known: unknown = current[index];
    return (
      typeof known === "object" &&
      known !== null &&
      "command" in known &&
      "description" in known &&
      known.command === command.command &&
      known.description === command.description
    );
  });
}
