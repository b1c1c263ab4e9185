import type { ChatKey } from "../model/ids.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";

/** From now on `from` is reached at `to`, and mail from `to` belongs to `from` (or to the chat `from` itself was moved from). */
export async function moveChat({ run, keys }: RedisLink, from: ChatKey, to: ChatKey): Promise<void> {
  const { chat, state, moved } = keys.parts;
  await run("move", [], [from, to, chat, state, moved, retention.chatMs]);
}
