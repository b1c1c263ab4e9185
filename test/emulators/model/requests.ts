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

/** Body of `POST /v1/responses`, as far as it is read. */
export type RequestBody = z.infer<typeof requestBody>;

/** One model request as it was received. */
export interface ModelRequest {
  /** `performance.now()` at its last byte. */
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: RequestBody;
  readonly threadId: string | undefined;
  readonly turnId: string | undefined;
  /** What people wrote, oldest first; Codex's own context is left out. */
  readonly userTexts: readonly string[];
  /** Outputs of tool calls, oldest first, as text. */
  readonly toolOutputs: readonly string[];
  /** Images of all user messages. */
  readonly images: number;
  /** What became of the response. */
  state: "streaming" | "done" | "broken" | "aborted";
}

const contextMarks = [
  "# AGENTS.md instructions",
  "<environment_context",
  "<turn_aborted",
  "<user_instructions",
  "<image",
];

/** Reads a request; throws with the words of the refusal when the real API would refuse it. */
export function readRequest(raw: string, headers: IncomingHttpHeaders): ModelRequest {
  const body = requestBody.parse(JSON.parse(raw));
  refuseUnansweredCalls(body);
  const userParts = body.input
    .filter((item) => item.type === "message" && item.role === "user")
    .flatMap((item) => (Array.isArray(item.content) ? item.content : []));
  const texts = userParts.flatMap((p) => (p.type === "input_text" && p.text !== undefined ? [p.text] : []));
  return {
    at: performance.now(),
    headers,
    body,
    threadId: one(headers["thread-id"]),
    turnId: metadata(headers).turn_id,
    userTexts: texts.filter((t) => !contextMarks.some((mark) => t.startsWith(mark)) && t !== "</image>"),
    toolOutputs: body.input.filter((i) => i.type.endsWith("_call_output")).map((i) => outputText(i.output)),
    images: userParts.filter((p) => p.type === "input_image").length,
    state: "streaming",
  };
}

function refuseUnansweredCalls(body: RequestBody): void {
  const answered = new Set(body.input.filter((i) => i.type.endsWith("_call_output")).map((i) => i.call_id));
  const open = body.input.find((i) => /^(function|custom_tool)_call$/.test(i.type) && !answered.has(i.call_id));
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
