import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { applicationRoutes } from "./application.ts";
import { cardRoutes } from "./cardkit.ts";
import type { Connections } from "./connection.ts";
import type { Answer, Call, Context, Route } from "./context.ts";
import type { Fault, Faults } from "./faults.ts";
import { gateway, messageRoutes } from "./messages.ts";
import { readMultipart } from "./multipart.ts";
import { Refusal } from "./refusal.ts";
import type { Registration } from "./registration.ts";
import { resourceRoutes } from "./resources.ts";

/** One call as it was answered. */
export interface CallRecord {
  readonly at: number;
  readonly method: string;
  readonly path: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Code of the answer, 0 for success; -1 without an answer. */
  readonly code: number;
}

const routes: readonly Route[] = [...messageRoutes, ...resourceRoutes, ...cardRoutes, ...applicationRoutes];
const maxBody = 64 * 1024 * 1024;

/** The HTTP side: tokens, scopes, rates, faults, routes. */
export class OpenApiServer {
  readonly calls: CallRecord[] = [];
  readonly #context: Context;
  readonly #faults: Faults;
  readonly #connections: Connections;
  readonly #registration: Registration;
  readonly #secret: () => string;
  readonly #tokens = new Map<string, number>();
  readonly #server: Server;
  /** Life of a token, ms. */
  tokenLifeMs = 7_200_000;

  constructor(
    context: Context,
    faults: Faults,
    connections: Connections,
    registration: Registration,
    secret: () => string,
  ) {
    this.#context = context;
    this.#faults = faults;
    this.#connections = connections;
    this.#registration = registration;
    this.#secret = secret;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    connections.attach(this.#server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /** Makes every token worthless, as an administrator can. */
  expireTokens(): void {
    this.#tokens.clear();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", "http://127.0.0.1");
    if (request.method === "POST" && url.pathname === "/oauth/v1/app/registration") {
      const form = new URLSearchParams((await readBytes(request)).toString());
      const { status, body } = this.#registration.answer(form, `https://${request.headers.host ?? ""}`);
      return send(response, status, body);
    }
    const { body, file } = await readBody(request);
    // The platform's own front page.
    if (url.pathname === "/") return void response.writeHead(200).end();
    if (url.pathname === "/callback/ws/endpoint") return this.#endpoint(body, response);
    if (url.pathname.startsWith("/open-apis/auth/v3/tenant_access_token/internal")) return this.#token(body, response);
    const found = route(request.method ?? "", url.pathname);
    if (found === undefined) {
      this.#context.violations.push(`unknown interface ${request.method} ${url.pathname}`);
      return send(response, 404, { code: 99991201, msg: "request path or method not found" });
    }
    const call: Call = {
      method: found.route.method,
      path: found.path,
      query: Object.fromEntries(url.searchParams),
      body,
      ...(file === undefined ? {} : { file }),
    };
    const fault = this.#faults.take(call.method);
    try {
      if (fault !== undefined && !applies(fault)) return await this.#fail(call, fault, response);
      const data = this.#answer(found.route, call, request.headers.authorization);
      this.#record(call, 0);
      if (fault !== undefined) return await this.#fail(call, fault, response);
      if (Buffer.isBuffer(data)) return sendBytes(response, data);
      const flat = found.route.method === "bot.info";
      send(response, 200, flat ? { code: 0, msg: "ok", ...data } : { code: 0, msg: "success", data });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#record(call, error.code);
      // The card service answers 200 with its code, messages answer 400.
      const status = error.status === 400 && call.method.startsWith("cardkit.") ? 200 : error.status;
      send(response, status, { code: error.code, msg: error.message }, error.headers);
    }
  }

  #answer(found: Route, call: Call, authorization: string | undefined): Answer {
    this.#authorize(authorization);
    if (found.scopes.length > 0 && !found.scopes.some((scope) => this.#context.scopes.has(scope)))
      throw new Refusal(
        99991672,
        `Access denied. One of the following scopes is required: [${found.scopes.join(", ")}].`,
      );
    this.#checkFields(found, call);
    gateway(this.#context, call.method);
    return found.handle(this.#context, call);
  }

  #authorize(header: string | undefined): void {
    const token = header?.replace(/^Bearer /, "") ?? "";
    if (token === "") throw new Refusal(99991661, "Missing access token for authorization.");
    const until = this.#tokens.get(token);
    if (until === undefined || until < this.#context.now())
      throw new Refusal(99991663, "Invalid access token for authorization.");
  }

  /** The platform ignores what it does not know; a correct client sends none of it. */
  #checkFields(found: Route, call: Call): void {
    const unknown = [
      ...Object.keys(call.body).filter((key) => found.body?.includes(key) !== true),
      ...Object.keys(call.query).filter((key) => found.query?.includes(key) !== true),
    ];
    if (unknown.length > 0) this.#context.violations.push(`${call.method} with unknown ${unknown.join(", ")}`);
  }

  async #fail(call: Call, fault: Fault, response: ServerResponse): Promise<void> {
    if (fault.kind === "refuse") {
      this.#record(call, fault.code);
      const headers =
        fault.resetSeconds === undefined
          ? {}
          : { "x-ogw-ratelimit-limit": "50", "x-ogw-ratelimit-reset": String(fault.resetSeconds) };
      return send(response, fault.status ?? 400, { code: fault.code, msg: fault.message ?? "refused" }, headers);
    }
    if (!applies(fault)) this.#record(call, -1);
    switch (fault.kind) {
      case "badGateway":
        response.writeHead(502, { "content-type": "text/html" }).end("<html><body>502 Bad Gateway</body></html>");
        return;
      case "cut":
        response.destroy();
        return;
      case "hang":
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        response.destroy();
        return;
      case "slow":
        await new Promise((resolve) => setTimeout(resolve, fault.ms));
        return send(response, 200, { code: 0, msg: "success", data: {} });
    }
  }

  #endpoint(body: Readonly<Record<string, unknown>>, response: ServerResponse): void {
    const code =
      this.#connections.endpointCode ??
      (body.AppID === this.#context.appId && body.AppSecret === this.#secret() ? 0 : 514);
    this.calls.push({ at: this.#context.now(), method: "ws.endpoint", path: {}, body: {}, code });
    const msg = code === 0 ? "ok" : code === 514 ? "auth failed" : "refused";
    send(response, 200, { code, msg, data: code === 0 ? this.#connections.ticket(this.port) : null });
  }

  #token(body: Readonly<Record<string, unknown>>, response: ServerResponse): void {
    const right = body.app_id === this.#context.appId && body.app_secret === this.#secret();
    this.calls.push({ at: this.#context.now(), method: "auth.token", path: {}, body: {}, code: right ? 0 : 10014 });
    if (!right) {
      send(response, 200, { code: 10014, msg: "app secret invalid" });
      return;
    }
    const token = `t-${this.#tokens.size}-${Math.random().toString(36).slice(2)}`;
    this.#tokens.set(token, this.#context.now() + this.tokenLifeMs);
    send(response, 200, {
      code: 0,
      msg: "ok",
      tenant_access_token: token,
      expire: Math.floor(this.tokenLifeMs / 1000),
    });
  }

  #record(call: Call, code: number): void {
    this.calls.push({ at: this.#context.now(), method: call.method, path: call.path, body: call.body, code });
  }
}

function applies(fault: Fault): boolean {
  if (fault.kind === "refuse") return false;
  return fault.kind === "slow" || fault.applied === true;
}

function sendBytes(response: ServerResponse, bytes: Buffer): void {
  response.writeHead(200, { "content-type": "application/octet-stream" }).end(bytes);
}

function send(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, { "content-type": "application/json; charset=utf-8", "x-tt-logid": "log", ...headers })
    .end(JSON.stringify(body));
}

function route(
  verb: string,
  pathname: string,
): { readonly route: Route; readonly path: Readonly<Record<string, string>> } | undefined {
  const parts = pathname.split("/");
  for (const one of routes) {
    const pattern = one.path.split("/");
    if (one.verb !== verb || pattern.length !== parts.length) continue;
    const path: Record<string, string> = {};
    const fits = pattern.every((part, at) => {
      if (!part.startsWith(":")) return part === parts[at];
      path[part.slice(1)] = decodeURIComponent(parts[at] ?? "");
      return (parts[at] ?? "") !== "";
    });
    if (fits) return { route: one, path };
  }
  return undefined;
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size <= maxBody) chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

async function readBody(request: IncomingMessage): Promise<Pick<Call, "body" | "file">> {
  const data = await readBytes(request);
  const type = request.headers["content-type"] ?? "";
  if (type.startsWith("multipart/form-data")) return readMultipart(type, data);
  if (data.length === 0) return { body: {} };
  const parsed: unknown = JSON.parse(data.toString());
  return { body: typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {} };
}
