import type { LoadedConfig } from "../../config/load.ts";
import { createAccess } from "../channel/access.ts";
import { withBackPressure } from "../channel/back-pressure.ts";
import { createIngress } from "../channel/ingress.ts";
import { createOnce } from "../channel/once.ts";
import type { Channel, InboundSink, IngressStore } from "../channel/port.ts";
import { createReception, type Reception } from "../channel/reception.ts";
import { createStrandedWatch, type StrandedDeps, type StrandedWatch } from "../channel/stranded.ts";
import { accessRules, publishMenu } from "../cli/wiring.ts";
import { commandNames } from "../commands/registry.ts";
import { systemClock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { randomNonce } from "../lib/nonce.ts";
import type { Trace } from "../model/trace.ts";
import { createSender, type Sender } from "../outbox/sender.ts";
import type { Activations } from "../queue/port.ts";
import { createAccountLease } from "../redis/account-lease.ts";
import type { RedisLink } from "../redis/connection.ts";
import { withinDeadline } from "../redis/deadline.ts";
import { createOutboxStore } from "../redis/outbox-store.ts";
import type { WorkerRegistry } from "../redis/worker-registry.ts";
import type { Health, PartHealth } from "../telemetry/health.ts";
import { receiverPart } from "../telemetry/judges.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { beatGateway, type Gateways } from "./gateway-beat.ts";
import { countedIngest, createMessageCount, observeAccount, senderHealth, senderMetrics } from "./observe.ts";
import { isUp, type Routing, servedQueues } from "./routing.ts";
import { type AboutNode, seenAt } from "./worker.ts";

/** What a gateway is made of. */
export interface GatewayParts {
  readonly config: LoadedConfig;
  readonly channels: readonly Channel[];
  readonly link: RedisLink;
  readonly node: string;
  readonly store: IngressStore;
  readonly activations: Activations;
  readonly registry: WorkerRegistry<AboutNode>;
  readonly gateways: Gateways;
  readonly routing: Routing;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly traces: Trace;
  /** A worker runs in this process. */
  readonly alone: boolean;
  readonly log: Logger;
}

/** The platforms' side of the service: receives, sends, and tells chats whose worker is away. */
export interface Gateway {
  readonly senders: readonly Sender[];
  /** Sends from now on; rejects when it cannot listen. */
  startSending(): Promise<void>;
  receive(): void;
  /** Resolves when nothing more is taken in. */
  stopReceiving(): Promise<void>;
  /** Resolves when nothing waits to be sent. */
  drain(): Promise<void>;
  stopSending(): Promise<void>;
}

/** How long a receiver waits for Redis before it asks again, ms; well within the 5 s its lease lives. */
const leaseDeadlineMs = 2000;
/** How long the watch over machines waits for Redis, ms. */
const askMs = 2000;
/** Chats looked at in one look. */
const strandedLimit = 20_000;

/** See {@link Gateway}. */
export function createGateway(parts: GatewayParts): Gateway {
  const { channels, log } = parts;
  const receiving = new AbortController();
  const { signal } = receiving;
  const senders = channels.map((channel) => senderOf(parts, channel));
  let running: readonly Promise<void>[] = [];
  let beating: Promise<void> | undefined;
  return {
    senders,
    async startSending() {
      await Promise.all(senders.map((sender) => sender.start()));
    },
    receive() {
      const watch = createStrandedWatch(strandedDeps(parts));
      const sink = sinkOf(parts, watch, signal);
      const receptions = channels.map((channel) => receptionOf(parts, channel, sink));
      for (const reception of receptions) observe(parts, senders, reception);
      running = receptions.map((reception) => reception.run(signal));
      void watch.run(signal);
      const registry = parts.gateways;
      beating = beatGateway({ registry, node: parts.node, clock: systemClock, log }, signal);
    },
    async stopReceiving() {
      receiving.abort(new Error("the service stops"));
      await Promise.all([...running, beating]);
    },
    async drain() {
      await Promise.all(senders.map((sender) => sender.drain()));
    },
    async stopSending() {
      await Promise.all(senders.map((sender) => sender.stop()));
      log.debug({}, "senders stop");
    },
  };
}

function senderOf(
  { link, node, config, metrics, traces, health: watched, log }: GatewayParts,
  channel: Channel,
): Sender {
  const sender = createSender({
    channel,
    store: createOutboxStore({ link, node, account: channel.account }),
    log,
    clock: systemClock,
    language: config.language,
    metrics: senderMetrics(metrics, channel.account, traces),
  });
  watched.watch(channel.account, () => channel.health());
  watched.watch(`${channel.account} sender`, () => senderHealth(sender, systemClock));
  return sender;
}

/** An account as `/readyz` and `/metrics` see it, from the moment on we receive for it. */
function observe({ health, metrics }: GatewayParts, senders: readonly Sender[], reception: Reception): void {
  health.watch(reception.account, () => receiverPart(reception.health(), systemClock.now()));
  const sender = senders.find((one) => one.load().account === reception.account);
  if (sender !== undefined) observeAccount(metrics, systemClock, sender, reception);
}

/** A channel that is its own platform has as many pages as gateways; every other is received for by one of them. */
function receptionOf({ link, node, metrics, log }: GatewayParts, channel: Channel, sink: InboundSink): Reception {
  const key = link.keys.receiverLease(channel.account);
  return createReception({
    channel,
    lease: channel.capabilities.shared
      ? createAccountLease({ link, node, key, deadlineMs: leaseDeadlineMs })
      : undefined,
    sink,
    clock: systemClock,
    log,
    onReceiving: (signal) => void publishMenu(channel, log, signal),
    onLost: () => metrics.count("hotline_lease_losses_total", { lease: "receiver" }),
  });
}

function sinkOf(parts: GatewayParts, absences: StrandedWatch, signal: AbortSignal): InboundSink {
  const { config, store, activations, registry, traces, metrics, alone, log } = parts;
  const { language, timezone, projects, ownWorkspace } = config;
  const count = createMessageCount(metrics, parts.channels);
  const sink = createIngress({
    store: countedIngest(store, count),
    onRefused: (chat) => count(chat, "refused"),
    access: createAccess(accessRules(config), () => store.owners()),
    log: log.child({ part: "ingress" }),
    clock: systemClock,
    startedAt: systemClock.now(),
    commands: commandNames,
    language,
    timeZone: timezone,
    // A gateway's own folder is where nobody works: the workers have the projects.
    project: alone || ownWorkspace === undefined ? Object.keys(projects)[0] : undefined,
    nonce: randomNonce,
    absences,
    trace: traces,
    signal,
  });
  return withBackPressure(sink, {
    waiting: async () => (await activations.counts(servedQueues(await registry.known()))).waiting,
    clock: systemClock,
    log: log.child({ part: "ingress" }),
    signal,
  });
}

/** What the watch over workers needs; a gateway without a worker in its own process is ready when another has one. */
function strandedDeps(parts: GatewayParts): StrandedDeps {
  const { config, store, registry, routing, log } = parts;
  let state: PartHealth = { state: "starting", reason: "no worker was heard of yet" };
  if (!parts.alone) parts.health.watch("worker", () => state);
  return {
    async workers() {
      const known = await registry.known();
      state = known.some(isUp) ? { state: "ready" } : { state: "degraded", reason: "no worker answers" };
      // One that stopped is waited for in silence while its restart may take.
      return known.map((worker) => ({
        ...worker.about,
        living: worker.livesMs > 0,
        leaving: worker.about.aside === "stopped",
        seenAt: seenAt(worker),
        until: worker.until,
      }));
    },
    chats: () => registry.stranded(strandedLimit),
    route: (chat) => withinDeadline(askMs, registry.route(chat)),
    backlog: (chat) => withinDeadline(askMs, registry.backlog(chat)),
    poolOf: (project) => withinDeadline(askMs, routing.poolOf(project)),
    store,
    once: createOnce(store),
    language: config.language,
    timeZone: config.timezone,
    nonce: randomNonce,
    clock: systemClock,
    log: log.child({ part: "watch" }),
  };
}
