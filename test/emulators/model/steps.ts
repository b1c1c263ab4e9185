import { streamedPieces } from "../../../src/demo/response-stream.ts";
import {
  askCall,
  functionCall,
  type PlanEntry,
  patchCall,
  planCall,
  type Question,
  type ShellOptions,
  shellCall,
  type ToolCall,
} from "../../../src/demo/tool-calls.ts";

export { addFile } from "../../../src/demo/tool-calls.ts";

/** A point at which a script waits until the test opens it. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

/** Makes a closed gate. */
export function gate(): Gate {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

/** What a streamed text is made of: deltas, and gates between them. */
export type Chunk = string | Gate;

/**
 * One step of a script. Steps are played in order over as many model requests as they need: `calls` and every
 * failing step end the response, and the next request of the same turn goes on with the step after it.
 */
export type Step =
  | {
      readonly step: "text";
      readonly chunks: readonly Chunk[];
      readonly everyMs: number;
      readonly phase?: "commentary" | "final_answer";
      /** Breaks the stream after this many deltas. */
      readonly cutAfter?: number;
    }
  | { readonly step: "reasoning"; readonly text: string }
  | { readonly step: "calls"; readonly calls: readonly ToolCall[] }
  | {
      readonly step: "status";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: unknown;
      /** How many requests get it; Infinity for all. */
      readonly times: number;
    }
  /** A `response.failed` event inside a 200 stream. */
  | { readonly step: "failed"; readonly code: string; readonly message: string; readonly times: number }
  /** Breaks the connection here: after the items before it are done, before `response.completed`. */
  | { readonly step: "cut" }
  | { readonly step: "malformed" }
  /** Headers, then nothing until the client gives up. */
  | { readonly step: "silence" }
  /** Breaks this connection and refuses new ones for `ms`. */
  | { readonly step: "refuse"; readonly ms: number }
  | { readonly step: "hold"; readonly gate: Gate }
  /** Reported token figures of this response. */
  | { readonly step: "usage"; readonly inputTokens: number; readonly outputTokens: number };

type Text = Extract<Step, { step: "text" }>;

/** Streams text. A string is split into words; an array is sent as given, gates hold it. Default 0 ms apart. */
export function text(
  chunks: string | readonly Chunk[],
  options: { readonly everyMs?: number; readonly phase?: NonNullable<Text["phase"]>; readonly cutAfter?: number } = {},
): Step {
  const { everyMs = 0, ...rest } = options;
  return { step: "text", chunks: typeof chunks === "string" ? streamedPieces(chunks) : chunks, everyMs, ...rest };
}

/** A reasoning summary. */
export function reasoning(summary: string): Step {
  return { step: "reasoning", text: summary };
}

/** Runs a command. */
export function shell(cmd: string, options: ShellOptions = {}): Step {
  return { step: "calls", calls: [shellCall(cmd, options)] };
}

/** Applies a patch in Codex's `*** Begin Patch` language. */
export function patch(input: string): Step {
  return { step: "calls", calls: [patchCall(input)] };
}

/** Updates the plan: `["look around", "completed"]` pairs, or plain strings (pending). */
export function plan(steps: readonly (string | PlanEntry)[]): Step {
  return {
    step: "calls",
    calls: [planCall(steps.map((s): PlanEntry => (typeof s === "string" ? [s, "pending"] : s)))],
  };
}

/** Asks the person (needs `features.default_mode_request_user_input`, which the service sets). */
export function ask(questions: readonly Question[]): Step {
  return { step: "calls", calls: [askCall(questions)] };
}

/** Any function call. */
export function call(name: string, args: unknown): Step {
  return { step: "calls", calls: [functionCall(name, args)] };
}

/** Several tool calls in one response. */
export function together(...steps: readonly Step[]): Step {
  return { step: "calls", calls: steps.flatMap((s) => (s.step === "calls" ? s.calls : [])) };
}

/** An HTTP error, in the provider's shape. */
export function status(
  code: number,
  options: {
    readonly times?: number;
    readonly retryAfterS?: number;
    readonly type?: string;
    readonly message?: string;
    readonly extra?: Readonly<Record<string, unknown>>;
  } = {},
): Step {
  const headers: Record<string, string> = {};
  if (options.retryAfterS !== undefined) headers["retry-after"] = String(options.retryAfterS);
  const error = {
    type: options.type ?? "error",
    code: options.type ?? null,
    message: options.message ?? `status ${code}`,
    ...options.extra,
  };
  return { step: "status", status: code, headers, body: { error }, times: options.times ?? Number.POSITIVE_INFINITY };
}

/** 429 without retry-after unless given. */
export const rateLimited = (retryAfterS?: number, times = 1): Step =>
  status(429, {
    type: "rate_limit_exceeded",
    message: "Rate limit reached",
    times,
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
  });

/** 429 of a spent plan; `resetsAtS` in s since the epoch. */
export const usageLimit = (resetsAtS: number): Step =>
  status(429, {
    type: "usage_limit_reached",
    message: "The usage limit has been reached",
    extra: { plan_type: "plus", resets_at: resetsAtS },
  });

/** 503 of an overloaded server. */
export const overloaded = (): Step => status(503, { type: "server_is_overloaded", message: "Server is overloaded" });

/** A failure inside the stream, e.g. `context_length_exceeded`. */
export function failed(code: string, message = code, times = Number.POSITIVE_INFINITY): Step {
  return { step: "failed", code, message, times };
}

/** Breaks the connection after the items before it. */
export const cut: Step = { step: "cut" };
/** A stream that is not SSE. */
export const malformed: Step = { step: "malformed" };
/** Never answers. */
export const silence: Step = { step: "silence" };
/** Refuses connections for `ms`. */
export const refuse = (ms: number): Step => ({ step: "refuse", ms });
/** Waits for the gate. */
export const hold = (at: Gate): Step => ({ step: "hold", gate: at });
/** Token figures of the response it stands in. */
export const usage = (inputTokens: number, outputTokens = 1): Step => ({ step: "usage", inputTokens, outputTokens });
