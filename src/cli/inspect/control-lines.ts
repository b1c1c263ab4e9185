import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { ChatKey } from "../../model/ids.ts";
import type { Redactor } from "../../telemetry/redact.ts";
import { chatMatcher } from "./chat-name.ts";
import type { Inspection } from "./port.ts";

/**
 * The stream a request of the control socket asks for; undefined: none of these. `GET /turns?since=MS&chat=NAME`,
 * `/audit?limit=N`, `/trace?chat=KEY&ms=MS`.
 */
export function linesAsked(url: URL, inspection: Inspection, signal: AbortSignal): AsyncIterable<unknown> | undefined {
  const { searchParams: asked } = url;
  switch (url.pathname) {
    case "/turns":
      return inspection.turns(Number(asked.get("since")), chatMatcher(asked.get("chat") ?? ""));
    case "/audit":
      return inspection.audit(Number(asked.get("limit")));
    case "/trace":
      return inspection.trace(asked.get("chat") as ChatKey, Number(asked.get("ms")), signal);
    default:
      return undefined;
  }
}

/** Writes one JSON text per line, no faster than they are read; secrets removed (L10). Rejects when the reader goes. */
export async function writeLines(
  response: ServerResponse,
  lines: AsyncIterable<unknown>,
  redact: Redactor,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { "content-type": "application/x-ndjson", connection: "close" });
  response.flushHeaders();
  for await (const line of lines) {
    signal.throwIfAborted();
    if (!response.write(`${redact(JSON.stringify(line))}\n`)) await once(response, "drain", { signal });
  }
  response.end();
}
