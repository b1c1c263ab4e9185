import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { Redis } from "ioredis";
import { BridgeError } from "../model/errors.ts";

const folder = new URL("./scripts/", import.meta.url);
const prelude = "prelude.lua";

/** Names of the files in `scripts/`, without `.lua`. */
export type ScriptName =
  | "ingest"
  | "once"
  | "claim"
  | "renew"
  | "release"
  | "commit"
  | "update-view"
  | "live"
  | "settle"
  | "reserve"
  | "unreserve"
  | "unowned"
  | "say"
  | "move"
  | "claim-try"
  | "claim-take"
  | "account-claim"
  | "account-renew"
  | "account-release"
  | "outbox-progress"
  | "outbox-complete"
  | "outbox-remember"
  | "outbox-abandon"
  | "transcript-put"
  | "transcript-frame"
  | "worker-beat"
  | "workers"
  | "gateway-beat"
  | "route"
  | "stranded"
  | "rehome"
  | "hand-over"
  | "trace-add"
  | "format-write"
  | "nodes-seen";

export type ScriptArgument = string | number | Buffer;

/**
 * Runs one script as one atomic step. A command without a reply is sent again after a reconnect, so a script may run
 * twice for one call: every script recognizes its own repetition or is harmless to repeat.
 * Rejects with BridgeError `redisUnavailable`; waits (does not reject) while Redis is away.
 */
export type RunScript = (
  name: ScriptName,
  keys: readonly string[],
  args: readonly ScriptArgument[],
) => Promise<unknown>;

interface Script {
  readonly lua: string;
  readonly sha: string;
}

/** Reads the `.lua` files beside this module; each is prefixed with `prelude.lua`. */
function loadScripts(): ReadonlyMap<string, Script> {
  const head = readFileSync(new URL(prelude, folder), "utf8");
  const scripts = new Map<string, Script>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".lua") || file === prelude) continue;
    const lua = `${head}\n${readFileSync(new URL(file, folder), "utf8")}`;
    scripts.set(file.slice(0, -".lua".length), { lua, sha: createHash("sha1").update(lua).digest("hex") });
  }
  return scripts;
}

/** A runner on one connection. */
export function createScriptRunner(redis: Redis): RunScript {
  const scripts = loadScripts();
  return async (name, keys, args) => {
    const script = scripts.get(name);
    if (script === undefined) throw new Error(`no script ${name}.lua`);
    try {
      return await redis.evalsha(script.sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isReply(error, "NOSCRIPT")) throw unavailable(error);
    }
    try {
      return await redis.eval(script.lua, keys.length, ...keys, ...args);
    } catch (error) {
      throw unavailable(error);
    }
  };
}

/** Any error of the client as a BridgeError. */
function unavailable(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new BridgeError("redisUnavailable", `Redis: ${reason}`, { cause: error });
}

/** Awaits a plain command; its errors become BridgeError `redisUnavailable`. */
export async function answered<T>(command: Promise<T>): Promise<T> {
  try {
    return await command;
  } catch (error) {
    throw unavailable(error);
  }
}

function isReply(error: unknown, code: string): boolean {
  return error instanceof Error && error.message.startsWith(code);
}
