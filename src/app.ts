import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { LoadedConfig } from "../config/load.ts";
import type { Channel, IngressStore } from "./channel/port.ts";
import { createChannels, type WebChannel } from "./channels.ts";
import type { App, AppStatus, AppTools, CreateApp, StopMode } from "./cli/app-port.ts";
import { bannerLines } from "./cli/banner.ts";
import { takeOfferedCodes } from "./cli/claim-file.ts";
import { createInspection } from "./cli/inspect/inspection.ts";
import type { Inspection } from "./cli/inspect/port.ts";
import { chooseModel, type ModelChoice } from "./cli/model-choice.ts";
import { sweepDaily } from "./cli/sweep.ts";
import { connectWatched, embeddedRedisOf, openOwnData, redisHealth, redisTarget } from "./cli/wiring.ts";
import type { RuntimeSnapshot } from "./dispatcher/snapshot.ts";
import { systemClock } from "./lib/clock.ts";
import type { Logger } from "./lib/log.ts";
import { within } from "./lib/within.ts";
import { createActivations } from "./queue/activations.ts";
import type { Activations } from "./queue/port.ts";
import type { RedisLink } from "./redis/connection.ts";
import type { EmbeddedRedis } from "./redis/embedded.ts";
import { createGatewayRegistry } from "./redis/gateway-registry.ts";
import { homeId } from "./redis/home-id.ts";
import { createIngressStore } from "./redis/ingress-store.ts";
import { nodeId } from "./redis/node-id.ts";
import type { Presence } from "./redis/nodes.ts";
import { createTraces, type Traces } from "./redis/traces.ts";
import { createWorkerRegistry, type WorkerRegistry } from "./redis/worker-registry.ts";
import { createGateway, type Gateway } from "./service/gateway.ts";
import type { Gateways } from "./service/gateway-beat.ts";
import { observeProcess, observeQueue } from "./service/observe.ts";
import { openPages } from "./service/pages.ts";
import { createRouting, queuesOf, servedPools, servedProjects, withFirst } from "./service/routing.ts";
import { chatsElsewhere, statusOf, stopPart } from "./service/status.ts";
import { type AboutNode, createWorker, type Worker } from "./service/worker.ts";
import { createHealth } from "./telemetry/health.ts";
import { createHealthServer, type HealthServer } from "./telemetry/http.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import { createWatchdog, type Watchdog } from "./telemetry/watchdog.ts";

/** What the banner may wait for before it is printed without, ms. */
const identifyMs = 5000;
/** What a stage of a stop may take, ms: a worker's has deadlines of its own within; without Redis, what waits for it waits in vain. */
const [stageMs, workerMs, awayMs] = [10_000, 40_000, 3000];

/** Puts the service together; the only place that knows all parts. */
export const createApp: CreateApp = async (config, tools) =>
  new Service(config, tools, await createChannels(config, tools.logger));

/** What every role has of Redis. */
interface Ground {
  readonly link: RedisLink;
  readonly node: string;
  readonly registry: WorkerRegistry<AboutNode>;
  readonly gateways: Gateways;
  readonly activations: Activations;
  readonly store: IngressStore;
  readonly traces: Traces;
}

class Service implements App {
  /** As configured until the model is chosen; the demo changes it, and a worker's has only what it serves. */
  #config: LoadedConfig;
  readonly #tools: AppTools;
  readonly #log: Logger;
  readonly #health = createHealth();
  readonly #metrics = createMetrics();
  readonly #watchdog: Watchdog;
  #channels: readonly Channel[];
  #web: WebChannel | undefined;
  readonly #http: HealthServer | undefined;
  #model: ModelChoice | undefined;
  #redis: EmbeddedRedis | undefined;
  #ground: Ground | undefined;
  #link: RedisLink | undefined;
  #presence: Presence | undefined;
  #gateway: Gateway | undefined;
  #worker: Worker | undefined;
  #sweep: NodeJS.Timeout | undefined;
  #address: string | undefined;
  #banner: readonly string[] = [];
  #stopping: StopMode | undefined;

  constructor(config: LoadedConfig, tools: AppTools, channels: readonly Channel[]) {
    this.#config = config;
    this.#tools = tools;
    this.#log = tools.logger;
    this.#channels = channels;
    const [health, metrics, clock] = [this.#health, this.#metrics, systemClock];
    this.#watchdog = createWatchdog({ health, metrics, clock, log: tools.logger });
    observeProcess(metrics, clock);
    const { web } = config.channels;
    if (web !== false) this.#http = createHealthServer({ ...tools, listen: web.listen, health, metrics });
  }

  async start(): Promise<void> {
    const config = this.#config;
    const { role, pools } = this.#tools;
    this.#health.watch("start", () => ({ state: "starting", reason: "the service is starting" }));
    await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
    await mkdir(config.runtimeDir, { recursive: true, mode: 0o700 });
    if (config.ownWorkspace !== undefined) await mkdir(config.ownWorkspace, { recursive: true });
    this.#address = await this.#http?.start();
    let choosing: Promise<ModelChoice> | undefined;
    try {
      choosing = role === "gateway" ? undefined : chooseModel(config, this.#log, this.#tools);
      // Looked at below; meanwhile Redis may fail first.
      choosing?.catch(() => undefined);
      const link = await this.#connect();
      const model = await choosing;
      this.#model = model;
      if (model !== undefined) {
        const served = servedPools(model.config, pools);
        this.#config = { ...model.config, projects: servedProjects(model.config, served) };
      }
      await this.#startParts(link, await nodeId(config.dataDir));
      this.#banner = await this.#collectBanner();
    } catch (error) {
      // The Codex that is asked for its sign-in ends with that.
      await choosing?.catch(() => undefined);
      await this.stop("keep");
      throw error;
    }
  }

  async #connect(): Promise<RedisLink> {
    const [config, logger] = [this.#config, this.#log.child({ part: "redis" })];
    this.#redis = embeddedRedisOf(config, logger);
    await this.#redis?.start();
    const link = await connectWatched(redisTarget(config, this.#redis), logger, this.#health);
    this.#link = link;
    this.#presence = await openOwnData(config, link, logger);
    this.#watchdog.start({ ping: () => link.ping(), health: () => redisHealth(link, this.#redis) });
    return link;
  }

  async #startParts(link: RedisLink, node: string): Promise<void> {
    const { role } = this.#tools;
    const model = this.#model;
    const home = model === undefined || model.demo !== undefined ? node : await homeId(this.#config.codex.home, node);
    const pools = servedPools(this.#config, []);
    const registry = createWorkerRegistry<AboutNode>(link);
    await this.#agreeOnMain(registry);
    const routing = createRouting(this.#config, registry, role);
    const activations = createActivations({
      connection: link.forQueue(),
      prefix: "hl-bull",
      logger: this.#log.child({ part: "queue" }),
      serves: role === "gateway" ? [] : queuesOf({ pools, home }),
      queueOf: (chat) => routing.queueOf(chat),
    });
    const { keepersOf } = routing;
    const store = createIngressStore({ link, logger: this.#log, wake: (chat) => activations.wake(chat), keepersOf });
    const traces = await createTraces({ link, clock: systemClock, log: this.#log });
    const gateways: Gateways = createGatewayRegistry(link);
    const ground = { link, node, registry, gateways, activations, store, traces };
    this.#ground = ground;
    observeQueue(this.#metrics, activations);
    await takeOfferedCodes(this.#config.dataDir, link);
    const worker = model === undefined ? undefined : this.#createWorker(ground, model, home, pools);
    await worker?.prepare();
    const gateway = role === "worker" ? undefined : await this.#createGateway(ground, routing);
    gateway?.receive();
    await worker?.start();
    if (worker !== undefined) this.#health.watch("worker", () => ({ state: "ready" }));
    this.#watchdog.watchLoop();
    this.#health.watch("start", undefined);
    this.#sweep = sweepDaily(worker, this.#web, this.#config.retention.inboxDays, this.#log);
  }

  /** The gateway says where a chat works that chose no project; a worker that has it puts it first. */
  async #agreeOnMain(registry: WorkerRegistry<AboutNode>): Promise<void> {
    const { projects } = this.#config;
    const [main] = Object.entries(projects);
    if (this.#tools.role === "worker")
      this.#config = { ...this.#config, projects: withFirst(projects, (await registry.mainProject())?.name) };
    else if (main !== undefined) await registry.tellMainProject({ name: main[0], pool: main[1].pool });
  }

  #createWorker(ground: Ground, model: ModelChoice, home: string, pools: readonly string[]): Worker {
    this.#worker = createWorker({
      ...ground,
      config: this.#config,
      model,
      home,
      pools,
      channels: () => this.#channels,
      metrics: this.#metrics,
      log: this.#log,
    });
    return this.#worker;
  }

  /** Sends at once; what is received is for later. */
  async #createGateway(ground: Ground, routing: ReturnType<typeof createRouting>): Promise<Gateway> {
    await this.#openWeb(ground);
    const gateway = createGateway({
      ...ground,
      config: this.#config,
      channels: this.#channels,
      routing,
      health: this.#health,
      metrics: this.#metrics,
      alone: this.#tools.role === "all",
      log: this.#log,
    });
    this.#gateway = gateway;
    await gateway.startSending();
    return gateway;
  }

  async #openWeb({ link, store }: Ground): Promise<void> {
    if (this.#address === undefined || this.#http === undefined) return;
    const web = await openPages({
      config: this.#config,
      link,
      store,
      address: this.#address,
      demo: this.#model?.demo !== undefined,
      log: this.#log,
      status: () => this.status(),
      chats: () => this.#snapshots(),
      senders: () => this.#gateway?.senders ?? [],
    });
    this.#web = web;
    this.#channels = [...this.#channels, web];
    this.#http.mount(web.site);
  }

  /** Chats of this worker as they are, of others as they told last. */
  async #snapshots(): Promise<readonly RuntimeSnapshot[]> {
    const { registry, node } = this.#ground ?? {};
    return [...(this.#worker?.snapshot() ?? []), ...chatsElsewhere((await registry?.known()) ?? [], node)];
  }

  banner(): readonly string[] {
    return this.#banner;
  }

  #collectBanner(): Promise<readonly string[]> {
    const { language, projects, access } = this.#config;
    return bannerLines({
      language,
      role: this.#tools.role,
      channels: this.#channels,
      projects,
      exists: existsSync,
      facts: this.#model?.facts,
      demo: this.#model?.demo?.notes,
      address: this.#address,
      entry: this.#web?.entry,
      columns: process.stdout.isTTY ? process.stdout.columns : 0,
      claimCode: async (account) => (access.owners.length > 0 ? undefined : this.#ground?.store.claimCode(account)),
      signal: AbortSignal.timeout(identifyMs),
    });
  }

  inspection(): Inspection | undefined {
    return this.#ground && createInspection(this.#ground.link, this.#ground.traces);
  }

  status(): Promise<AppStatus> {
    return statusOf({
      role: this.#tools.role,
      demo: this.#model?.demo !== undefined,
      health: this.#health,
      metrics: this.#metrics,
      ground: this.#ground,
      ...(this.#stopping === undefined ? {} : { stopping: this.#stopping }),
      own: this.#worker?.snapshot() ?? [],
      mainProject: Object.keys(this.#config.projects)[0] ?? "",
    });
  }

  async stop(mode: StopMode): Promise<void> {
    this.#stopping = mode;
    this.#health.watch("stop", () => stopPart(this.#stopping, this.#worker?.snapshot() ?? []));
    clearInterval(this.#sweep);
    if (mode === "drain") await this.#worker?.drain();
    this.#watchdog.stop();
    // That it goes with us is no trouble of Redis.
    this.#health.watch("redis", undefined);
    // Without Redis some of it never ends; what is left undone is what a kill would leave.
    const stage = (ms: number, work: Promise<unknown> | undefined) =>
      within(this.#link?.ready() === false ? awayMs : ms, Promise.resolve(work), undefined);
    await stage(stageMs, this.#gateway?.stopReceiving());
    await stage(workerMs, this.#worker?.stop(mode));
    await stage(mode === "keep" ? 2000 : stageMs, this.#gateway?.drain());
    await stage(stageMs, this.#gateway?.stopSending());
    if (this.#worker === undefined) await stage(stageMs, this.#ground?.activations.close());
    await this.#model?.demo?.stop();
    this.#ground?.traces.close();
    await this.#presence?.leave();
    this.#link?.close();
    await this.#redis?.stop();
    await this.#http?.stop();
  }
}
