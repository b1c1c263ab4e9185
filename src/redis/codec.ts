import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { SentMessage } from "../model/delivery.ts";
import type { ChatKey } from "../model/ids.ts";
import type { RequestRecord, RequestState } from "../model/request.ts";
import type { TurnView } from "../model/view.ts";

/** What a script answers: strings, integers, nil, and lists of them. */
export type Reply = string | number | null | undefined | readonly Reply[];

/** A reply that must be a list. */
export function list(reply: unknown): readonly Reply[] {
  if (!Array.isArray(reply)) throw new Error(`expected a list from Redis, got ${typeof reply}`);
  return reply as readonly Reply[];
}

/** A reply that may be a string; absent otherwise. */
export function maybe(reply: Reply): string | undefined {
  return typeof reply === "string" ? reply : undefined;
}

/** JSON written by this program itself. */
export function decode<T>(json: string): T {
  return JSON.parse(json) as T;
}

/** What is kept long, deflated JSON: diffs, logs and records shrink well. */
export function packed(value: unknown): Buffer {
  return deflateRawSync(JSON.stringify(value));
}

/** Inverse of {@link packed}. */
export function unpacked<T>(bytes: Buffer): T {
  return decode<T>(inflateRawSync(bytes).toString("utf8"));
}

/** As {@link decode}; absent stays absent. */
export function decodeMaybe<T>(reply: Reply): T | undefined {
  const json = maybe(reply);
  return json === undefined ? undefined : decode<T>(json);
}

/** `[a, 1, b, 2]` as pairs. */
function pairs(reply: readonly Reply[]): readonly (readonly [string, string])[] {
  const result: (readonly [string, string])[] = [];
  for (let index = 0; index + 1 < reply.length; index += 2)
    result.push([String(reply[index]), String(reply[index + 1])]);
  return result;
}

/** The static part of a request, as stored. */
export type StoredRequest = Pick<RequestRecord, "number" | "chat" | "request" | "askedAt">;

/** Reads `rec, state, ans, by, at` (order of `request_fields` in prelude.lua); undefined when there is none. */
export function decodeRequest(fields: readonly Reply[]): RequestRecord | undefined {
  const stored = decodeMaybe<StoredRequest>(fields[0]);
  if (stored === undefined) return undefined;
  const answer = decodeMaybe<NonNullable<RequestRecord["answer"]>>(fields[2]);
  const answeredBy = decodeMaybe<NonNullable<RequestRecord["answeredBy"]>>(fields[3]);
  const at = maybe(fields[4]);
  return {
    ...stored,
    state: maybe(fields[1]) as RequestState,
    ...(answer === undefined ? {} : { answer }),
    ...(answeredBy === undefined ? {} : { answeredBy }),
    ...(at === undefined ? {} : { answeredAt: Number(at) }),
  };
}

/** Reads the slots hash. */
export function decodeSlots(fields: readonly Reply[]): Readonly<Record<string, SentMessage>> {
  return Object.fromEntries(
    pairs(fields).map(([slot, value]) => [slot, decode<SentMessage>(value.slice(value.indexOf(" ") + 1))]),
  );
}

/** Text as the inside of a JSON string: halves of a surrogate pair survive being written in two pieces. */
export function textPiece(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** A view apart from the text of the message that is still growing. */
export interface SplitView {
  readonly view: TurnView;
  readonly openItemId?: string;
  readonly openText: string;
}

/** Takes the text of the last unfinished message out of a view. Inverse of {@link composeView}. */
export function splitView(view: TurnView): SplitView {
  const at = view.messages.findLastIndex((m) => !m.complete);
  const open = view.messages[at];
  if (open === undefined) return { view, openText: "" };
  return {
    view: { ...view, messages: view.messages.with(at, { ...open, text: "" }) },
    openItemId: open.itemId,
    openText: open.text,
  };
}

/** The view with the streamed text in its open message; a completed or vanished message keeps its own. */
export function composeView(view: Reply, openItemId: Reply, pieces: Reply): TurnView | undefined {
  const base = decodeMaybe<TurnView>(view);
  const text = maybe(pieces);
  if (base === undefined || text === undefined) return base;
  const at = base.messages.findIndex((m) => m.itemId === openItemId && !m.complete);
  const open = base.messages[at];
  if (open === undefined) return base;
  return { ...base, messages: base.messages.with(at, { ...open, text: decode<string>(`"${text}"`) }) };
}

/** A list of chats. */
export function chats(reply: unknown): readonly ChatKey[] {
  return list(reply).map((chat) => String(chat) as ChatKey);
}
