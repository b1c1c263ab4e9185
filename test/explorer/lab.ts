import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import type { RedisLink } from "../../src/redis/connection.ts";
import { createScriptRunner, type RunScript } from "../../src/redis/script-runner.ts";
import { startRedis } from "../fixtures/redis.ts";

const folder = new URL("../../src/redis/scripts/", import.meta.url);

/** Scripts see the schedule's time, their last argument, instead of the server's; what they publish comes with their reply. */
const head = `
local explorer_now = tonumber(table.remove(ARGV))
local explorer_said = {}
local function explorer_time()
  return { math.floor(explorer_now / 1000), (explorer_now % 1000) * 1000 }
end
local function explorer_publish(channel, message)
  table.insert(explorer_said, channel)
  table.insert(explorer_said, message)
end
local function explorer_script()
`;
const tail = `
end
local explorer_reply = explorer_script()
if explorer_reply == nil then
  explorer_reply = false
end
return { explorer_reply, explorer_said }
`;

/** A message that was published. */
export interface Said {
  readonly channel: string;
  readonly message: string;
}

/** One Redis for all schedules of a run, each with its own keys. */
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
  const shas = await loadPatched(redis);
  const patched = new Proxy(redis, {
    get(target, property) {
      if (property !== "evalsha") return Reflect.get(target, property) as unknown;
      return (sha: string, ...rest: unknown[]) =>
        Reflect.apply(target.evalsha, target, [shas.get(sha) ?? sha, ...rest]);
    },
  });
  const runScript = createScriptRunner(patched);
  return {
    redis,
    async run(now, name, keys, args) {
      const [reply, said] = (await runScript(name, keys, [...args, now])) as readonly [unknown, readonly string[]];
      return { reply, said: pairs(said) };
    },
    async clear(prefix) {
      const script = "local k = redis.call('KEYS', ARGV[1]) if #k > 0 then redis.call('UNLINK', unpack(k)) end";
      await redis.eval(script, 0, `${prefix}:*`);
    },
    stop: () => server.stop(),
  };
}

/** Loads every script as the product would, with our time in it; original hash → hash of the changed one. */
async function loadPatched(redis: RedisLink["redis"]): Promise<ReadonlyMap<string, string>> {
  const shas = new Map<string, string>();
  const prelude = readFileSync(new URL("prelude.lua", folder), "utf8");
  if (prelude.split("redis.call('TIME')").length !== 2) throw new Error("prelude.lua asks for the time elsewhere");
  for (const file of readdirSync(folder)) {
    if (!file.endsWith(".lua") || file === "prelude.lua") continue;
    const lua = `${prelude}\n${readFileSync(new URL(file, folder), "utf8")}`;
    const changed = lua
      .replace("redis.call('TIME')", "explorer_time()")
      .replaceAll("redis.call('PUBLISH',", "explorer_publish(");
    const sha = createHash("sha1").update(lua).digest("hex");
    shas.set(sha, String(await redis.script("LOAD", head + changed + tail)));
  }
  return shas;
}

function pairs(flat: readonly string[]): readonly Said[] {
  const said: Said[] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) said.push({ channel: flat[at] ?? "", message: flat[at + 1] ?? "" });
  return said;
}
