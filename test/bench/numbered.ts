import type { OutboxBody } from "../../src/model/delivery.ts";
import { type ChatKey, chatKey, type MessageId, type PersonId } from "../../src/model/ids.ts";
import type { Mail } from "../../src/model/message.ts";

/** How many chats "10,000 chats" are; `BENCH_CHATS=300` for a quick look. The rows say how many there were. */
export const chatCount = Number(process.env.BENCH_CHATS ?? 10_000);

/** That many private chats of one bot. */
export function chatsOf(count: number): readonly ChatKey[] {
  return Array.from({ length: count }, (_, at) =>
    chatKey({ channel: "telegram", account: "main", chat: String(1000 + at) }),
  );
}

/** The message with this number. */
export function mailOf(number: number): Extract<Mail, { kind: "prompt" }> {
  const person = { id: "telegram:1001" as PersonId, name: "@ada" };
  const message = {
    messageId: String(number + 1) as MessageId,
    person,
    sentAt: 0,
    text: `message ${number} end`,
    attachments: [],
  };
  return { kind: "prompt", message };
}

/** Number in the words of a message, or of the final that echoes it. */
export function numberIn(words: string): number | undefined {
  const found = /message (\d+) end/.exec(words)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Which message this operation is the final of; undefined: of none. */
export function finalOf(op: OutboxBody): number | undefined {
  return op.op === "message" ? numberIn(op.content.pieces.map(({ text }) => text).join("\n")) : undefined;
}

/** How a chat's numbers differ from 0, 1, 2 … `count` - 1. */
export interface Flaws {
  readonly lost: number;
  readonly doubled: number;
  readonly reordered: number;
}

/** Pure. A number that comes after a greater one is out of order. */
export function flawsOf(numbers: readonly number[], count: number): Flaws {
  const seen = new Set(numbers);
  const expected = Array.from({ length: count }, (_, at) => at);
  return {
    lost: expected.filter((number) => !seen.has(number)).length,
    doubled: numbers.length - seen.size,
    reordered: numbers.filter((number, at) => at > 0 && number < (numbers[at - 1] ?? 0)).length,
  };
}
