import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { Chunk, ToolCall } from "./steps.ts";

/** Thrown inside a script when its connection is gone. */
export class StreamClosed extends Error {
  override readonly name = "StreamClosed";
}

/** Writes one Responses stream, event by event, in the provider's order. */
export class ResponseStream {
  readonly #out: ServerResponse;
  readonly #id: string;
  readonly #closed: Promise<"closed">;
  #outputIndex = 0;
  #opened = false;
  usage = { inputTokens: 100, outputTokens: 10 };

  constructor(out: ServerResponse, id: string) {
    this.#out = out;
    this.#id = id;
    this.#closed = once(out, "close").then(() => "closed" as const);
  }

  get itemCount(): number {
    return this.#outputIndex;
  }

  open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#out.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
    this.#event("response.created", { response: { id: this.#id } });
  }

  /** Streams a message; resolves false when it was cut after `cutAfter` deltas. */
  async message(chunks: readonly Chunk[], everyMs: number, phase?: string, cutAfter?: number): Promise<boolean> {
    this.open();
    const index = this.#outputIndex++;
    const item = { type: "message", role: "assistant", id: `msg_${this.#id}_${index}`, ...(phase ? { phase } : {}) };
    this.#event("response.output_item.added", { output_index: index, item: { ...item, content: [] } });
    let whole = "";
    let sent = 0;
    for (const chunk of chunks) {
      if (cutAfter !== undefined && sent >= cutAfter) return false;
      if (typeof chunk !== "string") {
        await this.wait(chunk.opened);
        continue;
      }
      if (sent > 0 && everyMs > 0) await this.wait(new Promise((resolve) => setTimeout(resolve, everyMs)));
      whole += chunk;
      sent += 1;
      const at = { item_id: item.id, output_index: index, content_index: 0 };
      this.#event("response.output_text.delta", { ...at, delta: chunk });
    }
    if (cutAfter !== undefined) return false;
    const content = [{ type: "output_text", text: whole, annotations: [] }];
    this.#event("response.output_item.done", { output_index: index, item: { ...item, content } });
    return true;
  }

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

  failed(code: string, message: string): void {
    this.open();
    this.#event("response.failed", { response: { id: this.#id, status: "failed", error: { code, message } } });
    this.#out.end();
  }

  malformed(): void {
    this.#out.writeHead(200, { "content-type": "text/event-stream" });
    this.#out.end("data: {not json\n\n<html>bad gateway</html>\n\n");
  }

  error(status: number, headers: Readonly<Record<string, string>>, body: unknown): void {
    this.#out.writeHead(status, { "content-type": "application/json", ...headers });
    this.#out.end(JSON.stringify(body));
  }

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

  /** Breaks the connection once everything written is out. */
  cut(): void {
    this.open();
    this.#out.socket?.destroySoon();
  }

  /** Resolves once the client hung up. */
  async hungUp(): Promise<void> {
    await this.#closed;
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
