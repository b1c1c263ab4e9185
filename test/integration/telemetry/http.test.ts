import { get } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { silentLogger } from "../../../src/lib/log.ts";
import { createHealth } from "../../../src/telemetry/health.ts";
import { createHealthServer, type HealthServer, ListenError } from "../../../src/telemetry/http.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { readPrometheusText } from "../../fixtures/prometheus-text.ts";

const open: HealthServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.stop()));
});

function serve(listen = "127.0.0.1:0") {
  const health = createHealth();
  const metrics = createMetrics();
  const server = createHealthServer({
    listen,
    health,
    metrics,
    redact: (text) => text.replaceAll("hunter2", "[redacted]"),
    logger: silentLogger,
  });
  open.push(server);
  return { health, metrics, server };
}

function ask(url: string, host?: string): Promise<{ readonly status: number | undefined; readonly body: unknown }> {
  return new Promise((resolve, reject) => {
    get(url, host === undefined ? {} : { headers: { host } }, (response) => {
      response.setEncoding("utf8");
      let text = "";
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, body: JSON.parse(text) }));
    }).on("error", reject);
  });
}

describe("http health", () => {
  it("answers /healthz while the process lives, ready or not", async () => {
    const address = await serve().server.start();
    expect(await ask(`${address}/healthz`)).toEqual({ status: 200, body: { alive: true } });
  });

  it("answers /readyz 503 with redacted reasons, then 200", async () => {
    const { server, health } = serve();
    const address = await server.start();
    health.watch("redis", () => ({ state: "failed", reason: "no hunter2" }));
    expect(await ask(`${address}/readyz`)).toEqual({
      status: 503,
      body: {
        ready: false,
        parts: [{ name: "redis", state: "failed", reason: "no [redacted]" }],
      },
    });
    health.watch("redis", () => ({ state: "ready" }));
    expect((await ask(`${address}/readyz?x=1`)).status).toBe(200);
  });

  it("answers /metrics as Prometheus text, without a token, and nobody's page", async () => {
    const { server, metrics } = serve();
    metrics.count("hotline_turns_total", { outcome: "completed" });
    const address = await server.start();
    const response = await fetch(`${address}/metrics`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const families = readPrometheusText(await response.text());
    expect(families.get("hotline_turns_total")?.samples.get('{outcome="completed"}')).toBe(1);
    expect((await fetch(`${address}/metrics`, { method: "POST" })).status).toBe(405);
    expect((await ask(`${address}/metrics`, "evil.example")).status).toBe(403);
  });

  it("names an address that can be opened where it listens on every one", async () => {
    const { server } = serve("0.0.0.0:0");
    const address = await server.start();
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await ask(`${address}/healthz`, "any.name")).status).toBe(200);
  });

  it("has a page only once one is mounted, and says that it starts until then", async () => {
    const { server } = serve();
    const address = await server.start();
    expect((await ask(`${address}/`)).status).toBe(503);
    expect((await ask(`${address}/other`)).status).toBe(404);
    server.mount({
      request(request, response) {
        if (request.url !== "/") return false;
        response.end('"page"');
        return true;
      },
      upgrade: (_request, socket) => socket.destroy(),
      close: () => undefined,
    });
    expect(await ask(`${address}/`)).toEqual({ status: 200, body: "page" });
    expect((await ask(`${address}/other`)).status).toBe(404);
    expect((await ask(`${address}/`, "evil.example")).status).toBe(403);
  });

  it("refuses a foreign Host header on loopback, and takes loopback names", async () => {
    const address = await serve().server.start();
    expect((await ask(`${address}/healthz`, "evil.example")).status).toBe(403);
    expect((await ask(`${address}/healthz`, "127.0.0.1.evil.example:80")).status).toBe(403);
    expect((await ask(`${address}/healthz`, "localhost:1")).status).toBe(200);
    expect((await ask(`${address}/healthz`, "[::1]:8420")).status).toBe(200);
  });

  it("says in one sentence that the port is taken", async () => {
    const address = await serve().server.start();
    const second = serve(address.replace("http://", ""));
    open.pop();
    const error: unknown = await second.server.start().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ListenError);
    expect(String(error)).toMatch(
      /Another program already listens on 127\.0\.0\.1:\d+\. Start with another port: HOTLINE_WEB_LISTEN=127\.0\.0\.1:\d+ npm start, or set channels\.web\.listen/,
    );
  });
});
