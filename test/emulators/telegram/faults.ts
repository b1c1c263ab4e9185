/** What goes wrong. Times in ms, `retryAfter` in seconds. */
export type Fault =
  /** 429; the chat stays refused for `retryAfter` seconds. `scope: all`: every chat does. */
  | { readonly kind: "rateLimit"; readonly retryAfter: number; readonly scope?: "chat" | "all" }
  /** `Internal Server Error: restart`. */
  | { readonly kind: "serverError" }
  /** 502 with an HTML page. `applied`: the call took effect. */
  | { readonly kind: "badGateway"; readonly applied?: boolean }
  /** No answer for `ms`, then the connection ends. `applied`: the call took effect. */
  | { readonly kind: "hang"; readonly ms: number; readonly applied?: boolean }
  /** Applied at once, answered after `ms`. */
  | { readonly kind: "slow"; readonly ms: number }
  /** The connection ends without an answer, after or before the call took effect. */
  | { readonly kind: "lostAfterApply" }
  | { readonly kind: "lostBeforeApply" }
  | { readonly kind: "blocked" }
  | { readonly kind: "deactivated" }
  | { readonly kind: "migrate"; readonly to: number }
  | { readonly kind: "topicDeleted" }
  | { readonly kind: "chatNotFound" }
  /** As an older server answers. */
  | { readonly kind: "methodNotFound" }
  /** 409 of a second poller. */
  | { readonly kind: "conflict" }
  /** Any other answer. */
  | { readonly kind: "answer"; readonly code: number; readonly description: string; readonly parameters?: object };

/** What a fault can look at. */
export interface FaultTarget {
  readonly method: string;
  /** `chat_id`, when it is a number. */
  readonly chatId: number | undefined;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Which calls it hits: all of the given conditions. */
export interface FaultMatch {
  /** One or more method names; `file` is the download of a file. Absent: any but getUpdates and file. */
  readonly method?: string | readonly string[];
  readonly chat?: number;
  readonly when?: (target: FaultTarget) => boolean;
  /** How often; default 1, `Infinity` until disarmed. */
  readonly times?: number;
}

/** An armed fault. */
export interface ArmedFault {
  readonly fault: Fault;
  /** How often it struck. */
  readonly hits: number;
  disarm(): void;
}

interface Armed {
  fault: Fault;
  match: FaultMatch;
  hits: number;
  disarm(): void;
}

/** Faults wait here for their calls; the one armed first strikes first. */
export class Faults {
  readonly #armed = new Set<Armed>();

  /** Arms a fault for the next matching call, or for `times` of them. */
  arm(fault: Fault, match: FaultMatch = {}): ArmedFault {
    const armed: Armed = { fault, match, hits: 0, disarm: () => void this.#armed.delete(armed) };
    this.#armed.add(armed);
    return armed;
  }

  clear(): void {
    this.#armed.clear();
  }

  /** The fault for this call, used up by one. */
  take(target: FaultTarget): Fault | undefined {
    for (const armed of this.#armed) {
      if (!matches(armed.match, target)) continue;
      armed.hits += 1;
      if (armed.hits >= (armed.match.times ?? 1)) this.#armed.delete(armed);
      return armed.fault;
    }
    return undefined;
  }
}

const onlyByName = new Set(["getUpdates", "file"]);

function matches(match: FaultMatch, target: FaultTarget): boolean {
  const { method, chat, when } = match;
  const fits = method === undefined ? !onlyByName.has(target.method) : [method].flat().includes(target.method);
  return fits && (chat === undefined || chat === target.chatId) && (when === undefined || when(target));
}
