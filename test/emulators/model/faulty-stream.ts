import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { ResponseStream } from "../../../src/demo/response-stream.ts";
import type { Chunk } from "./steps.ts";

/** A response stream that can also do what a provider should not, and wait for tests. */
export class FaultyStream extends ResponseStream {
  readonly #out: ServerResponse;

  constructor(out: ServerResponse, id: string) {
    super(out, id);
    this.#out = out;
  }

  /** Streams a message; resolves false when it was cut after `cutAfter` deltas. */
  async text(
    chunks: readonly Chunk[],
    everyMs: number,
    phase?: "commentary" | "final_answer",
    cutAfter?: number,
  ): Promise<boolean> {
    const message = this.message(phase);
    let sent = 0;
    for (const chunk of chunks) {
      if (cutAfter !== undefined && sent >= cutAfter) return false;
      if (typeof chunk !== "string") {
        await this.wait(chunk.opened);
        continue;
      }
      if (sent > 0 && everyMs > 0) await this.wait(new Promise((resolve) => setTimeout(resolve, everyMs)));
      sent += 1;
      message.delta(chunk);
    }
    if (cutAfter !== undefined) return false;
    message.done();
    return true;
  }

  /** A stream that is not SSE. */
  malformed(): void {
    this.#out.writeHead(200, { "content-type": "text/event-stream" });
    this.#out.end("data: {not json\n\n<html>bad gateway</html>\n\n");
  }

  /** Breaks the connection once everything written is out. */
  cut(): void {
    this.open();
    this.#out.socket?.destroySoon();
  }

  /** Resolves once the client hung up. */
  async hungUp(): Promise<void> {
    if (!this.#out.closed) await once(this.#out, "close");
  }
}
