import { z } from "zod";
import type { Logger } from "../../src/lib/log.ts";
import type { FeishuCall } from "./requests.ts";

/** Messages whose reaction of ours is remembered. */
const remembered = 2000;
const made = z.object({ reaction_id: z.string() });
const listed = z.object({
  items: z
    .array(z.object({ reaction_id: z.string(), operator: z.object({ operator_type: z.string() }).optional() }))
    .catch([]),
});

/**
 * One reaction of ours at a time per message: the one before is deleted. Which it is, is remembered, else asked for.
 * Rejects with what the platform answers to the new reaction; the old one's removal is best effort.
 */
export function createReactions(deps: {
  readonly call: FeishuCall;
  readonly log: Logger;
}): (messageId: string, emoji: string | undefined, signal: AbortSignal) => Promise<void> {
  const ours = new Map<string, string>();
  const path = (messageId: string): string => `/open-apis/im/v1/messages/${messageId}/reactions`;

  async function before(messageId: string, first: boolean, signal: AbortSignal): Promise<readonly string[]> {
    const known = ours.get(messageId);
    if (known !== undefined) return [known];
    if (first) return [];
    const data = await deps.call({ method: "GET", path: path(messageId), query: { page_size: "50" } }, signal);
    const items = listed.safeParse(data).data?.items ?? [];
    return items.filter((item) => item.operator?.operator_type === "app").map((item) => item.reaction_id);
  }

  async function clear(messageId: string, first: boolean, signal: AbortSignal): Promise<void> {
    try {
      for (const id of await before(messageId, first, signal))
        await deps.call({ method: "DELETE", path: `${path(messageId)}/${id}` }, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      deps.log.debug({ err: error, messageId }, "older reaction stays");
    }
    ours.delete(messageId);
  }

  return async (messageId, emoji, signal) => {
    await clear(messageId, emoji === "GLANCE", signal);
    if (emoji === undefined) return;
    const body = { reaction_type: { emoji_type: emoji } };
    const data = await deps.call({ method: "POST", path: path(messageId), body }, signal);
    const id = made.safeParse(data).data?.reaction_id;
    if (id === undefined) return;
    ours.set(messageId, id);
    const [oldest] = ours.keys();
    if (ours.size > remembered && oldest !== undefined) ours.delete(oldest);
  };
}
