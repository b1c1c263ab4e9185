import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { ChatKey } from "../model/ids.ts";
import type { ServiceStatus, StopMode } from "./app-port.ts";
import { linesAsked, writeLines } from "./inspect/control-lines.ts";
import type { Inspection } from "./inspect/port.ts";
import type { ServiceLog } from "./service-log.ts";

/** Where the running service of a data folder listens for `hotline status`, `hotline stop` and the like. */
export function controlSocket(runtimeDir: string): string {
  return join(runtimeDir, "control.sock");
}

/** What the control socket gives access to. */
export interface ControlTarget {
  status(): Promise<ServiceStatus>;
  /** Returns at once. */
  stop(mode: StopMode): void;
  /** Undefined while the service has no Redis yet. */
  inspection(): Inspection | undefined;
}

/** A listening control socket. */
export interface ControlServer {
  close(): Promise<void>;
}

/**
 * `GET /status`, `POST /stop?mode=keep|drain|now`, `POST /trace/off?chat=KEY` and the streams of {@link linesAsked} over a
 * unix socket (0600, in a 0700 folder). Only the holder of the data folder's lock may call this: a socket left there by a
 * dead process is replaced. Streams end when it is closed.
 */
export async function openControl(
  path: string,
  target: ControlTarget,
  log: Pick<ServiceLog, "logger" | "redact">,
): Promise<ControlServer> {
  await rm(path, { force: true });
  const closing = new AbortController();
  const server = createServer((request, response) => {
    serve(request, response, target, log, closing.signal).catch((error: unknown) => {
      log.logger.error({ error }, "control request fails");
      if (response.headersSent) response.destroy();
      else send(response, { status: 500, body: { error: error instanceof Error ? error.message : String(error) } });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        closing.abort(new Error("the service stops"));
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/** A stream, or an answer. A reader that goes, or a service that stops, ends a stream quietly. */
async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  target: ControlTarget,
  { redact }: Pick<ServiceLog, "redact">,
  closing: AbortSignal,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://control");
  const inspection = target.inspection();
  const gone = new AbortController();
  response.once("close", () => gone.abort(new Error("the reader is gone")));
  const signal = AbortSignal.any([gone.signal, closing]);
  const lines = request.method === "GET" && inspection !== undefined ? linesAsked(url, inspection, signal) : undefined;
  if (lines === undefined) return send(response, await answer(request, url, target));
  try {
    await writeLines(response, lines, redact, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    response.destroy();
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

async function answer(request: IncomingMessage, url: URL, target: ControlTarget): Promise<Answer> {
  const mode = url.searchParams.get("mode");
  if (request.method === "GET" && url.pathname === "/status") return { status: 200, body: await target.status() };
  if (request.method === "POST" && url.pathname === "/stop" && isStopMode(mode)) {
    // What runs now is told; that it stops does not wait for that.
    const status = target.status();
    target.stop(mode);
    return { status: 202, body: await status };
  }
  const inspection = target.inspection();
  if (inspection === undefined) return { status: 503, body: { error: "The service is still starting." } };
  if (request.method === "POST" && url.pathname === "/trace/off") {
    const chat = url.searchParams.get("chat") as ChatKey;
    return { status: 200, body: { was: await inspection.traceOff(chat) } };
  }
  return { status: 404, body: { error: "no such request" } };
}

function isStopMode(text: string | null): text is StopMode {
  return text === "keep" || text === "drain" || text === "now";
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}
