import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { LoadedConfig } from "../config/load.ts";
import { createAccess } from "./channel/access.ts";
import { createIngress } from "./channel/ingress.ts";
import type { Channel, InboundSink, IngressStore } from "./channel/port.ts";
import { createChannels, openWeb, type WebChannel } from "./channels.ts";
import type { App, AppStatus, CreateApp, StopMode } from "./cli/app-port.ts";
import { bannerLines } from "./cli/banner.ts";
import { chatsStatus } from "./cli/chats-status.ts";
import { takeOfferedCodes } from "./cli/claim-file.ts";
import { chooseModel, type ModelChoice } from "./cli/model-choice.ts";
import { operationsView, stopFromAfar } from "./cli/operations.ts";
import {
  accessRules,
  drained,
  embeddedRedisOf,
  openOwnData,
  publishMenu,
  redisHealth,
  redisTarget,
  senderMetrics,
  settingsOf,
  workspaceOf,
} from "./cli/wiring.ts";
import { commandNames, commands } from "./commands/registry.ts";
import { createDispatcher, type Dispatcher } from "./dispatcher/dispatcher.ts";
import { createSlots } from "./dispatcher/slots.ts";
import { systemClock } from "./lib/clock.ts";
import type { Logger } from "./lib/log.ts";
import { randomNonce } from "./lib/nonce.ts";
import { shortRef } from "./lib/ref.ts";
import { draftId } from "./model/draft-id.ts";
import { createSender, type Sender } from "./outbox/sender.ts";
import { createActivations } from "./queue/activations.ts";
import type { Activations } from "./queue/port.ts";
import { readAudit } from "./redis/audit.ts";
import { createChatStore } from "./redis/chat-store.ts";
import { connectRedis, type RedisLink } from "./redis/connection.ts";
import type { EmbeddedRedis } from "./redis/embedded.ts";
import { createIngressStore } from "./redis/ingress-store.ts";
import { nodeId } from "./redis/node-id.ts";
import type { Presence } from "./redis/nodes.ts";
import { createOutboxStore } from "./redis/outbox-store.ts";
import { createHealth } from "./telemetry/health.ts";
import { createHealthServer, type HealthServer } from "./telemetry/http.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import type { Redactor } from "./telemetry/redact.ts";
import type { ManagedWorkspace } from "./workspace/workspace.ts";

/** What the banner may wait for before it is printed without, ms. */
const identifyMs = 5000;
const dayMs = 86_400_000;

/** Puts the service together; the only place that knows all parts. */
export const createApp: CreateApp = async (config, { logger, redact, demo }) =>
  new Service(config, logger, redact, demo, await createChannels(config, logger));

class Service implements App {
  /** As configured until the model is chosen; the demo changes it. */
  #config: LoadedConfig;
  readonly #demoAsked: boolean;
  readonly #log: Logger;
  readonly #health = createHealth();
  readonly #metrics = createMetrics();
  #channels: readonly Channel[];
  #web: WebChannel | undefined;
  readonly #http: HealthServer | undefined;
  readonly #receiving = new AbortController();
  #model: ModelChoice | undefined;
  #redis: EmbeddedRedis | undefined;
  #link: RedisLink | undefined;
  #presence: Presence | undefined;
  #store: IngressStore | undefined;
  #senders: readonly Sender[] = [];
  #activations: Activations | undefined;
  #dispatcher: Dispatcher | undefined;
  #receivers: readonly Promise<void>[] = [];
  #sweep: NodeJS.Timeout | undefined;
  #address: string | undefined;
  #banner: readonly string[] = [];

  constructor(config: LoadedConfig, log: Logger, redact: Redactor, demo: boolean, channels: readonly Channel[]) {
    this.#config = config;
    this.#demoAsked = demo;
    this.#log = log;
    this.#channels = channels;
    const { web } = config.channels;
    if (web !== false)
      this.#http = createHealthServer({
        listen: web.listen,
        health: this.#health,
        metrics: this.#metrics,
        redact,
        logger: log,
      });
  }

  async start(): Promise<void> {
    const config = this.#config;
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    await mkdir(config.runtimeDir, { recursive: true, mode: 0o700 });
    if (config.ownWorkspace !== undefined) await mkdir(config.ownWorkspace, { recursive: true });
    this.#address = await this.#http?.start();
    try {
      const choosing = chooseModel(config, this.#log, this.#demoAsked);
      // Looked at below; meanwhile Redis may fail first.
      choosing.catch(() => undefined);
      const link = await this.#connect();
      const model = await choosing;
      this.#model = model;
      this.#config = model.config;
      await this.#startParts(link, model, await nodeId(config.dataDir));
      this.#banner = await this.#collectBanner(model);
    } catch (error) {
      await this.stop("keep");
      throw error;
    }
  }

  async #connect(): Promise<RedisLink> {
    const config = this.#config;
    const logger = this.#log.child({ part: "redis" });
    this.#redis = embeddedRedisOf(config, logger);
    await this.#redis?.start();
    const link = await connectRedis({ target: redisTarget(config, this.#redis), logger });
    this.#link = link;
    this.#presence = await openOwnData(config, link, logger);
    this.#health.watch("redis", () => redisHealth(link, this.#redis));
    return link;
  }

  async #startParts(link: RedisLink, model: ModelChoice, node: string): Promise<void> {
    const { config, demo } = model;
    const workspace = workspaceOf(config, demo !== undefined, (account) =>
      this.#channels.find((one) => one.account === account),
    );
    const log = this.#log;
    const activations = createActivations({
      connection: link.forQueue(),
      prefix: "hl-bull",
      logger: log.child({ part: "queue" }),
    });
    this.#activations = activations;
    const ingressStore = createIngressStore({ link, logger: log, wake: (chat) => activations.wake(chat) });
    this.#store = ingressStore;
    await takeOfferedCodes(config.dataDir, link);
    await workspace.prepare();
    await this.#openWeb(link, ingressStore);
    this.#senders = this.#channels.map((channel) => this.#createSender(channel, link, node));
    await Promise.all(this.#senders.map((sender) => sender.start()));
    this.#dispatcher = createDispatcher({
      store: createChatStore({ link, node, logger: log }),
      activations,
      codex: model.codex,
      workspace,
      slots: createSlots(config.codex.maxProcesses),
      maxProcesses: config.codex.maxProcesses,
      commands,
      settings: settingsOf(config, this.#channels, demo !== undefined),
      clock: systemClock,
      log: log.child({ part: "dispatcher" }),
      nonce: randomNonce,
      draftId,
      ref: shortRef,
    });
    const sink = this.#createSink(ingressStore);
    this.#receivers = this.#channels.map((channel) => this.#receive(channel, sink));
    await this.#dispatcher.start();
    this.#health.watch("worker", () => ({ state: "ready" }));
    this.#sweepInbox(workspace);
  }

  async #openWeb(link: RedisLink, store: IngressStore): Promise<void> {
    if (this.#address === undefined || this.#http === undefined) return;
    const web = await openWeb(this.#config, {
      link,
      demo: this.#model?.demo !== undefined,
      address: this.#address,
      logger: this.#log,
      operations: () =>
        operationsView({
          status: () => this.status(),
          chats: () => this.#dispatcher?.snapshot() ?? [],
          owners: async () => [...this.#config.access.owners, ...(await store.owners())],
          titles: (chat) => store.facts(chat),
          audit: (limit) => readAudit(link, limit),
          senders: () => this.#senders,
        }),
      stopTurn: (chat, startedAt, id) => stopFromAfar(store, this.#dispatcher, { chat, startedAt, id }),
    });
    this.#web = web;
    this.#channels = [...this.#channels, web];
    this.#http.mount(web.site);
  }

  #createSender(channel: Channel, link: RedisLink, node: string): Sender {
    const store = createOutboxStore({ link, node, account: channel.account });
    const sender = createSender({
      channel,
      store,
      log: this.#log,
      clock: systemClock,
      language: this.#config.language,
      metrics: senderMetrics(this.#metrics),
    });
    this.#health.watch(channel.account, () => channel.health());
    this.#health.watch(`${channel.account} sender`, () => sender.health());
    return sender;
  }

  #createSink(store: IngressStore): InboundSink {
    const { language, timezone, projects } = this.#config;
    return createIngress({
      store,
      access: createAccess(accessRules(this.#config), () => store.owners()),
      log: this.#log.child({ part: "ingress" }),
      clock: systemClock,
      startedAt: systemClock.now(),
      commands: commandNames,
      language,
      timeZone: timezone,
      project: Object.keys(projects)[0],
      nonce: randomNonce,
      signal: this.#receiving.signal,
    });
  }

  async #receive(channel: Channel, sink: InboundSink): Promise<void> {
    const { signal } = this.#receiving;
    try {
      const receiving = channel.receive(sink, signal);
      void publishMenu(channel, this.#log, signal);
      await receiving;
    } catch (error) {
      if (!signal.aborted) this.#log.error({ error, channel: channel.account }, "channel stops receiving");
    }
  }

  /** Received files go after their time; once at the start, then daily. */
  #sweepInbox(workspace: ManagedWorkspace): void {
    const sweep = (): void => {
      workspace
        .sweep(this.#config.retention.inboxDays, systemClock.now())
        .catch((error: unknown) => this.#log.warn({ error }, "inbox is not swept"));
      this.#web
        ?.sweep(systemClock.now() - this.#config.retention.inboxDays * dayMs)
        .catch((error: unknown) => this.#log.warn({ error }, "files of the web chat are not swept"));
    };
    sweep();
    this.#sweep = setInterval(sweep, dayMs).unref();
  }

  banner(): readonly string[] {
    return this.#banner;
  }

  #collectBanner({ config, facts, demo }: ModelChoice): Promise<readonly string[]> {
    const { language, projects, access } = config;
    return bannerLines({
      language,
      channels: this.#channels,
      projects,
      exists: existsSync,
      facts,
      demo: demo?.notes,
      address: this.#address,
      entry: this.#web?.entry,
      columns: process.stdout.isTTY ? process.stdout.columns : 0,
      claimCode: async (account) => (access.owners.length > 0 ? undefined : this.#store?.claimCode(account)),
      signal: AbortSignal.timeout(identifyMs),
    });
  }

  async status(): Promise<AppStatus> {
    return {
      demo: this.#model?.demo !== undefined,
      health: this.#health.report(),
      queue: (await this.#activations?.counts()) ?? { waiting: 0, active: 0 },
      metrics: this.#metrics.snapshot(),
      ...chatsStatus(this.#dispatcher?.snapshot() ?? [], Object.keys(this.#config.projects)[0] ?? ""),
    };
  }

  async stop(mode: StopMode): Promise<void> {
    clearInterval(this.#sweep);
    if (mode === "drain") await this.#dispatcher?.drain();
    this.#receiving.abort(new Error("the service stops"));
    await Promise.all(this.#receivers);
    await this.#dispatcher?.stop(mode);
    await drained(this.#senders, mode === "keep" ? 2000 : 10_000);
    await Promise.all(this.#senders.map((sender) => sender.stop()));
    if (this.#dispatcher === undefined) await this.#activations?.close();
    await this.#model?.demo?.stop();
    await this.#presence?.leave();
    this.#link?.close();
    await this.#redis?.stop();
    await this.#http?.stop();
  }
}
