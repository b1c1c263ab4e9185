import type { CallResult } from "./delivery.ts";
import type { ChatKey } from "./ids.ts";

/** What a line tells of a message besides its size: ids, states, figures; every text as `<n chars>`. */
export type TraceFacts = Readonly<Record<string, string | number | boolean>>;

/** One message of a chat's traffic, without its contents (L10). */
export interface TraceLine {
  /** ms since the epoch. */
  readonly at: number;
  /** app-server, or the chat platform. */
  readonly part: "codex" | "platform";
  /** Seen from the service. */
  readonly dir: "in" | "out";
  readonly kind: "request" | "answer" | "notification" | "call" | "event";
  /** app-server's or the platform's own name of it; absent in an answer to app-server. */
  readonly method?: string;
  /** JSON-RPC id. */
  readonly id?: number | string;
  /** Size as JSON, characters. */
  readonly size?: number;
  /** Answer: since its request. Call: until its outcome. Event: until it was durable. */
  readonly ms?: number;
  /** JSON-RPC error code, or a code of `docs/reference/errors.md`. */
  readonly error?: number | string;
  readonly outcome?: CallResult["outcome"];
  readonly facts?: TraceFacts;
  /** So many alike in a row; sizes are added up. Absent: one. */
  readonly times?: number;
}

/** Where stages tell of a chat's traffic. */
export interface Trace {
  /** Whether somebody watches the chat: asked before a line is made, so that it costs nothing when nobody does. */
  on(chat: ChatKey): boolean;
  /** Never throws and never waits: what cannot be kept is dropped and counted. */
  add(chat: ChatKey, line: Omit<TraceLine, "at">): void;
}

/** Longest line, characters of JSON. */
export const traceLineLength = 500;

const mostFacts = 12;
const plainValue = /^[\w.:~/+@-]{1,80}$/;

/** Values of these places are told as they are; of all others only how long they are. */
const plain: ReadonlySet<string> = new Set(
  [
    "threadId turnId itemId id status clientUserMessageId expectedTurnId approvalPolicy sandbox permissions model effort",
    "reasoningEffort processId requestId approvalId decision willRetry limit excludeTurns itemsView sortDirection",
    "turn.id turn.status turn.durationMs turn.startedAt turn.completedAt turn.error.codexErrorInfo",
    "thread.id thread.status.type item.id item.type item.status item.phase item.clientId item.exitCode item.durationMs",
    "tokenUsage.modelContextWindow tokenUsage.total.totalTokens tokenUsage.last.totalTokens sandboxPolicy.type code",
    "status.type error.codexErrorInfo kind item.source",
  ].flatMap((names) => names.split(" ")),
);
const containers: ReadonlySet<string> = new Set(
  [...plain].flatMap((path) => path.split(".").map((_, at, parts) => parts.slice(0, at).join("."))),
);

/** What a trace may tell of a JSON-RPC body: what is named above, then of the rest its length. Pure. */
export function outlined(body: unknown): TraceFacts {
  const found: Found = { told: [], hidden: [] };
  collect(body, "", found);
  return Object.fromEntries([...found.told, ...found.hidden].slice(0, mostFacts));
}

interface Found {
  readonly told: [string, string | number | boolean][];
  readonly hidden: [string, string][];
}

function collect(body: unknown, path: string, found: Found): void {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return;
  for (const [key, value] of Object.entries(body)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (value === null || value === undefined) continue;
    if (typeof value === "object" && containers.has(at)) collect(value, at, found);
    else if (plain.has(at) && isPlain(value)) found.told.push([at, value]);
    else if (!isMoment(key)) found.hidden.push([at, lengthOf(value)]);
  }
}

/** The line has its own time. */
function isMoment(key: string): boolean {
  return /At(Ms)?$/.test(key);
}

function isPlain(value: unknown): value is string | number | boolean {
  return (
    typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && plainValue.test(value))
  );
}

/** `<n chars>`; of what is no text, of its JSON. */
export function lengthOf(value: unknown): string {
  return `<${typeof value === "string" ? value.length : JSON.stringify(value).length} chars>`;
}

/** The line with as many of its facts as {@link traceLineLength} allows. Pure. */
export function fitted(line: TraceLine): TraceLine {
  let next: TraceLine = line.method === undefined ? line : { ...line, method: line.method.slice(0, 80) };
  while (JSON.stringify(next).length > traceLineLength) {
    const { facts = {}, id: _id, ...rest } = next;
    const kept = Object.entries(facts).slice(0, -1);
    next = kept.length === 0 ? rest : { ...next, facts: Object.fromEntries(kept) };
  }
  return next;
}

/** Two lines as one where the second only goes on with the first (deltas of one item); undefined where not. Pure. */
export function joined(first: TraceLine, second: TraceLine): TraceLine | undefined {
  const alike =
    first.method?.endsWith("elta") === true &&
    first.method === second.method &&
    first.dir === second.dir &&
    first.facts?.itemId === second.facts?.itemId;
  if (!alike) return undefined;
  const { delta: _length, ...facts } = first.facts ?? {};
  return { ...first, facts, times: (first.times ?? 1) + 1, size: (first.size ?? 0) + (second.size ?? 0) };
}
