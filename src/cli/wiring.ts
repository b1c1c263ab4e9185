import type { LoadedConfig } from "../../config/load.ts";
import type { AccessRules, GroupRules } from "../channel/access.ts";
import type { Channel } from "../channel/port.ts";
import type { CodexRuntime } from "../codex/port.ts";
import { type CodexRuntimeOptions, createCodexRuntime } from "../codex/runtime.ts";
import { commandMenu } from "../commands/registry.ts";
import type { ActorSettings } from "../dispatcher/settings.ts";
import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import { accountKey, chatAddress, type PersonId, webOwner } from "../model/ids.ts";
import { connectRedis, type RedisLink } from "../redis/connection.ts";
import { openData } from "../redis/data-format.ts";
import { createEmbeddedRedis, type EmbeddedRedis } from "../redis/embedded.ts";
import { nodeId } from "../redis/node-id.ts";
import { type Presence, refuseCopy } from "../redis/nodes.ts";
import type { RedisTarget } from "../redis/target.ts";
import type { Health, PartHealth } from "../telemetry/health.ts";
import { createWorkspace, type ManagedWorkspace } from "../workspace/workspace.ts";
import { livesHere, ownPlace } from "./own-place.ts";
import { ownVersion } from "./version.ts";

const minuteMs = 60_000;

/** Codex as the configuration wants it; everything of the service is denied to it. `servedBy`: see CodexRuntimeOptions. */
export function codexOf(config: LoadedConfig, log: Logger, servedBy?: string): CodexRuntime {
  return createCodexRuntime({ ...codexOptions(config, log), ...(servedBy === undefined ? {} : { servedBy }) });
}

/** What Codex processes of this service are started with. */
export function codexOptions(config: LoadedConfig, log: Logger): CodexRuntimeOptions {
  return {
    ...(config.codex.bin === undefined ? {} : { bin: config.codex.bin }),
    home: config.codex.home,
    runtimeDir: config.runtimeDir,
    deny: [config.dataDir, config.runtimeDir, ...config.secretFiles],
    env: config.codex.env,
    proxyEnv: {},
    config: config.codex.config,
    hostEnv: config.environment,
    clock: systemClock,
    log: log.child({ part: "codex" }),
  };
}

/** Who may do what; `default` and groups that are off leave nothing to know. */
export function accessRules({ access, channels }: LoadedConfig): AccessRules {
  const groups: Record<string, GroupRules> = {};
  for (const [name, group] of Object.entries(access.groups)) {
    if (group === "off" || group.mode === "off") continue;
    groups[name] = { mode: group.mode, talk: group.talk, approve: group.approve.who };
  }
  const owners = [...access.owners, ...(channels.web === false ? [] : [webOwner])];
  return { owners: owners.map((id) => id as PersonId), users: access.users, direct: access.direct, groups };
}

/** What chats need of the configuration. */
export function settingsOf(config: LoadedConfig, channels: () => readonly Channel[], demo: boolean): ActorSettings {
  return {
    demo,
    whileBusy: config.whileBusy,
    recovery: config.recovery,
    language: config.language,
    timeZone: config.timezone,
    idleMs: config.codex.idleMinutes * minuteMs,
    stallMs: config.codex.stallMinutes * minuteMs,
    maxTurnMs: config.codex.maxTurnMinutes * minuteMs,
    remindMs: config.approvals.remindMinutes.map((minutes) => minutes * minuteMs),
    maxDownloadBytes: (chat) =>
      channels().find((channel) => channel.account === accountKey(chatAddress(chat)))?.capabilities.maxDownloadBytes ??
      0,
  };
}

/** Our own server where none is configured; not started. */
export function embeddedRedisOf(config: LoadedConfig, logger: Logger): EmbeddedRedis | undefined {
  if (config.redis !== undefined) return undefined;
  return createEmbeddedRedis({
    dataDir: config.dataDir,
    runtimeDir: config.environment.XDG_RUNTIME_DIR ?? "/tmp",
    path: config.environment.PATH ?? "",
    logger,
    clock: systemClock,
  });
}

/** Where the configured Redis is, or our own. */
export function redisTarget(config: LoadedConfig, embedded: EmbeddedRedis | undefined): RedisTarget {
  return embedded === undefined ? { url: config.redis?.url ?? "" } : { socketPath: embedded.socketPath };
}

/** Connects, for as long as it takes. Meanwhile the part `redis` says what it waits for. BridgeError `redisUnfit`. */
export function connectWatched(target: RedisTarget, logger: Logger, health: Health): Promise<RedisLink> {
  let away: string | undefined;
  const note = (reason: string | undefined): void => {
    away = reason;
  };
  health.watch("redis", () => ({
    state: "starting",
    reason: away === undefined ? "Redis is asked" : `waits for Redis: ${away}`,
  }));
  return connectRedis({ target, logger, onAway: note });
}

/** Checks the stored data before anything else touches it, and makes this node seen. BridgeError `dataUnfit`, `copyRuns`. */
export async function openOwnData(config: LoadedConfig, link: RedisLink, logger: Logger): Promise<Presence> {
  const node = await nodeId(config.dataDir);
  const place = ownPlace();
  // A copy of a data folder with a private Redis has a Redis of its own: what is seen there are earlier runs.
  if (config.redis !== undefined) await refuseCopy(link, node, { me: place, lives: livesHere, clock: systemClock });
  return openData(link, { node, place, version: ownVersion(), clock: systemClock, logger });
}

/** Health of the link, and of our own server behind it. */
export function redisHealth(link: RedisLink, embedded: EmbeddedRedis | undefined): PartHealth {
  const own = embedded?.health();
  if (own?.state === "degraded") return { state: "degraded", reason: own.reason ?? "the embedded Redis ended" };
  return link.ready() ? { state: "ready" } : { state: "degraded", reason: "Redis does not answer" };
}

/** Publishes the command menu. It is a comfort: tried until it is there, and nothing waits for it. Never rejects. */
export async function publishMenu(channel: Channel, log: Logger, signal: AbortSignal): Promise<void> {
  for (let waitMs = 5000; !signal.aborted; waitMs = Math.min(2 * waitMs, 10 * minuteMs)) {
    try {
      await channel.publishCommands(commandMenu, signal);
      return;
    } catch (error) {
      log.debug({ error, channel: channel.account }, "command menu is not published yet");
      await systemClock.sleep(waitMs, signal).catch(() => undefined);
    }
  }
}

/**
 * Project folders, and the way of files into them. `unbound`: chats work in the first project, whatever they were bound to.
 * `channelOf`: the channel of an account, `telegram~main`.
 */
export function workspaceOf(
  config: LoadedConfig,
  unbound: boolean,
  channelOf: (account: string) => Channel | undefined,
): ManagedWorkspace {
  return createWorkspace({
    projects: config.projects,
    unbound,
    defaults: config.codex,
    dataDir: config.dataDir,
    environment: config.environment,
    async download(chat, attachment, path) {
      const channel = channelOf(accountKey(chatAddress(chat)));
      if (channel === undefined) throw new BridgeError("fileElsewhere", `this worker has no channel of ${chat}`);
      await channel.download(attachment, path, AbortSignal.timeout(10 * minuteMs));
    },
  });
}
