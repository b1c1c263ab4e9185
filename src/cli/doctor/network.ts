import { request as plainRequest } from "node:http";
import { request as secureRequest } from "node:https";
import { connect } from "node:net";
import { createProxyAgents } from "../../lib/proxy-agent.ts";
import { untilAborted } from "../../lib/until-aborted.ts";
import type { Finding } from "../../model/finding.ts";
import { reasonOf, type Scene } from "./check.ts";

/** Clocks further apart than this are worth a line, ms. Tokens and signatures live for minutes. */
const skewMs = 30_000;
const tryMs = 4000;

/** This machine's clock beside those of the platforms (their `Date` header; it has whole seconds). `roots`: their addresses. */
export async function checkClock(
  { config, words }: Scene,
  roots: readonly string[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const check = "clock";
  if (roots.length === 0) return [{ check, state: "ok", message: words.clockAlone }];
  const proxies = createProxyAgents(config.proxy, config.noProxy);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(tryMs)]);
  const skews = await Promise.all(
    [...new Set(roots)].map((root) => skewOf(root, proxies.agentFor(root), limit).catch(() => undefined)),
  );
  const known = skews.filter((skew) => skew !== undefined);
  const [first] = known;
  if (first === undefined) return [{ check, state: "warn", message: words.clockUnknown, fix: words.fixClockUnknown }];
  const widest = known.reduce((a, b) => (Math.abs(a) >= Math.abs(b) ? a : b), first);
  const seconds = Math.round(Math.abs(widest) / 1000);
  if (Math.abs(widest) <= skewMs) return [{ check, state: "ok", message: words.clockRight }];
  return [{ check, state: "warn", message: words.clockWrong(seconds, widest > 0), fix: words.fixClock }];
}

/** How far we are ahead of a server, ms; undefined when it does not tell. Rejects when it does not answer. */
function skewOf(
  root: string,
  agent: ReturnType<ReturnType<typeof createProxyAgents>["agentFor"]>,
  signal: AbortSignal,
): Promise<number | undefined> {
  const url = new URL("/", root);
  const request = url.protocol === "http:" ? plainRequest : secureRequest;
  const before = Date.now();
  const told = new Promise<number | undefined>((resolve, reject) => {
    const outgoing = request(url, { method: "HEAD", signal, agent: agent ?? false }, (response) => {
      response.resume();
      const theirs = Date.parse(response.headers.date ?? "");
      const ours = (before + Date.now()) / 2;
      // The header is cut to the second: on average half a one is missing.
      resolve(Number.isNaN(theirs) ? undefined : ours - (theirs + 500));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
  // While a proxy keeps the connection waiting, an aborted request says nothing.
  return untilAborted(told, signal);
}

/** Whether the proxy takes connections. */
export async function checkProxy({ config, words, place }: Scene, signal: AbortSignal): Promise<readonly Finding[]> {
  const check = "proxy";
  if (config.proxy === undefined) return [{ check, state: "ok", message: words.noProxy }];
  const { hostname, port, protocol } = new URL(config.proxy);
  const at = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (protocol === "https:" ? 443 : 80)) };
  const name = `${at.host}:${at.port}`;
  try {
    await opens(at, AbortSignal.any([signal, AbortSignal.timeout(tryMs)]));
    return [{ check, state: "ok", message: words.proxyAnswers(name) }];
  } catch (error) {
    return [
      { check, state: "error", message: words.proxyAway(name, reasonOf(error)), fix: words.fixProxy(place("proxy")) },
    ];
  }
}

function opens(at: { readonly host: string; readonly port: number }, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...at, signal }, () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
  });
}
