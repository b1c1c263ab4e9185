import { describe, expect, it } from "vitest";
import { createProxyAgents } from "../../../src/lib/proxy-agent.ts";

function proxied(url: string, noProxy: string): boolean {
  return createProxyAgents("http://proxy:3128", noProxy).agentFor(url) !== undefined;
}

describe("createProxyAgents", () => {
  it("goes directly without a proxy", () => {
    expect(createProxyAgents(undefined, "").agentFor("https://example.org")).toBeUndefined();
  });

  it("gives every proxied request the same agent", () => {
    const agents = createProxyAgents("http://proxy:3128", "");
    expect(agents.agentFor("https://a.example")).toBe(agents.agentFor(new URL("https://b.example")));
  });

  it.each([
    ["https://api.telegram.org/bot", "", true],
    ["https://api.telegram.org", "*", false],
    ["https://api.telegram.org", "telegram.org", false],
    ["https://api.telegram.org", ".telegram.org", false],
    ["https://api.telegram.org", "*.telegram.org", false],
    ["https://API.telegram.org", "a.b, API.TELEGRAM.org", false],
    ["https://nottelegram.org", "telegram.org", true],
    ["https://host.example:8443", "host.example:443", true],
    ["https://host.example", "host.example:443", false],
    ["http://host.example", "x host.example:80", false],
    ["https://10.0.0.1", "10.0.0.1", false],
    ["http://[fe80::1]:80", "fe80::1", false],
    ["http://[fe80::1]:80", "[fe80::1]", false],
    ["http://127.0.0.1:8081", "", false],
    ["http://localhost", "", false],
    ["http://[::1]", "", false],
    ["http://127.0.0.1.example", "", true],
  ])("%s with NO_PROXY=%s: proxied %s", (url, noProxy, expected) => {
    expect(proxied(url, noProxy)).toBe(expected);
  });
});
