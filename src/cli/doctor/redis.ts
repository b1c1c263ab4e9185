import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import type { LoadedConfig } from "../../../config/load.ts";
import type { DoctorWords } from "../../model/catalog/doctor.ts";
import type { Finding } from "../../model/finding.ts";
import { isNoRedis } from "../../redis/connect-trouble.ts";
import { embeddedFiles, findRedisServer } from "../../redis/embedded-files.ts";
import { runningServer } from "../../redis/embedded-server.ts";
import { examineRedis, type RedisExamination } from "../../redis/examine.ts";
import { isSupported, oldestRedis } from "../../redis/fitness.ts";
import { tlsTrouble } from "../../redis/tls-trouble.ts";
import { reasonOf, type Scene } from "./check.ts";
import { output } from "./machine.ts";

/** Asks Redis, once for everybody. Resolves undefined when it is our own server and does not run. */
export type AskRedis = (signal: AbortSignal) => Promise<RedisExamination | undefined>;

const askMs = 5000;
const check = "redis";

/** See {@link AskRedis}. */
export function askRedis(config: LoadedConfig): AskRedis {
  let asked: Promise<RedisExamination | undefined> | undefined;
  return (signal) => {
    asked ??= ask(config, AbortSignal.any([signal, AbortSignal.timeout(askMs)]));
    return asked;
  };
}

async function ask(config: LoadedConfig, signal: AbortSignal): Promise<RedisExamination | undefined> {
  if (config.redis !== undefined) return examineRedis({ url: config.redis.url }, signal);
  const { socket } = filesOf(config);
  return existsSync(socket) ? examineRedis({ socketPath: socket }, signal).catch(onlyIfThere) : undefined;
}

/** A socket a dead server left. */
function onlyIfThere(error: unknown): undefined {
  if (error instanceof Error && Reflect.get(error, "code") === "ECONNREFUSED") return undefined;
  throw error;
}

function filesOf(config: LoadedConfig): ReturnType<typeof embeddedFiles> {
  return embeddedFiles(config.dataDir, config.environment.XDG_RUNTIME_DIR ?? "/tmp");
}

/** The Redis of the configuration, or the server we would start ourselves. */
export async function checkRedis(scene: Scene, redis: AskRedis, signal: AbortSignal): Promise<readonly Finding[]> {
  const { role, words, place } = scene;
  if (role !== "all" && scene.config.redis === undefined)
    return [
      { check, state: "error", message: words.noSharedRedis(role), fix: words.fixNoSharedRedis(place("redis.url")) },
    ];
  return scene.config.redis === undefined ? checkOwn(scene, redis, signal) : checkForeign(scene, redis, signal);
}

async function checkOwn(scene: Scene, redis: AskRedis, signal: AbortSignal): Promise<readonly Finding[]> {
  const { config, words } = scene;
  const path = config.environment.PATH ?? "";
  const binary = findRedisServer({ path, dataDir: config.dataDir });
  if (binary === undefined)
    return [{ check, state: "error", message: words.noRedisServer, fix: words.install("redis-server") }];
  const told = await output(binary, ["--version"], config.environment, signal);
  const version = /\bv=?(\d+(?:\.\d+)+)/.exec(told)?.[1] ?? "unknown";
  if (!isSupported(version))
    return [
      { check, state: "error", message: words.oldRedis(version, oldestRedis), fix: words.install("redis-server") },
    ];
  try {
    const found = await redis(signal);
    return [
      found === undefined
        ? await asleep(scene, binary, version)
        : { check, state: "ok", message: words.ownRedisRuns(found.version) },
      ...dataFindings(found, words),
    ];
  } catch (error) {
    return [
      {
        check,
        state: "error",
        message: words.redisSilent(filesOf(config).socket, whyOf(error, words)),
        fix: words.fixRedisSilent(filesOf(config).logFile),
      },
    ];
  }
}

/** Our server does not answer: it is not running, which is right, or it is stuck. */
async function asleep({ config, words }: Scene, binary: string, version: string): Promise<Finding> {
  const files = filesOf(config);
  const dir = await realpath(files.dir).catch(() => files.dir);
  const pid = await runningServer({ ...files, dir });
  if (pid === undefined) return { check, state: "ok", message: words.ownRedis(binary, version) };
  const message = words.redisStuck(pid, dirname(files.logFile));
  return { check, state: "error", message, fix: words.fixRedisSilent(files.logFile) };
}

async function checkForeign(scene: Scene, redis: AskRedis, signal: AbortSignal): Promise<readonly Finding[]> {
  const { words, place } = scene;
  const url = shownUrl(scene.config.redis?.url ?? "");
  try {
    const found = await redis(signal);
    return found === undefined ? [] : judge(found, url, scene);
  } catch (error) {
    const reason = whyOf(error, words);
    const trouble = tlsTrouble(error, scene.config.redis?.url ?? "");
    const away = trouble === undefined ? words.fixRedisAway : words.fixRedisTls[trouble];
    const refused = /\b(NOAUTH|WRONGPASS|NOPERM)\b|invalid password/i.test(reason);
    const { protocol } = new URL(scene.config.redis?.url ?? "");
    const noRedis = isNoRedis(error);
    return [
      {
        check,
        state: "error",
        message: noRedis
          ? words.noRedis(url)
          : refused
            ? words.redisRefuses(url, reason)
            : words.redisAway(url, reason),
        fix: refused ? words.fixRedisPassword(place("redis.url"), protocol) : away(place("redis.url")),
      },
    ];
  }
}

function judge(found: RedisExamination, url: string, { words, place }: Scene): readonly Finding[] {
  const { version, policy } = found;
  const findings: Finding[] = [];
  if (!found.supported)
    findings.push({
      check,
      state: "error",
      message: words.oldRedis(version, oldestRedis),
      fix: words.fixOldRedis(place("redis.url")),
    });
  if (found.cluster)
    findings.push({
      check,
      state: "error",
      message: words.redisCluster,
      fix: words.fixRedisCluster(place("redis.url")),
    });
  if (policy !== "noeviction")
    findings.push({
      check: "redis.eviction",
      state: "error",
      message: words.redisEvicts(policy),
      fix: setting(url, "maxmemory-policy noeviction"),
    });
  if (!found.appendOnly)
    findings.push({
      check: "redis.persistence",
      state: "warn",
      message: found.saves === undefined || found.saves === "" ? words.redisForgets : words.redisLosesMinutes,
      fix: setting(url, "appendonly yes"),
    });
  const fit: Finding = { check, state: "ok", message: words.redisFit(version, url) };
  return [...(findings.length > 0 ? findings : [fit]), ...dataFindings(found, words)];
}

/** What start would refuse. */
function dataFindings(found: RedisExamination | undefined, words: DoctorWords): readonly Finding[] {
  if (found?.unfitData === undefined) return [];
  return [{ check: "redis.data", state: "error", message: words.unfitData, fix: found.unfitData }];
}

function setting(url: string, what: string): string {
  return `redis-cli -u ${url} CONFIG SET ${what} && redis-cli -u ${url} CONFIG REWRITE`;
}

function whyOf(error: unknown, words: DoctorWords): string {
  const late = error instanceof Error && error.name === "TimeoutError";
  return late ? words.noTime(askMs / 1000) : reasonOf(error);
}

/** Without name and password. */
function shownUrl(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
