import type { IncomingHttpHeaders } from "node:http";
import { z } from "zod";

const part = z.looseObject({ type: z.string(), text: z.string().optional() });
const inputItem = z.looseObject({
  type: z.string(),
  role: z.string().optional(),
  content: z.union([z.array(part), z.string(), z.null()]).optional(),
  call_id: z.string().optional(),
  output: z.unknown().optional(),
});
const requestBody = z.looseObject({
  model: z.string().min(1),
  stream: z.literal(true),
  input: z.array(inputItem).min(1),
});
const turnMetadata = z.looseObject({ turn_id: z.string().optional(), sandbox_mode: z.string().optional() });

type InputItem = z.infer<typeof inputItem>;

/** Body of `POST /v1/responses`, as far as it is read. */
export type RequestBody = z.infer<typeof requestBody>;

/** One thing that happened in a conversation. */
export type Entry =
  | { readonly kind: "user"; readonly text: string }
  /** The person interrupted the turn. */
  | { readonly kind: "aborted" }
  | { readonly kind: "call"; readonly callId: string }
  | { readonly kind: "output"; readonly callId: string; readonly text: string };

/** One model request. */
export interface ModelRequest {
  readonly body: RequestBody;
  readonly threadId: string | undefined;
  readonly turnId: string | undefined;
  /** The conversation in order; Codex's own context is left out. */
  readonly entries: readonly Entry[];
  /** What people wrote, oldest first. */
  readonly userTexts: readonly string[];
  /** Outputs of tool calls, oldest first, as text. */
  readonly toolOutputs: readonly string[];
  /** Images of all user messages. */
  readonly images: number;
}

const abortMark = "<turn_aborted";
const contextMarks = [
  "# AGENTS.md instructions",
  "<environment_context",
  abortMark,
  "<user_instructions",
  "<image",
  "</image>",
];

/** Reads a request; throws with the words of the refusal when the real API would refuse it. */
export function readRequest(raw: string, headers: IncomingHttpHeaders): ModelRequest {
  const body = requestBody.parse(JSON.parse(raw));
  refuseUnansweredCalls(body);
  const entries = body.input.flatMap(entriesOf);
  return {
    body,
    threadId: one(headers["thread-id"]),
    turnId: metadata(headers).turn_id,
    entries,
    userTexts: entries.flatMap((e) => (e.kind === "user" ? [e.text] : [])),
    toolOutputs: entries.flatMap((e) => (e.kind === "output" ? [e.text] : [])),
    images: body.input.flatMap(userParts).filter((p) => p.type === "input_image").length,
  };
}

function entriesOf(item: InputItem): readonly Entry[] {
  if (isCall(item)) return [{ kind: "call", callId: item.call_id ?? "" }];
  if (item.type.endsWith("_call_output"))
    return [{ kind: "output", callId: item.call_id ?? "", text: outputText(item.output) }];
  return userParts(item).flatMap(({ type, text }): Entry[] => {
    if (type !== "input_text" || text === undefined) return [];
    if (text.startsWith(abortMark)) return [{ kind: "aborted" }];
    return contextMarks.some((mark) => text.startsWith(mark)) ? [] : [{ kind: "user", text }];
  });
}

function userParts(item: InputItem): readonly z.infer<typeof part>[] {
  return item.type === "message" && item.role === "user" && Array.isArray(item.content) ? item.content : [];
}

function isCall(item: InputItem): boolean {
  return /^(function|custom_tool)_call$/.test(item.type);
}

function refuseUnansweredCalls(body: RequestBody): void {
  const answered = new Set(body.input.filter((i) => i.type.endsWith("_call_output")).map((i) => i.call_id));
  const open = body.input.find((i) => isCall(i) && !answered.has(i.call_id));
  if (open !== undefined) throw new Error(`No tool output found for function call ${open.call_id}.`);
}

function metadata(headers: IncomingHttpHeaders): z.infer<typeof turnMetadata> {
  const raw = one(headers["x-codex-turn-metadata"]);
  return raw === undefined ? {} : turnMetadata.parse(JSON.parse(raw));
}

function outputText(output: unknown): string {
  return typeof output === "string" ? output : JSON.stringify(output);
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
