import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "../lib/log.ts";
import type { Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";
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

/** `/healthz` and `/readyz` (SURFACE §4). */
export interface HealthServer {
  /** Resolves with the printable address, `http://127.0.0.1:8420`. Rejects with ListenError. Once only. */
  start(): Promise<string>;
  /** Closes at once, open connections too. */
  stop(): Promise<void>;
}

/** On a loopback address, requests that name another host are refused: a web page must not read us through DNS rebinding. */
export function createHealthServer(options: HealthServerOptions): HealthServer {
  const { host, port } = hostAndPort(options.listen);
  const server = createServer((request, response) => send(response, answerTo(request, isLoopback(host), options)));
  return {
    async start() {
      await listen(server, host, port, options.listen);
      server.on("error", (error) => options.logger.error({ error }, "http server fails"));
      const address = `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;
      options.logger.info({ address }, "http listens");
      return address;
    },
    stop() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function answerTo(request: IncomingMessage, loopback: boolean, options: HealthServerOptions): Answer {
  if (loopback && !isLoopback(hostAndPort(request.headers.host ?? "").host)) {
    return { status: 403, body: { error: "foreign Host header" } };
  }
  const path = (request.url ?? "/").split("?")[0];
  if (request.method !== "GET" && request.method !== "HEAD") return { status: 405, body: { error: "only GET" } };
  if (path === "/healthz") return { status: 200, body: { alive: true } };
  if (path !== "/readyz") return { status: 404, body: { error: "not found" } };
  const { ready, parts } = options.health.report();
  const shown = parts.map((part) =>
    part.reason === undefined ? part : { ...part, reason: options.redact(part.reason) },
  );
  return { status: ready ? 200 : 503, body: { ready, parts: shown, metrics: options.metrics.snapshot() } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(`${JSON.stringify(body)}\n`);
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
    return `Another program already listens on ${shown}; set channels.web.listen to another port, or channels.web to false.`;
  if (cause.code === "EACCES")
    return `Not allowed to listen on ${shown}; set channels.web.listen to a port above 1023.`;
  return `Cannot listen on ${shown} (${cause.code ?? cause.message}); check channels.web.listen.`;
}

function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(text);
  return { host: match?.[1] ?? match?.[2] ?? "", port: Number(match?.[3] ?? 0) };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
