import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Logger } from "../lib/log.ts";
import type { Language } from "../model/view.ts";
import { type ModelRequest, readRequest } from "./model-request.ts";
import { ResponseStream, StreamClosed, streamedPieces } from "./response-stream.ts";
import { longRounds, type Part, respond } from "./script.ts";
import { taskOf } from "./task.ts";

/** What the demo model is made of. */
export interface DemoModelOptions {
  /** Port to listen on; taken by somebody else, another one is. Absent: any. */
  readonly port?: number;
  /** Answers to texts that tell no language. */
  readonly language: Language;
  readonly log: Logger;
  /** Pause between two words, ms. Default 25: 40 words a second. */
  readonly wordMs?: number;
  /** Pause before each response, as a model takes it, ms. Default 500. */
  readonly thinkMs?: number;
}

/** A scripted model behind the OpenAI Responses API, for Codex on this machine. */
export interface DemoModel {
  /** Listens; resolves with the port. Only on 127.0.0.1. */
  start(): Promise<number>;
  stop(): Promise<void>;
}

/** Conversations carry their pictures along. */
const maxBytes = 128 * 1024 * 1024;
const bytesPerToken = 4;

/** See {@link DemoModel}. Keeps nothing between requests: a restart under a running turn changes nothing for it. */
export function createDemoModel(options: DemoModelOptions): DemoModel {
  const { log, language, wordMs = 25, thinkMs = 500 } = options;
  const server = createServer((request, response) => {
    answer(request, response, { language, wordMs, thinkMs }).catch((error: unknown) => {
      log.warn({ error }, "demo model cannot answer");
      response.destroy();
    });
  });
  return {
    start: () => listen(server, options.port ?? 0),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    return await listenOn(server, port);
  } catch (error) {
    if (port === 0 || !isTaken(error)) throw error;
    return listenOn(server, 0);
  }
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : port);
    });
  });
}

function isTaken(error: unknown): boolean {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return code === "EADDRINUSE" || code === "EACCES";
}

interface Manner {
  readonly language: Language;
  readonly wordMs: number;
  readonly thinkMs: number;
}

async function answer(request: IncomingMessage, response: ServerResponse, manner: Manner): Promise<void> {
  // Whoever hangs up is noticed where the stream is written.
  response.on("error", () => response.destroy());
  if (request.method !== "POST" || request.url !== "/v1/responses")
    return refuse(response, 404, `the demo model knows POST /v1/responses only, not ${request.method} ${request.url}`);
  const raw = await bodyOf(request);
  if (raw === undefined)
    return refuse(response, 413, "the conversation is too long for the demo model; /new starts afresh");
  let read: ModelRequest;
  try {
    read = readRequest(raw, request.headers);
  } catch (error) {
    return refuse(response, 400, error instanceof Error ? error.message : String(error));
  }
  const stream = new ResponseStream(response, responseId());
  try {
    const parts = respond(taskOf(read.entries, manner.language, longRounds));
    stream.usage = { inputTokens: Math.ceil(raw.length / bytesPerToken), outputTokens: tokensOf(parts) };
    await stream.wait(pause(manner.thinkMs));
    await play(parts, stream, manner.wordMs);
  } catch (error) {
    if (!(error instanceof StreamClosed)) throw error;
  }
}

async function play(parts: readonly Part[], stream: ResponseStream, wordMs: number): Promise<void> {
  for (const part of parts) {
    switch (part.part) {
      case "thought":
        stream.reasoning(part.text);
        break;
      case "text":
        await speak(part.text, part.remark === true ? "commentary" : "final_answer", stream, wordMs);
        break;
      case "calls":
        for (const call of part.calls) stream.toolCall(call);
        break;
      case "limit":
        return overLimit(stream, part);
    }
  }
  stream.completed();
}

async function speak(text: string, phase: "commentary" | "final_answer", stream: ResponseStream, wordMs: number) {
  const message = stream.message(phase);
  for (const piece of streamedPieces(text)) {
    message.delta(piece);
    await stream.wait(pause(wordMs));
  }
  message.done();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function overLimit(stream: ResponseStream, { seconds, message }: Extract<Part, { part: "limit" }>): void {
  const resets_at = Math.ceil(Date.now() / 1000) + seconds;
  stream.error(429, {}, { error: { type: "usage_limit_reached", code: "usage_limit_reached", message, resets_at } });
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { message, type: "invalid_request_error", code: null } }));
}

/** The body as text; undefined when it is longer than a conversation may be. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > maxBytes) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Unique over restarts: calls of one conversation must not share ids. */
function responseId(): string {
  return `demo${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
}

function tokensOf(parts: readonly Part[]): number {
  return Math.ceil(JSON.stringify(parts).length / bytesPerToken);
}
