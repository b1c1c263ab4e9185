import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Body, readBody } from "./body.ts";
import { Refusal } from "./refusal.ts";
import type { BotApiService, Outcome } from "./service.ts";
import type { Exchange, Transcript } from "./transcript.ts";

const noBody: Body = { params: {}, files: new Map(), form: false };

/** The HTTP side: `/bot<token>/<method>` and `/file/bot<token>/<path>` on 127.0.0.1. */
export class BotApiServer {
  /** Answers 401 from now on. */
  revoked = false;
  /** How far the `Date` header is from this machine's clock, ms. */
  clockOffsetMs = 0;
  readonly #token: string;
  readonly #service: BotApiService;
  readonly #transcript: Transcript;
  #server: Server | undefined;
  #port = 0;
  #relisten: NodeJS.Timeout | undefined;

  constructor(token: string, service: BotApiService, transcript: Transcript) {
    this.#token = token;
    this.#service = service;
    this.#transcript = transcript;
  }

  get port(): number {
    return this.#port;
  }

  /** `port` 0 picks a free one. Rejects when the port is taken. */
  listen(port: number): Promise<void> {
    const server = createServer((req, res) => void this.#handle(req, res));
    server.keepAliveTimeout = 60_000;
    server.requestTimeout = 0;
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        if (address !== null && typeof address === "object") this.#port = address.port;
        resolve();
      });
    });
  }

  /** Drops every connection. */
  async close(): Promise<void> {
    clearTimeout(this.#relisten);
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  /** Refuses connections for `ms` (`Infinity`: until `listen`), on the same port afterwards. */
  async refuseFor(ms: number): Promise<void> {
    const port = this.#port;
    await this.close();
    if (Number.isFinite(ms)) this.#relisten = setTimeout(() => void this.listen(port), ms);
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const at = performance.now();
    res.setHeader("date", new Date(Date.now() + this.clockOffsetMs).toUTCString());
    const gone = new AbortController();
    res.on("close", () => gone.abort());
    res.on("error", () => res.destroy());
    const url = new URL(req.url ?? "/", "http://127.0.0.1");
    const path = /^(?<file>\/file)?\/bot(?<token>[^/]+)\/(?<rest>.+)$/u.exec(url.pathname)?.groups;
    const refusal = this.#refusal(path?.token);
    const rest = path?.rest ?? "";
    const record = (exchange: Pick<Exchange, "method" | "params" | "response" | "applied"> & Partial<Exchange>): void =>
      this.#transcript.add({ at, answeredAt: performance.now(), files: [], aborted: gone.signal.aborted, ...exchange });
    if (refusal !== undefined) {
      req.resume();
      const outcome = this.#service.refuse(refusal, rest, {});
      answer(res, outcome);
      record({ method: rest, params: {}, response: responseOf(outcome), applied: false });
      return;
    }
    if (path?.file !== undefined) {
      req.resume();
      const { outcome, fault } = await this.#service.download(rest, gone.signal);
      answer(res, outcome);
      const response = outcome.kind === "lost" ? undefined : { status: outcome.status, body: undefined };
      record({
        method: "file",
        params: { path: rest },
        response,
        applied: outcome.applied,
        ...(fault === undefined ? {} : { fault }),
      });
      return;
    }
    await this.#call(rest, url.searchParams, { req, res, signal: gone.signal }, record);
  }

  async #call(
    method: string,
    query: URLSearchParams,
    http: { readonly req: IncomingMessage; readonly res: ServerResponse; readonly signal: AbortSignal },
    record: (exchange: Pick<Exchange, "method" | "params" | "response" | "applied"> & Partial<Exchange>) => void,
  ): Promise<void> {
    const { req, res, signal } = http;
    let body = noBody;
    try {
      body = await readBody(req, query);
    } catch (error) {
      if (!(error instanceof Refusal)) {
        res.destroy();
        record({ method, params: {}, response: undefined, applied: false });
        return;
      }
      const outcome = this.#service.refuse(error, method, {});
      answer(res, outcome);
      record({ method, params: {}, response: responseOf(outcome), applied: false });
      return;
    }
    const { outcome, fault, params } = await this.#service.perform({ method, body, signal });
    answer(res, outcome);
    record({
      method,
      params: params.all,
      files: [...body.files.values()].map((file) => file.name),
      response: responseOf(outcome),
      applied: outcome.applied,
      ...(fault === undefined ? {} : { fault }),
    });
  }

  /** Why the token is no good, if so. */
  #refusal(token: string | undefined): Refusal | undefined {
    if (token === undefined || !/^\d+:[\w-]+$/u.test(token)) return new Refusal(404, "Not Found");
    return this.revoked || token !== this.#token ? new Refusal(401, "Unauthorized") : undefined;
  }
}

function answer(res: ServerResponse, outcome: Outcome): void {
  if (outcome.kind === "lost") {
    res.destroy();
    return;
  }
  if (res.destroyed) return;
  const { status, body } = outcome;
  const [type, bytes] = Buffer.isBuffer(body)
    ? ["application/octet-stream", body]
    : typeof body === "string"
      ? ["text/html", Buffer.from(body)]
      : ["application/json", Buffer.from(JSON.stringify(body))];
  res.writeHead(status, { "content-type": type, "content-length": bytes.length });
  res.end(bytes);
}

function responseOf(outcome: Outcome): Exchange["response"] {
  return outcome.kind === "lost" ? undefined : { status: outcome.status, body: outcome.body };
}
