import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import type { FromPage, LiveFrame, ToPage, WebMessage } from "../../../adapters/web/protocol.ts";
import { ChatBook } from "./chat-book.ts";
import { problemOf } from "./frame-check.ts";

const csp =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const types: Readonly<Record<string, string>> = {
  "index.html": "text/html; charset=utf-8",
  "app.js": "text/javascript; charset=utf-8",
  "app.css": "text/css; charset=utf-8",
};

type Welcome = Extract<ToPage, { type: "welcome" }>;

/**
 * A server of the web chat on loopback for the bundled page: the same policy for scripts as the real one, strict about
 * what the page says. Faults can be set at any time.
 */
export class PageServer {
  readonly book = new ChatBook();
  /** All words of the page, in order, over all connections. */
  readonly said: FromPage[] = [];
  /** What the page did that no server would accept. */
  readonly violations: string[] = [];
  /** Told in the next `welcome`. */
  welcome: Partial<Welcome> = {};
  /** Every request gets this status: 401 stands for a missing token. */
  refuseWith: number | undefined;
  /** A `say` is not answered. */
  deaf = false;
  /** No word is answered, as on a connection that died without anybody being told. */
  mute = false;
  /** An upload is refused for this reason. */
  refuseUpload: string | undefined;
  /** A `say` is refused for this reason. */
  refuseSay: string | undefined;
  /** Answer to a `tap`; undefined: none yet. */
  told: { readonly text?: string; readonly alert?: boolean } | undefined = {};
  private readonly folder: string;
  private readonly http: Server;
  private readonly sockets = new WebSocketServer({ noServer: true });
  private uploads = 0;

  constructor(folder: string) {
    this.folder = folder;
    this.http = createServer((request, response) => void this.answer(request, response));
    this.http.on("upgrade", (request, socket, head) => {
      if (this.refuseWith !== undefined) socket.end(`HTTP/1.1 ${this.refuseWith} Refused\r\n\r\n`);
      else this.sockets.handleUpgrade(request, socket, head, (ws) => this.connected(ws));
    });
  }

  async start(port = 0): Promise<string> {
    await new Promise<void>((done) => this.http.listen(port, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    this.drop();
    this.http.closeAllConnections();
    await new Promise((done) => this.http.close(done));
  }

  /** Cuts every connection; the page comes back by itself. */
  drop(): void {
    for (const socket of this.sockets.clients) socket.terminate();
  }

  /** Says it to every open page. */
  push(...frames: readonly ToPage[]): void {
    for (const socket of this.sockets.clients) for (const frame of frames) socket.send(JSON.stringify(frame));
  }

  /** A message, and the changed line of its chat in the list. */
  pushMessage(message: WebMessage): void {
    this.push({ type: "message", message }, { type: "chat", chat: this.book.chat(message.chat) });
  }

  live(chat: string, frame?: LiveFrame): void {
    this.push({ type: "live", chat, ...(frame === undefined ? {} : { frame }) });
  }

  private connected(socket: WebSocket): void {
    let first = true;
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString("utf8")) as FromPage;
      const problem = problemOf(frame, first);
      first = false;
      if (problem !== undefined) this.violations.push(problem);
      this.said.push(frame);
      if (this.mute) return;
      for (const answer of this.answersTo(frame)) socket.send(JSON.stringify(answer));
    });
  }

  private answersTo(frame: FromPage): readonly ToPage[] {
    switch (frame.type) {
      case "hello":
        return this.greet(frame);
      case "open":
        return [this.book.page(frame.chat), { type: "live", chat: frame.chat }];
      case "older":
        return [this.book.page(frame.chat, frame.before)];
      case "say":
        return this.answerToSay(frame);
      case "tap":
      case "stopTurn":
        return this.told === undefined ? [] : [{ type: "told", id: frame.id, ...this.told }];
      case "watch":
        return [];
    }
  }

  private answerToSay(frame: Extract<FromPage, { type: "say" }>): readonly ToPage[] {
    if (this.deaf) return [];
    if (this.refuseSay !== undefined) return [{ type: "refused", id: frame.id, reason: this.refuseSay }];
    const message = this.book.take(frame);
    return [
      { type: "taken", id: frame.id, message },
      { type: "chat", chat: this.book.chat(frame.chat) },
    ];
  }

  private greet(hello: Extract<FromPage, { type: "hello" }>): readonly ToPage[] {
    const reset = hello.after === undefined;
    const welcome: Welcome = {
      type: "welcome",
      build: hello.build,
      seq: this.book.seq,
      now: Date.now(),
      language: "en",
      demo: false,
      commands: [],
      maxFileBytes: 20_000_000,
      maxTextLength: 1_048_576,
      maxFiles: 20,
      reset,
      ...this.welcome,
    };
    if (welcome.reset) {
      const open = hello.chat === undefined ? [] : [this.book.page(hello.chat)];
      return [welcome, { type: "chats", chats: this.book.chats() }, ...open];
    }
    return [welcome, ...this.book.since(hello.after ?? 0).map((message) => ({ type: "message" as const, message }))];
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://host");
    if (this.refuseWith !== undefined && pathname === "/ws") return void response.writeHead(this.refuseWith).end();
    if (request.method === "POST" && pathname === "/files") return this.receive(request, response, searchParams);
    const name = pathname === "/" ? "index.html" : pathname.slice(1);
    const type = types[name];
    if (type === undefined) return void response.writeHead(pathname === "/ws" ? 426 : 404).end();
    const body = await readFile(join(this.folder, name));
    response.writeHead(200, { "content-type": type, "content-security-policy": csp }).end(body);
  }

  private async receive(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): Promise<void> {
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length;
    if (this.refuseUpload !== undefined) {
      response.writeHead(413, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: this.refuseUpload }));
      return;
    }
    this.uploads += 1;
    const file = { id: `f${this.uploads}`, name: query.get("name") ?? "", bytes, type: "text/plain" };
    this.book.files.set(file.id, file);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(file));
  }
}
