import type { Agent } from "node:http";
import { HttpsProxyAgent } from "https-proxy-agent";
import { isLoopback } from "./listen-address.ts";

/** Which agent a request takes. */
export interface ProxyAgents {
  /** Tunnels (CONNECT) through the proxy; undefined: go directly. One agent for all, so that connections are kept alive. */
  agentFor(url: string | URL): Agent | undefined;
}

/**
 * Agents for a proxy. `noProxy` as in NO_PROXY: comma- or blank-separated hosts, each with what lies below it
 * (`example.org` and `.example.org` alike), optionally `:port`; `*` for everything. Loopback always goes directly.
 */
export function createProxyAgents(proxy: string | undefined, noProxy: string): ProxyAgents {
  if (proxy === undefined) return { agentFor: () => undefined };
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
  const rules = noProxy.split(/[\s,]+/).filter((rule) => rule !== "");
  return { agentFor: (url) => (goesDirectly(new URL(url), rules) ? undefined : agent) };
}

function goesDirectly(url: URL, rules: readonly string[]): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, "");
  if (isLoopback(host)) return true;
  const port = url.port === "" ? (url.protocol === "http:" ? "80" : "443") : url.port;
  return rules.some((rule) => matches(rule.toLowerCase(), host, port));
}

function matches(rule: string, host: string, port: string): boolean {
  if (rule === "*") return true;
  const [, name = rule, only] = /^(.+?)(?::(\d+))?$/.exec(rule.replace(/^\[(.*)\]/, "$1")) ?? [];
  if (host.includes(":")) return rule.replace(/^\[|\]$/g, "") === host;
  const suffix = name.replace(/^\*?\./, "");
  return (only === undefined || only === port) && (host === suffix || host.endsWith(`.${suffix}`));
}
