import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import { WebSocketServer } from "ws";
import type { Logger } from "../../src/lib/log.ts";
import { webWords } from "../../src/model/catalog/web.ts";
import { BridgeError } from "../../src/model/errors.ts";
import type { Language } from "../../src/model/view.ts";
import { type ConnectionDeps, serveConnection } from "./connection.ts";
import { entryPage } from "./entry-page.ts";
import type { WebFiles } from "./files.ts";
import { type Gate, sameOrigin } from "./gate.ts";
import type { PageFile, PageFiles } from "./page-files.ts";

/** Our part of the HTTP server. */
export interface Site {
  /** True when the request is ours; it is answered then. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

export interface SiteDeps {
  readonly gate: Gate;
  readonly page: PageFiles;
  readonly files: WebFiles;
  readonly language: Language;
  readonly log: Logger;
  readonly connection: ConnectionDeps;
  readonly maxFileBytes: number;
}

const securityHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
} as const;

/** Largest frame of a page, bytes: one message of the longest text, every character escaped. */
const maxPayload = 8 * 1024 * 1024;
const pingMs = 30_000;

/** Page, files and sockets, for whoever the gate admits. */
export function createSite(deps: SiteDeps): Site {
  const sockets = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  const alive = new WeakSet<object>();
  sockets.on("connection", (socket) => {
    alive.add(socket);
    socket.on("pong", () => alive.add(socket));
    serveConnection(socket, deps.connection);
  });
  const beat = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, pingMs).unref();
  return {
    request: (request, response) => answer(deps, request, response),
    upgrade(request, socket, head) {
      const refusal = refusalOf(deps, request);
      if (refusal !== undefined) {
        socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened, request));
    },
    close() {
      clearInterval(beat);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}

function refusalOf(deps: SiteDeps, request: IncomingMessage): string | undefined {
  if (pathOf(request) !== "/ws") return "404 Not Found";
  if (!sameOrigin(request)) return "403 Forbidden";
  return deps.gate.admits(request) ? undefined : "401 Unauthorized";
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? "/").split("?")[0] ?? "/";
}

function queryOf(request: IncomingMessage, name: string): string | undefined {
  const query = (request.url ?? "").split("?")[1];
  return new URLSearchParams(query).get(name) ?? undefined;
}

function answer(deps: SiteDeps, request: IncomingMessage, response: ServerResponse): boolean {
  const path = pathOf(request);
  const reading = request.method === "GET" || request.method === "HEAD";
  const file = deps.page.files.get(path);
  if (reading && path === "/" && queryOf(request, "token") !== undefined) enter(deps, request, response);
  else if (reading && file !== undefined) page(deps, request, response, path, file);
  else if (reading && path.startsWith("/files/")) void download(deps, request, response, path.slice("/files/".length));
  // A browser cannot tell why a socket was refused; asked plainly, the same address says so.
  else if (reading && path === "/ws") json(response, deps.gate.admits(request) ? 426 : 401, {});
  else if (request.method === "POST" && path === "/files") void upload(deps, request, response);
  else return false;
  return true;
}

/** The printed address: the token becomes a cookie and leaves the address bar. */
function enter(deps: SiteDeps, request: IncomingMessage, response: ServerResponse): void {
  const secure = request.headers["x-forwarded-proto"] === "https";
  const cookie = deps.gate.open(queryOf(request, "token") ?? "", secure);
  if (cookie === undefined) {
    deps.log.warn({ from: request.socket.remoteAddress }, "web chat is asked for with a wrong token");
    closed(deps, response, webWords[deps.language].wrongToken);
    return;
  }
  response.writeHead(303, { ...securityHeaders, location: "/", "set-cookie": cookie, "cache-control": "no-store" });
  response.end();
}

/** Script and style are public; what they show is not. */
function page(
  deps: SiteDeps,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  { type, plain, gzip }: PageFile,
): void {
  if (path === "/" && !deps.gate.admits(request)) {
    closed(deps, response, webWords[deps.language].entry);
    return;
  }
  const etag = `"${deps.page.build}"`;
  const headers = {
    ...securityHeaders,
    "content-type": type,
    "cache-control": "no-cache",
    etag,
    vary: "accept-encoding",
  };
  if (request.headers["if-none-match"] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const zipped = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
  response.writeHead(200, { ...headers, ...(zipped ? { "content-encoding": "gzip" } : {}) });
  response.end(zipped ? gzip : plain);
}

function closed(deps: SiteDeps, response: ServerResponse, reason: string): void {
  response.writeHead(401, {
    ...securityHeaders,
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
  });
  response.end(entryPage(webWords[deps.language].entryTitle, reason));
}

async function download(deps: SiteDeps, request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
  try {
    const file = deps.gate.admits(request) && /^[0-9a-f]{32}$/.test(id) ? await deps.files.find(id) : undefined;
    if (file === undefined) {
      json(response, deps.gate.admits(request) ? 404 : 401, { error: webWords[deps.language].fileGone });
      return;
    }
    const shown = file.type.startsWith("image/") ? "inline" : "attachment";
    response.writeHead(200, {
      ...securityHeaders,
      "content-security-policy": "default-src 'none'; sandbox",
      "content-type": file.type,
      "content-length": file.bytes,
      "content-disposition": `${shown}; filename*=UTF-8''${encodeURIComponent(file.name)}`,
      "cache-control": "private, max-age=86400, immutable",
    });
    if (request.method === "HEAD") response.end();
    else await pipeline(deps.files.read(id), response);
  } catch (error) {
    deps.log.debug({ error }, "file is not sent to a page");
    response.destroy();
  }
}

async function upload(deps: SiteDeps, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const words = webWords[deps.language];
  if (!sameOrigin(request)) return json(response, 403, { error: "foreign origin" });
  if (!deps.gate.admits(request)) return json(response, 401, { error: words.entry });
  try {
    json(response, 200, await deps.files.receive(queryOf(request, "name") ?? "", request));
  } catch (error) {
    const code = error instanceof BridgeError ? error.code : undefined;
    deps.log.info({ error }, "upload is not kept");
    const megabytes = Math.floor(deps.maxFileBytes / 1024 / 1024);
    if (code === "fileTooLarge") json(response, 413, { error: words.fileTooLarge(megabytes) });
    else if (code === "diskFull") json(response, 507, { error: words.diskFull });
    else json(response, 400, { error: words.uploadFailed });
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { ...securityHeaders, "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify(body));
}
