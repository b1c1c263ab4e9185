import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { startRedis, type TestRedis } from "../../fixtures/redis.ts";
import { ask, startWebRig, type WebRig } from "./rig.ts";

let redis: TestRedis;
let rig: WebRig;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  rig = await startWebRig(redis);
});
afterEach(() => rig.end());

const cookieOf = async (): Promise<string> => {
  const { headers } = await ask(rig.entry);
  return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
};

/** Status of an attempt to open the socket; 101 when it opens. */
function knock(headers: Readonly<Record<string, string>>): Promise<number> {
  const socket = new WebSocket(`${rig.address.replace("http", "ws")}/ws`, { headers });
  return new Promise((resolve, reject) => {
    socket.on("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.on("error", reject);
  });
}

describe("the printed address", () => {
  test("lets a browser in once and for all: the token becomes a cookie no script can read", async () => {
    const { status, headers } = await ask(rig.entry);
    expect(status).toBe(303);
    expect(headers.location).toBe("/");
    const [cookie = ""] = headers["set-cookie"] ?? [];
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(new URL(rig.entry).searchParams.get("token"));
    const page = await ask(`${rig.address}/`, { cookie: cookie.split(";")[0] ?? "" });
    expect(page.status).toBe(200);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.headers["content-security-policy"]).toContain("script-src 'self'");
  });

  test("with a wrong token, or none, says how to get in", async () => {
    const wrong = await ask(`${rig.address}/?token=0123456789abcdef`);
    expect(wrong.status).toBe(401);
    expect(wrong.headers["set-cookie"]).toBeUndefined();
    expect(wrong.body).toContain("not, or no longer, the right one");
    const none = await ask(`${rig.address}/`);
    expect(none.status).toBe(401);
    expect(none.body).toContain("npm start");
  });

  test("holds a token that is kept in dataDir, for nobody else to read; removing it shuts every browser out", async () => {
    const path = join(rig.dataDir, "web-token");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const token = (await readFile(path, "utf8")).trim();
    expect(rig.entry).toBe(`${rig.address}/?token=${token}`);
    const cookie = await cookieOf();
    await rig.restart();
    expect((await ask(`${rig.address}/`, { cookie })).status).toBe(200);
    await rm(path);
    await rig.restart();
    expect(rig.entry).not.toContain(token);
    expect((await ask(`${rig.address}/`, { cookie })).status).toBe(401);
  });
});

describe("a socket", () => {
  test("opens for the page itself, and for nobody else (L9)", async () => {
    const cookie = await cookieOf();
    const origin = rig.address;
    expect(await knock({ cookie, origin })).toBe(101);
    expect(await knock({ origin })).toBe(401);
    expect(await knock({ cookie: "hotline-1=guess", origin })).toBe(401);
    expect(await knock({ cookie, origin: "https://evil.example" })).toBe(403);
    expect(await knock({ cookie })).toBe(403);
    expect(await knock({ cookie, origin: "null" })).toBe(403);
    expect((await ask(`${rig.address}/ws`)).status).toBe(401);
    expect((await ask(`${rig.address}/ws`, { cookie })).status).toBe(426);
  });

  test("that says what nobody understands is closed, and nothing happens", async () => {
    const cookie = await cookieOf();
    for (const nonsense of ["{", '{"type":"say","chat":"../x","text":"t","files":[]}', '{"type":"rule"}', "[]"]) {
      const socket = new WebSocket(`${rig.address.replace("http", "ws")}/ws`, {
        headers: { cookie, origin: rig.address },
      });
      const code = await new Promise((resolve, reject) => {
        socket.on("open", () => socket.send(nonsense));
        socket.on("close", resolve);
        socket.on("error", reject);
      });
      expect(code).toBe(1007);
    }
    expect(rig.events).toEqual([]);
  });
});

test("another host's name is refused, so that a foreign page cannot read us by its own name", async () => {
  const cookie = await cookieOf();
  expect((await ask(`${rig.address}/`, { cookie, host: "evil.example" })).status).toBe(403);
});

describe("a file", () => {
  test("comes and goes with a cookie only, and is never run as a page", async () => {
    const page = await rig.page();
    const html = await page.upload("evil.html", Buffer.from("<script>alert(1)</script>"));
    expect(html.type).toBe("application/octet-stream");
    const cookie = await cookieOf();
    const url = `${rig.address}/files/${html.id}`;
    expect((await ask(url)).status).toBe(401);
    const { headers, status } = await ask(url, { cookie });
    expect(status).toBe(200);
    expect(headers["content-disposition"]).toMatch(/^attachment/);
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["content-security-policy"]).toContain("sandbox");
    expect((await ask(`${rig.address}/files/${"0".repeat(32)}`, { cookie })).status).toBe(404);
    expect((await ask(`${rig.address}/files/..%2fweb-token`, { cookie })).status).toBe(404);
  });

  test("is not taken from another site, nor without a cookie", async () => {
    const cookie = await cookieOf();
    const post = (headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetch(`${rig.address}/files?name=a`, { method: "POST", headers, body: "x" });
    expect((await post({ cookie, origin: "https://evil.example" })).status).toBe(403);
    expect((await post({ origin: rig.address })).status).toBe(401);
    expect((await post({ cookie, origin: rig.address })).status).toBe(200);
  });

  test("over the limit is refused in words, and nothing of it stays", async () => {
    const cookie = await cookieOf();
    const chunk = Buffer.alloc(1024 * 1024);
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (sent++ > 100) controller.close();
        else controller.enqueue(chunk);
      },
    });
    const answer = await fetch(`${rig.address}/files?name=big`, {
      method: "POST",
      headers: { cookie, origin: rig.address },
      body,
      duplex: "half",
    } as RequestInit).catch((error: unknown) => error as Error);
    // The answer may be lost with the connection that is cut; what counts is that nothing is kept.
    if (answer instanceof Response) expect(answer.status).toBe(413);
    const { readdir } = await import("node:fs/promises");
    expect(await readdir(join(rig.dataDir, "web"))).toEqual([]);
  });
});
