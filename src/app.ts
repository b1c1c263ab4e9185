import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { LoadedConfig } from "../config/load.ts";
import { createAccess } from "./channel/access.ts";
import { createIngress } from "./channel/ingress.ts";
import type { Channel, InboundSink, IngressStore } from "./channel/port.ts";
import type { App, AppStatus, CreateApp, StopMode } from "./cli/app-port.ts";
import { bannerLines } from "./cli/banner.ts";
import { takeOfferedCodes } from "./cli/claim-file.ts";
import { accessRules, codexOf, publishMenu, redisHealth, senderMetrics, settingsOf } from "./cli/wiring.ts";
import type { CodexRuntime } from "./codex/port.ts";
import { commandNames, commands } from "./commands/registry.ts";
import { createDispatcher, type Dispatcher } from "./dispatcher/dispatcher.ts";
import { createSlots } from "./dispatcher/slots.ts";
import { systemClock } from "./lib/clock.ts";
import type { Logger } from "./lib/log.ts";
import { randomNonce } from "./lib/nonce.ts";
import { createProxyAgents } from "./lib/proxy-agent.ts";
import { shortRef } from "./lib/ref.ts";
import { draftId } from "./model/draft-id.ts";
import { accountKey, type ChatKey, chatAddress } from "./model/ids.ts";
import type { Attachment } from "./model/message.ts";
import { createSender, type Sender } from "./outbox/sender.ts";
import { createActivations } from "./queue/activations.ts";
import type { Activations } from "./queue/port.ts";
import { createChatStore } from "./redis/chat-store.ts";
import { connectRedis, type RedisLink } from "./redis/connection.ts";
import { createEmbeddedRedis, type EmbeddedRedis } from "./redis/embedded.ts";
import { createIngressStore } from "./redis/ingress-store.ts";
import { nodeId } from "./redis/node-id.ts";
import { createOutboxStore } from "./redis/outbox-store.ts";
import { createHealth } from "./telemetry/health.ts";
import { createHealthServer, type HealthServer } from "./telemetry/http.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import type { Redactor } from "./telemetry/redact.ts";
import { createWorkspace, type ManagedWorkspace } from "./workspace/workspace.ts";

/** What the banner may wait for before it is printed without, ms. */
const identifyMs = 5000;
const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Puts the service together; the only place that knows all parts. */
export const createApp: CreateApp = async (config, { logger, redact }) =>
  new Service(config, logger, redact, await createChannels(config, logger));

class Service implements App {
  readonly #config: LoadedConfig;
  readonly #log: Logger;
  readonly #health = createHealth();
  readonly #metrics = createMetrics();
  readonly #channels: readonly Channel[];
  readonly #http: HealthServer | undefined;
  readonly #codex: CodexRuntime;
  readonly #workspace: ManagedWorkspace;
  readonly #receiving = new AbortController();
  #redis: EmbeddedRedis | undefined;
  #link: RedisLink | undefined;
  #store: IngressStore | undefined;
  #senders: readonly Sender[] = [];
  #activations: Activations | undefined;
  #dispatcher: Dispatcher | undefined;
  #receivers: readonly Promise<void>[] = [];
  #sweep: NodeJS.Timeout | undefined;
  #address: string | undefined;
  #banner: readonly string[] = [];

  constructor(config: LoadedConfig, log: Logger, redact: Redactor, channels: readonly Channel[]) {
    this.#config = config;
    this.#log = log;
    this.#channels = channels;
    this.#codex = codexOf(config, log);
    this.#workspace = this.#createWorkspace();
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
      const link = await this.#connect();
      await this.#startParts(link, await nodeId(config.dataDir));
      this.#banner = await this.#collectBanner();
    } catch (error) {
      await this.stop("keep");
      throw error;
    }
  }

  async #connect(): Promise<RedisLink> {
    const config = this.#config;
    const logger = this.#log.child({ part: "redis" });
    if (config.redis === undefined) {
      this.#redis = createEmbeddedRedis({
        dataDir: config.dataDir,
        runtimeDir: config.environment.XDG_RUNTIME_DIR ?? "/tmp",
        path: config.environment.PATH ?? "",
        logger,
        clock: systemClock,
      });
      await this.#redis.start();
    }
    const target =
      this.#redis === undefined ? { url: config.redis?.url ?? "" } : { socketPath: this.#redis.socketPath };
    const link = await connectRedis({ target, logger });
    this.#link = link;
    this.#health.watch("redis", () => redisHealth(link, this.#redis));
    return link;
  }

  async #startParts(link: RedisLink, node: string): Promise<void> {
    const config = this.#config;
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
    await this.#workspace.prepare();
    this.#senders = this.#channels.map((channel) => this.#createSender(channel, link, node));
    await Promise.all(this.#senders.map((sender) => sender.start()));
    this.#dispatcher = createDispatcher({
      store: createChatStore({ link, node, logger: log }),
      activations,
      codex: this.#codex,
      workspace: this.#workspace,
      slots: createSlots(config.codex.maxProcesses),
      maxProcesses: config.codex.maxProcesses,
      commands,
      settings: settingsOf(config, this.#channels),
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
    this.#sweepInbox();
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
    const { access, language, timezone, projects } = this.#config;
    return createIngress({
      store,
      access: createAccess(accessRules(access), () => store.owners()),
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

  #createWorkspace(): ManagedWorkspace {
    const config = this.#config;
    const byAccount = new Map(this.#channels.map((channel) => [channel.account, channel]));
    return createWorkspace({
      projects: config.projects,
      defaults: config.codex,
      dataDir: config.dataDir,
      environment: config.environment,
      async download(chat: ChatKey, attachment: Attachment, path: string) {
        const channel = byAccount.get(accountKey(chatAddress(chat)));
        if (channel === undefined) throw new Error(`no channel of ${chat} is configured`);
        await channel.download(attachment, path, AbortSignal.timeout(10 * minuteMs));
      },
    });
  }

  /** Received files go after their time; once at the start, then daily. */
  #sweepInbox(): void {
    const sweep = (): void => {
      this.#workspace
        .sweep(this.#config.retention.inboxDays, systemClock.now())
        .catch((error: unknown) => this.#log.warn({ error }, "inbox is not swept"));
    };
    sweep();
    this.#sweep = setInterval(sweep, dayMs).unref();
  }

  banner(): readonly string[] {
    return this.#banner;
  }

  #collectBanner(): Promise<readonly string[]> {
    const { language, projects, access } = this.#config;
    return bannerLines({
      language,
      channels: this.#channels,
      projects,
      exists: existsSync,
      facts: () => this.#codex.facts(),
      address: this.#address,
      columns: process.stdout.isTTY ? process.stdout.columns : 0,
      claimCode: async (account) => (access.owners.length > 0 ? undefined : this.#store?.claimCode(account)),
      signal: AbortSignal.timeout(identifyMs),
    });
  }

  async status(): Promise<AppStatus> {
    const chats = this.#dispatcher?.snapshot() ?? [];
    const fallback = Object.keys(this.#config.projects)[0] ?? "";
    return {
      health: this.#health.report(),
      chats: chats.length,
      turns: chats.flatMap(({ chat, project, turn }) =>
        turn === undefined ? [] : [{ chat, project: project ?? fallback, ...turn }],
      ),
      queue: (await this.#activations?.counts()) ?? { waiting: 0, active: 0 },
      requests: chats.flatMap((chat) => chat.requests),
      processes: chats.flatMap(({ chat, pid, turn }) =>
        pid === undefined ? [] : [{ chat, pid, working: turn !== undefined }],
      ),
      metrics: this.#metrics.snapshot(),
    };
  }

  async stop(mode: StopMode): Promise<void> {
    clearInterval(this.#sweep);
    this.#receiving.abort(new Error("the service stops"));
    await Promise.all(this.#receivers);
    await this.#dispatcher?.stop(mode);
    if (mode !== "keep")
      await Promise.race([Promise.all(this.#senders.map((sender) => sender.drain())), systemClock.sleep(10_000)]);
    await Promise.all(this.#senders.map((sender) => sender.stop()));
    if (this.#dispatcher === undefined) await this.#activations?.close();
    this.#link?.close();
    await this.#redis?.stop();
    await this.#http?.stop();
  }
}

/** Adapters are loaded only where an account of theirs is configured. */
async function createChannels(config: LoadedConfig, log: Logger): Promise<readonly Channel[]> {
  const proxies = createProxyAgents(config.proxy, config.noProxy);
  const common = (address: string) => {
    const proxyAgent = proxies.agentFor(address);
    return { ...(proxyAgent === undefined ? {} : { proxyAgent }), log, clock: systemClock };
  };
  const { telegram, feishu } = config.channels;
  const channels: Channel[] = [];
  if (telegram.length > 0) {
    const { createTelegramChannel } = await import("../adapters/telegram/index.ts");
    for (const account of telegram) channels.push(createTelegramChannel({ ...account, ...common(account.apiRoot) }));
  }
  if (feishu.length > 0) {
    const { createFeishuChannel, feishuAddress } = await import("../adapters/feishu/index.ts");
    for (const account of feishu)
      channels.push(createFeishuChannel({ ...account, ...common(feishuAddress(account.domain)) }));
  }
  return channels;
}
