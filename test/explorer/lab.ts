import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { RedisLink } from "../../src/redis/connection.ts";
import { createScriptRunner, type RunScript } from "../../src/redis/script-runner.ts";
import { startRedis } from "../fixtures/redis.ts";

const folder = new URL("../../src/redis/scripts/", import.meta.url);
const clockKey = "explorer:clock";
const saidKey = "explorer:said";

/** Scripts see the schedule's time instead of the server's, and what they publish is kept for the scheduler. */
const head = `
local function explorer_time()
  local ms = tonumber(redis.call('GET', '${clockKey}'))
  return { math.floor(ms / 1000), (ms % 1000) * 1000 }
end
local function explorer_publish(channel, message)
  redis.call('RPUSH', '${saidKey}', channel, message)
end
`;

/** A message that was published. */
export interface Said {
  readonly channel: string;
  readonly message: string;
}

/** One Redis for all schedules of a run; one schedule at a time. */
export interface Lab {
  readonly redis: RedisLink["redis"];
  /** Runs a script of the product at the time `now`; what it published comes with it. */
  run(
    now: number,
    ...call: Parameters<RunScript>
  ): Promise<{ readonly reply: unknown; readonly said: readonly Said[] }>;
  /** Removes every key of a schedule. */
  clear(prefix: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a private server without a disk: crashes of Redis are not its business. */
export async function openLab(): Promise<Lab> {
  const server = await startRedis();
  const { redis } = await server.link("explorer");
  await redis.config("SET", "appendonly", "no");
  const { shas, publishing } = await loadPatched(redis);
  const patched = new Proxy(redis, {
    get(target, property) {
      if (property !== "evalsha") return Reflect.get(target, property) as unknown;
      return (sha: string, ...rest: unknown[]) =>
        Reflect.apply(target.evalsha, target, [shas.get(sha) ?? sha, ...rest]);
    },
  });
  const runScript = createScriptRunner(patched);
  let shown = Number.NaN;
  return {
    redis,
    async run(now, name, keys, args) {
      if (shown !== now) void redis.set(clockKey, now);
      shown = now;
      const running = runScript(name, keys, args);
      const heard = publishing.has(name) ? redis.lpop(saidKey, 1000) : undefined;
      const reply = await running;
      return { reply, said: pairs((await heard) ?? []) };
    },
    async clear(prefix) {
      const script = "local k = redis.call('KEYS', ARGV[1]) if #k > 0 then redis.call('UNLINK', unpack(k)) end";
      await redis.eval(script, 0, `${prefix}:*`);
      await redis.del(saidKey);
    },
    stop: () => server.stop(),
  };
}

/** Loads every script as the product would, with our time in it; original hash → hash of the changed one. */
async function loadPatched(
  redis: RedisLink["redis"],
): Promise<{ readonly shas: ReadonlyMap<string, string>; readonly publishing: ReadonlySet<string> }> {
  const shas = new Map<string, string>();
  const publishing = new Set<string>();
  const prelude = readFileSync(new URL("prelude.lua", folder), "utf8");
  if (prelude.split("redis.call('TIME')").length !== 2) throw new Error("prelude.lua asks for the time elsewhere");
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".lua") || file === "prelude.lua") continue;
    const lua = `${prelude}\n${readFileSync(new URL(file, folder), "utf8")}`;
    const changed = lua
      .replace("redis.call('TIME')", "explorer_time()")
      .replaceAll("redis.call('PUBLISH',", "explorer_publish(");
    shas.set(createHash("sha1").update(lua).digest("hex"), String(await redis.script("LOAD", head + changed)));
    publishing.add(file.slice(0, -".lua".length));
  }
  return {
    shas,
    publishing: new Set([...publishing].filter((name) => /^(ingest|settle|commit|update-view|say)$/.test(name))),
  };
}

function pairs(flat: readonly string[]): readonly Said[] {
  const said: Said[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) said.push({ channel: flat[at] ?? "", message: flat[at + 1] ?? "" });
  return said;
}
