import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ToolCall } from "./tool-calls.ts";

/** Thrown while a response is written to a client that hung up. */
export class StreamClosed extends Error {
  override readonly name = "StreamClosed";
}

/** A message being streamed. */
export interface OpenMessage {
  delta(text: string): void;
  /** Ends the message; what was streamed is its text. */
  done(): void;
}

/** Writes one stream of the OpenAI Responses API, event by event, in the provider's order. */
export class ResponseStream {
  readonly #out: ServerResponse;
  readonly #id: string;
  readonly #closed: Promise<"closed">;
  #outputIndex = 0;
  #opened = false;
  /** Tokens told with `response.completed`. */
  usage = { inputTokens: 100, outputTokens: 10 };

  /** `id`: of the response, unique in its conversation; ids of items and calls are made of it. */
  constructor(out: ServerResponse, id: string) {
    this.#out = out;
    this.#id = id;
    this.#closed = once(out, "close").then(() => "closed" as const);
  }

  /** Writes the headers and `response.created`, once. */
  open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#out.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    this.#event("response.created", { response: { id: this.#id } });
  }

  /** Begins a message. `phase` tells remarks on the way from the answer; absent: Codex decides. */
  message(phase?: "commentary" | "final_answer"): OpenMessage {
    this.open();
    const index = this.#outputIndex++;
    const item = { type: "message", role: "assistant", id: `msg_${this.#id}_${index}`, ...(phase ? { phase } : {}) };
    this.#event("response.output_item.added", { output_index: index, item: { ...item, content: [] } });
    let whole = "";
    return {
      delta: (text) => {
        whole += text;
        const at = { item_id: item.id, output_index: index, content_index: 0 };
        this.#event("response.output_text.delta", { ...at, delta: text });
      },
      done: () => {
        const content = [{ type: "output_text", text: whole, annotations: [] }];
        this.#event("response.output_item.done", { output_index: index, item: { ...item, content } });
      },
    };
  }

  /** A reasoning summary, whole. */
  reasoning(summary: string): void {
    this.open();
    const index = this.#outputIndex++;
    const item = { type: "reasoning", id: `rs_${this.#id}_${index}` };
    const at = { item_id: item.id, output_index: index, summary_index: 0 };
    this.#event("response.output_item.added", { output_index: index, item: { ...item, summary: [] } });
    this.#event("response.reasoning_summary_part.added", at);
    this.#event("response.reasoning_summary_text.delta", { ...at, delta: summary });
    const done = { ...item, summary: [{ type: "summary_text", text: summary }], encrypted_content: "e" };
    this.#event("response.output_item.done", { output_index: index, item: done });
  }

  /** A tool call; its `call_id` is `call_<response id>_<index>`. */
  toolCall(call: ToolCall): void {
    this.open();
    const index = this.#outputIndex++;
    const call_id = `call_${this.#id}_${index}`;
    const item =
      call.kind === "function"
        ? { type: "function_call", call_id, name: call.name, arguments: call.input }
        : { type: "custom_tool_call", call_id, name: call.name, input: call.input };
    this.#event("response.output_item.done", { output_index: index, item });
  }

  /** Ends the stream with `response.failed`. */
  failed(code: string, message: string): void {
    this.open();
    this.#event("response.failed", { response: { id: this.#id, status: "failed", error: { code, message } } });
    this.#out.end();
  }

  /** Answers with an HTTP error instead of a stream. */
  error(status: number, headers: Readonly<Record<string, string>>, body: unknown): void {
    this.#out.writeHead(status, { "content-type": "application/json", ...headers });
    this.#out.end(JSON.stringify(body));
  }

  /** Ends the stream with `response.completed` and the {@link usage}. */
  completed(): void {
    this.open();
    const { inputTokens, outputTokens } = this.usage;
    const figures = {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    };
    this.#event("response.completed", { response: { id: this.#id, usage: figures } });
    this.#out.end();
  }

  /** Waits for `until`; throws {@link StreamClosed} when the client hangs up first. */
  async wait(until: Promise<unknown>): Promise<void> {
    if ((await Promise.race([until, this.#closed])) === "closed") throw new StreamClosed();
  }

  #event(type: string, data: Readonly<Record<string, unknown>>): void {
    if (this.#out.destroyed) throw new StreamClosed();
    this.#out.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  }
}

/** Text in the pieces a model streams: words with the blanks before them; two characters where no blanks are. */
export function streamedPieces(text: string): readonly string[] {
  const words = text.match(/\s*\S+\s*$|\s*\S+/g) ?? [text];
  return words.flatMap((word) =>
    /[\u3000-\u9fff\uff00-\uffef]/.test(word) ? (word.match(/\s*.{1,2}\s*/gsu) ?? []) : [word],
  );
}
