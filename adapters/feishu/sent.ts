import { createHash } from "node:crypto";
import { z } from "zod";
import type { MessageId } from "../../src/model/ids.ts";

const message = z.object({ message_id: z.string().min(1) });
const cardEntity = z.object({ card_id: z.string().min(1) });

/** Id of the message an answer speaks of. */
export function readMessageId(data: unknown): MessageId | undefined {
  const read = message.safeParse(data);
  return read.success ? (read.data.message_id as MessageId) : undefined;
}

/** Id of the card entity an answer speaks of. */
export function readCardId(data: unknown): string | undefined {
  return cardEntity.safeParse(data).data?.card_id;
}

/** `uuid` of a call: the same for the same key, in every process. */
export function uuidOf(key: string): string {
  return createHash("sha256").update(key).digest("hex").slice(0, 40);
}
