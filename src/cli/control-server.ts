import { chmod, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import type { Logger } from "../lib/log.ts";
import type { ServiceStatus, StopMode } from "./app-port.ts";

/** Where the running service of a data folder listens for `hotline status` and `hotline stop`. */
export function controlSocket(runtimeDir: string): string {
  return join(runtimeDir, "control.sock");
}

/** What the control socket gives access to. */
export interface ControlTarget {
  status(): Promise<ServiceStatus>;
  /** Returns at once. */
  stop(mode: StopMode): void;
}

/** A listening control socket. */
export interface ControlServer {
  close(): Promise<void>;
}

/**
 * `GET /status`, `POST /stop?mode=keep|drain|now` over a unix socket (0600, in a 0700 folder). Only the holder of the
 * data folder's lock may call this: a socket left there by a dead process is replaced.
 */
export async function openControl(path: string, target: ControlTarget, logger: Logger): Promise<ControlServer> {
  await rm(path, { force: true });
  const server = createServer((request, response) => {
    answer(request, target).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) => {
        logger.error({ error }, "control request fails");
        send(response, 500, { error: error instanceof Error ? error.message : String(error) });
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  target: ControlTarget,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const url = new URL(request.url ?? "/", "http://control");
  const mode = url.searchParams.get("mode");
  if (request.method === "GET" && url.pathname === "/status") return { status: 200, body: await target.status() };
  if (request.method === "POST" && url.pathname === "/stop" && isStopMode(mode)) {
    const status = await target.status();
    target.stop(mode);
    return { status: 202, body: status };
  }
  return { status: 404, body: { error: "no such request" } };
}

function isStopMode(text: string | null): text is StopMode {
  return text === "keep" || text === "drain" || text === "now";
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}
