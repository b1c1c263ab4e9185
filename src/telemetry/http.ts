import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { hostAndPort, isLoopback } from "../lib/listen-address.ts";
import type { Logger } from "../lib/log.ts";
import type { Health } from "./health.ts";
import { type Metrics, metricsType } from "./metrics.ts";
import type { Redactor } from "./redact.ts";

/** The address cannot be listened on; the message is one sentence for the operator. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** What the health server needs. */
export interface HealthServerOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly redact: Redactor;
  readonly logger: Logger;
}

/** A further part of the server: the web chat. */
export interface Mounted {
  /** True when the request is its own; it is answered then. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** `/healthz`, `/readyz` and `/metrics`, and what is mounted. None of the three asks for a token. */
export interface HealthServer {
  /** From now on it answers what is not about health. Once only. */
  mount(part: Mounted): void;
  /** Resolves with the printable address, `http://127.0.0.1:8420`. Rejects with ListenError. Once only. */
  start(): Promise<string>;
  /** Closes at once, open connections too. */
  stop(): Promise<void>;
}

/** On a loopback address, requests that name another host are refused: a web page must not read us through DNS rebinding. */
export function createHealthServer(options: HealthServerOptions): HealthServer {
  const { host, port } = hostAndPort(options.listen);
  let mounted: Mounted | undefined;
  const foreign = (request: IncomingMessage): boolean =>
    isLoopback(host) && !isLoopback(hostAndPort(request.headers.host ?? "").host);
  const server = createServer((request, response) => {
    if (foreign(request)) send(response, { status: 403, body: { error: "foreign Host header" } });
    else if (mounted?.request(request, response) !== true)
      answerTo(request, mounted !== undefined, options).then(
        (answer) => send(response, answer),
        (error: unknown) => {
          options.logger.error({ error }, "http answer fails");
          send(response, { status: 500, body: { error: "see the log" } });
        },
      );
  });
  // A large file over a slow line takes its time; headers do not.
  server.requestTimeout = 30 * 60_000;
  server.on("upgrade", (request, socket, head) => {
    // Without a listener an error would end the process.
    socket.on("error", () => socket.destroy());
    if (mounted === undefined || foreign(request)) socket.destroy();
    else mounted.upgrade(request, socket, head);
  });
  return {
    mount(part) {
      mounted = part;
    },
    async start() {
      await listen(server, host, port, options.listen);
      server.on("error", (error) => options.logger.error({ error }, "http server fails"));
      const address = `http://${reachable(host)}:${(server.address() as AddressInfo).port}`;
      options.logger.info({ address }, "http listens");
      return address;
    },
    stop() {
      mounted?.close();
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

/** `body` as JSON, or as it is with a `type` of its own. */
type Answer =
  | { readonly status: number; readonly body: unknown; readonly type?: never }
  | { readonly status: number; readonly body: string; readonly type: string };

async function answerTo(request: IncomingMessage, started: boolean, options: HealthServerOptions): Promise<Answer> {
  const path = (request.url ?? "/").split("?")[0];
  if (request.method !== "GET" && request.method !== "HEAD") return { status: 405, body: { error: "only GET" } };
  if (path === "/healthz") return { status: 200, body: { alive: true } };
  if (path === "/" && !started) return { status: 503, body: { error: "the service is starting" } };
  if (path === "/metrics") return { status: 200, body: await options.metrics.text(), type: metricsType };
  if (path !== "/readyz") return { status: 404, body: { error: "not found" } };
  const { ready, parts } = options.health.report();
  const shown = parts.map((part) =>
    part.reason === undefined ? part : { ...part, reason: options.redact(part.reason) },
  );
  return { status: ready ? 200 : 503, body: { ready, parts: shown } };
}

function send(response: ServerResponse, { status, body, type }: Answer): void {
  response.writeHead(status, {
    "content-type": type ?? "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(type === undefined ? `${JSON.stringify(body)}\n` : body);
}

function listen(server: Server, host: string, port: number, shown: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => reject(new ListenError(listenFault(cause, shown), { cause }));
    server.once("error", fail);
    server.listen({ host, port, exclusive: true }, () => {
      server.off("error", fail);
      resolve();
    });
  });
}

function listenFault(cause: NodeJS.ErrnoException, shown: string): string {
  if (cause.code === "EADDRINUSE")
    return `Another program already listens on ${shown}. Start with another port: HOTLINE_WEB_LISTEN=${beside(shown)} npm start, or set channels.web.listen in hotline.yaml.`;
  if (cause.code === "EACCES")
    return `Not allowed to listen on ${shown}; set channels.web.listen to a port above 1023.`;
  return `Cannot listen on ${shown} (${cause.code ?? cause.message}); check channels.web.listen.`;
}

/** The next port of the same host. */
function beside(listen: string): string {
  const { port } = hostAndPort(listen);
  return `${listen.slice(0, listen.length - String(port).length)}${port + 1}`;
}

/** A name to open in a browser of this machine: "every address" is not one. */
function reachable(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}
