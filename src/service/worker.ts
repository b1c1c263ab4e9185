import { hostname } from "node:os";
import type { LoadedConfig } from "../../config/load.ts";
import type { Channel } from "../channel/port.ts";
import type { StopMode } from "../cli/app-port.ts";
import type { ModelChoice } from "../cli/model-choice.ts";
import { ownVersion } from "../cli/version.ts";
import { settingsOf, workspaceOf } from "../cli/wiring.ts";
import { commands } from "../commands/registry.ts";
import { createDispatcher } from "../dispatcher/dispatcher.ts";
import { createSlots } from "../dispatcher/slots.ts";
import type { RuntimeSnapshot } from "../dispatcher/snapshot.ts";
import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { randomNonce } from "../lib/nonce.ts";
import { shortRef } from "../lib/ref.ts";
import { draftId } from "../model/draft-id.ts";
import type { Trace } from "../model/trace.ts";
import type { Activations } from "../queue/port.ts";
import { createChatStore } from "../redis/chat-store.ts";
import type { RedisLink } from "../redis/connection.ts";
import type { AboutWorker, KnownWorker, WorkerRegistry } from "../redis/worker-registry.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { createHomeMark, type HomeSigns } from "./home-mark.ts";
import { countedTurns, observeWorker } from "./observe.ts";
import { createProjects, forgottenQueues, queuesOf, servedQueues } from "./routing.ts";

/** What a worker tells about itself; `startedAt` in ms since the epoch. */
export interface AboutNode extends AboutWorker {
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly startedAt: number;
  /** Chats it holds; absent: as many as are told. */
  readonly held?: number;
  /** Its chats, the busy ones first, at most {@link chatsTold}. */
  readonly chats: readonly RuntimeSnapshot[];
  readonly signs?: HomeSigns;
}

/** What a worker is made of. */
export interface WorkerParts {
  /** With the projects this worker serves. */
  readonly config: LoadedConfig;
  readonly model: ModelChoice;
  /** Pools it serves. */
  readonly pools: readonly string[];
  readonly home: string;
  readonly channels: () => readonly Channel[];
  readonly link: RedisLink;
  readonly node: string;
  readonly activations: Activations;
  readonly registry: WorkerRegistry<AboutNode>;
  readonly traces: Trace;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Codex's side of the service: hosts chats, and tells the others that it lives. */
export interface Worker {
  /**
   * Removes half-received files of an earlier run; before anything is received. BridgeError `copyRuns` when another worker
   * runs on a copy of the Codex home.
   */
  prepare(): Promise<void>;
  start(): Promise<void>;
  /** Begins no new turn; resolves once none runs. See `Dispatcher.drain`. */
  drain(): Promise<void>;
  stop(mode: StopMode): Promise<void>;
  snapshot(): readonly RuntimeSnapshot[];
  /** Removes received files older than `days`; 0 keeps all. How many went. */
  sweepFiles(days: number, now: number): Promise<number>;
}

/** A beat, and how long it counts, ms. */
const beatMs = 1600;
const livesMs = 5000;
/** A worker that stopped as asked may take this long to come back before its chats are told, ms. */
const restartMs = 60_000;
/** What the last beat may take, ms. */
const leaveMs = 1000;
const chatsTold = 100;

type Beat = Pick<KnownWorker<AboutNode>, "livesMs" | "about">;

/** When a worker was heard of last, ms since the epoch by Redis's clock. Pure. */
export function seenAt({ until, about }: Pick<KnownWorker<AboutNode>, "until" | "about">): number {
  return until - (about.aside === "stopped" ? restartMs : livesMs);
}

/** For how long a worker has been away, ms; 0 while it is there. Pure. */
export function silentMs({ livesMs: left, about }: Beat): number {
  return Math.max(0, (about.aside === "stopped" ? restartMs : 0) - left);
}

/** See {@link Worker}. */
export function createWorker(parts: WorkerParts): Worker {
  const { config, model, link, node, log, registry } = parts;
  const demo = model.demo !== undefined;
  model.codex.tell(parts.traces);
  const workspace = workspaceOf(config, demo, (account) => parts.channels().find((one) => one.account === account));
  const beating = new AbortController();
  let aside: AboutNode["aside"] = "joins";
  let beaten = false;
  // Pools of all workers, those that are forgotten meanwhile too: a chat without a known project is of `default`.
  const heard = new Set(["default", ...parts.pools]);
  // A home that is this node's alone has no name in it.
  const mark =
    parts.home === node
      ? undefined
      : createHomeMark({ dir: config.codex.home, home: parts.home, node, clock: systemClock, log });
  const startedAt = systemClock.now();
  const projects = Object.fromEntries(Object.entries(config.projects).map(([name, { pool }]) => [name, pool]));
  const slots = createSlots(config.codex.maxProcesses);
  const dispatcher = createDispatcher({
    store: countedTurns(createChatStore({ link, node, home: parts.home, logger: log }), parts.metrics),
    activations: parts.activations,
    codex: model.codex,
    workspace,
    slots,
    projects: createProjects(config.projects, parts.pools, registry),
    maxProcesses: config.codex.maxProcesses,
    commands,
    settings: settingsOf(config, parts.channels, demo),
    clock: systemClock,
    log: log.child({ part: "dispatcher" }),
    nonce: randomNonce,
    draftId,
    ref: shortRef,
  });

  observeWorker(parts.metrics, slots, () => dispatcher.snapshot());
  const beat = async (forMs: number): Promise<void> => {
    beaten = true;
    const signs = mark?.signs();
    const forgotten = await registry.beat(node, forMs, {
      home: parts.home,
      pools: parts.pools,
      projects,
      host: hostname(),
      pid: process.pid,
      version: ownVersion(),
      startedAt,
      held: dispatcher.snapshot().length,
      chats: told(dispatcher.snapshot()),
      ...(aside === undefined ? {} : { aside }),
      ...(signs === undefined ? {} : { signs }),
    });
    // Their chats are any worker's now, and are woken in its queue.
    const queues = forgottenQueues(forgotten, parts.home, heard);
    for (const queue of queues) await parts.activations.forget(queue);
  };

  /** New chats are for other workers, as far as there are some; these may come and go while we wait for our turns. */
  const standAside = async (): Promise<void> => {
    const others = (await registry.known()).filter((worker) => worker.node !== node);
    const taken = servedQueues(others);
    await parts.activations.hold(queuesOf(parts).filter((queue) => taken.includes(queue)));
  };
  const tell = async (): Promise<void> => {
    const known = await registry.known();
    for (const { about } of known) for (const pool of about.pools) heard.add(pool);
    await mark?.look(known);
    // Nothing may follow the last beat.
    if (beating.signal.aborted) return;
    await beat(livesMs);
    if (aside === "drains") await standAside();
  };

  const farewell = async (): Promise<void> => {
    // One that never served is not waited for.
    const forMs = aside === "joins" ? 0 : restartMs;
    aside = "stopped";
    // Untold, it counts as dead in 5 s: no more than a note in its chats.
    const told = beat(forMs).catch((error: unknown) => log.warn({ error }, "worker leaves in silence"));
    await Promise.race([told, systemClock.sleep(leaveMs)]);
  };

  const beatOn = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await systemClock.sleep(beatMs, signal).catch(() => undefined);
      if (!signal.aborted)
        await tell().catch((error: unknown) => log.warn({ error }, "worker cannot tell that it lives"));
    }
  };

  return {
    async prepare() {
      await workspace.prepare();
      await mark?.join(registry.known, () => beat(livesMs));
    },
    snapshot: () => dispatcher.snapshot(),
    async start() {
      aside = undefined;
      await beat(livesMs);
      void beatOn(beating.signal);
      await dispatcher.start();
    },
    async drain() {
      aside = "drains";
      await tell().catch((error: unknown) => log.warn({ error }, "worker cannot tell that it leaves"));
      await dispatcher.drain();
    },
    async stop(mode) {
      await dispatcher.stop(mode);
      beating.abort(new Error("the service stops"));
      if (beaten) await farewell();
      // Taken away before, its mark would be missed by a worker that starts just now.
      await mark?.leave().catch((error: unknown) => log.debug({ error }, "codex home stays marked"));
    },
    sweepFiles: (days, now) => workspace.sweep(days, now),
  };
}

function told(chats: readonly RuntimeSnapshot[]): readonly RuntimeSnapshot[] {
  const busy = chats.filter((chat) => chat.turn !== undefined || chat.requests.length > 0);
  const rest = chats.filter((chat) => !busy.includes(chat));
  return [...busy, ...rest].slice(0, chatsTold);
}
