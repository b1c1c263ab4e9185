import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as it arrived. `body` is undefined for multipart. */
export interface Asked {
  readonly method: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly raw: string;
}

/** An answer: a result, a refusal, a page that is no JSON, a file, a lost response, or none at all until the client leaves. */
export type Answer =
  | { readonly result: unknown }
  | { readonly code: number; readonly description: string; readonly parameters?: object }
  | { readonly html: number }
  | { readonly file: Buffer; readonly announce?: boolean }
  | "drop"
  | "hang";

/** Bot API on loopback whose every answer the test decides: for faults at the wire. Unscripted methods answer as a healthy idle bot. */
export interface ScriptedApi {
  readonly root: string;
  readonly asked: readonly Asked[];
  /** The next answers of a method, in order; after them the healthy ones. */
  next(method: string, ...answers: readonly Answer[]): void;
  /** Every answer of a method from now on. */
  always(method: string, answer: (asked: Asked) => Answer): void;
  of(method: string): readonly Asked[];
  close(): Promise<void>;
}

export const token = "42:SECRET-TOKEN-of-the-bot";

const healthy: Readonly<Record<string, unknown>> = {
  getMe: { id: 42, is_bot: true, first_name: "Our Bot", username: "our_bot" },
  getUpdates: [],
  getWebhookInfo: { url: "", has_custom_certificate: false, pending_update_count: 0 },
  getMyCommands: [],
};

export async function startScriptedApi(): Promise<ScriptedApi> {
  const asked: Asked[] = [];
  const queued = new Map<string, Answer[]>();
  const standing = new Map<string, (asked: Asked) => Answer>();
  const decide = (request: Asked): Answer => {
    const first = queued.get(request.method)?.shift();
    if (first !== undefined) return first;
    const rule = standing.get(request.method);
    if (rule !== undefined) return rule(request);
    if (request.method === "getUpdates" && Number(request.body.timeout) > 0) return "hang";
    return { result: healthy[request.method] ?? true };
  };
  const server = createServer((req, res) => {
    read(req).then(
      (request) => {
        asked.push(request);
        answer(res, decide(request));
      },
      () => res.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    root: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    next: (method, ...answers) => queued.set(method, [...(queued.get(method) ?? []), ...answers]),
    always: (method, rule) => standing.set(method, rule),
    of: (method) => asked.filter((request) => request.method === method),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(req: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of req) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks).toString();
  const path = req.url ?? "";
  const method = path.startsWith("/file/") ? "file" : (path.split("/").at(-1) ?? "");
  const json = req.headers["content-type"]?.startsWith("application/json") === true;
  return { method, raw, body: json ? (JSON.parse(raw) as Record<string, unknown>) : {} };
}

function answer(res: ServerResponse, how: Answer): void {
  if (how === "hang") return;
  if (how === "drop") {
    res.destroy();
  } else if ("html" in how) {
    res.writeHead(how.html, { "content-type": "text/html" }).end("<html><h1>Bad Gateway</h1></html>");
  } else if ("file" in how) {
    res.writeHead(200, how.announce === false ? {} : { "content-length": how.file.length }).end(how.file);
  } else if ("result" in how) {
    res.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ ok: true, result: how.result }));
  } else {
    const { code, description, parameters } = how;
    res
      .writeHead(code, { "content-type": "application/json" })
      .end(JSON.stringify({ ok: false, error_code: code, description, parameters }));
  }
}
