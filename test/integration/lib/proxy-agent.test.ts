import { createServer, get, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createProxyAgents } from "../../../src/lib/proxy-agent.ts";

let origin: Server;
let proxy: Server;
let tunnels: { readonly target: string | undefined; readonly auth: string | undefined }[];

const portOf = (server: Server): number => (server.address() as AddressInfo).port;
const listening = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()));

beforeEach(async () => {
  tunnels = [];
  origin = createServer((_request, response) => response.end("origin"));
  proxy = createServer();
  proxy.on("connect", (request, client) => {
    tunnels.push({ target: request.url, auth: request.headers["proxy-authorization"] });
    const upstream = connect(portOf(origin), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client]) socket.on("error", () => upstream.destroy());
  });
  await Promise.all([listening(origin), listening(proxy)]);
});
afterEach(() => {
  for (const server of [origin, proxy]) {
    server.close();
    server.closeAllConnections();
  }
});

it("tunnels requests through the proxy, signed in, over one kept connection", async () => {
  const agent = createProxyAgents(`http://user:p%40ss@127.0.0.1:${portOf(proxy)}`, "").agentFor(
    "http://bot.example:80/",
  );
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      get("http://bot.example:80/", { agent }, (response) => {
        response.setEncoding("utf8").on("data", resolve);
      }).on("error", reject);
    });
  expect([await ask(), await ask()]).toEqual(["origin", "origin"]);
  expect(tunnels).toEqual([{ target: "bot.example:80", auth: `Basic ${Buffer.from("user:p@ss").toString("base64")}` }]);
  agent?.destroy();
});
