import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAccess } from "../../src/channel/access.ts";
import { createIngress } from "../../src/channel/ingress.ts";
import type { Channel } from "../../src/channel/port.ts";
import { commandNames, commands } from "../../src/commands/registry.ts";
import { createDispatcher, type Dispatcher } from "../../src/dispatcher/dispatcher.ts";
import type { Workspace } from "../../src/dispatcher/port.ts";
import type { ActorSettings } from "../../src/dispatcher/settings.ts";
import { createSlots } from "../../src/dispatcher/slots.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { randomNonce } from "../../src/lib/nonce.ts";
import { shortRef } from "../../src/lib/ref.ts";
import type { ClientId, TurnId } from "../../src/model/ids.ts";
import { createSender, type Sender } from "../../src/outbox/sender.ts";
import { createActivations } from "../../src/queue/activations.ts";
import { createChatStore } from "../../src/redis/chat-store.ts";
import { createIngressStore } from "../../src/redis/ingress-store.ts";
import { createOutboxStore } from "../../src/redis/outbox-store.ts";
import type { TestRedis } from "../fixtures/redis.ts";
import { ScriptedCodex, type ScriptedProcess, type StartedTurn } from "../fixtures/scripted-codex.ts";
import type { Place, Platform, Shown } from "./platform.ts";

const settings: ActorSettings = {
  whileBusy: "queue",
  recovery: "ask",
  language: "en",
  timeZone: "UTC",
  idleMs: 600_000,
  stallMs: 600_000,
  maxTurnMs: 0,
  remindMs: [],
  demo: false,
  maxDownloadBytes: () => 20_000_000,
};

/** The service on one platform, with a real Redis and a scripted Codex; it can be ended and started again. */
export class ContractWorld {
  readonly platform: Platform;
  readonly codex = new ScriptedCodex();
  readonly #redis: TestRedis;
  readonly #prefix: string;
  readonly #dir: string;
  #stop: (() => Promise<void>) | undefined;
  #turns = 0;

  private constructor(platform: Platform, redis: TestRedis, dir: string) {
    this.platform = platform;
    this.#redis = redis;
    this.#prefix = redis.keyPrefix();
    this.#dir = dir;
  }

  static async create(platform: Platform, redis: TestRedis): Promise<ContractWorld> {
    await platform.start();
    const world = new ContractWorld(platform, redis, await mkdtemp(join(tmpdir(), "contract-")));
    await world.start();
    return world;
  }

  /** Composes the service as `src/app.ts` does, on one account. */
  async start(): Promise<void> {
    const { platform } = this;
    const link = await this.#redis.link(this.#prefix);
    const channel = await platform.channel(silentLogger, link);
    const activations = createActivations({
      connection: link.forQueue(),
      prefix: `bull-${this.#prefix}`,
      logger: silentLogger,
    });
    const store = createIngressStore({ link, logger: silentLogger, wake: (chat) => activations.wake(chat) });
    const sender = createSender({
      channel,
      store: createOutboxStore({ link, node: "n1", account: channel.account }),
      log: silentLogger,
      clock: systemClock,
    });
    await sender.start();
    const dispatcher = createDispatcher({
      store: createChatStore({ link, node: "n1", logger: silentLogger }),
      activations,
      codex: this.codex,
      workspace: this.#workspace(channel),
      slots: createSlots(8),
      projects: { names: async () => ["app"], elsewhere: async () => false },
      maxProcesses: 8,
      commands,
      settings,
      clock: systemClock,
      log: silentLogger,
      nonce: randomNonce,
      draftId: (slot) => slot.length,
      ref: shortRef,
    });
    const { people, group } = platform;
    const groups = { [group]: { mode: "mention" as const, talk: [people.member], approve: ["owners"] } };
    const sink = createIngress({
      store,
      access: createAccess({ owners: [people.owner], users: {}, direct: "pairing", groups }, () => store.owners()),
      log: silentLogger,
      clock: systemClock,
      startedAt: systemClock.now(),
      commands: commandNames,
      timeZone: "UTC",
      nonce: randomNonce,
    });
    const receiving = new AbortController();
    const received = channel.receive(sink, receiving.signal);
    await dispatcher.start();
    await until(() => channel.health().state === "ready", "the channel is ready");
    this.#stop = () => end(dispatcher, sender, receiving, received).then(() => link.close());
  }

  /** The service goes away; Codex and the platform live on. */
  async end(): Promise<void> {
    await this.#stop?.();
    this.#stop = undefined;
  }

  async dispose(): Promise<void> {
    await this.end();
    await this.platform.stop();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** The next turn Codex is asked for, begun. Answers its input as text and the hand that plays it. */
  async turn(): Promise<PlayedTurn> {
    const all = (): readonly (readonly [ScriptedProcess, StartedTurn])[] =>
      this.codex.processes.flatMap((process) => process.started.map((turn) => [process, turn] as const));
    await until(() => all().length > this.#turns, "codex is asked for a turn");
    const found = all()[this.#turns];
    if (found === undefined) throw new Error("no turn");
    this.#turns += 1;
    const [process, { clientId, input }] = found;
    const id = `turn-${this.#turns}` as TurnId;
    process.begin(id, clientId);
    const text = input.map((part) => (part.type === "text" ? part.text : `<${part.path}>`)).join("\n");
    return { id, clientId, process, text };
  }

  get started(): number {
    return this.codex.processes.reduce((sum, process) => sum + process.started.length, 0);
  }

  /** Waits for a message of the bot. */
  async message(place: Place, part: string, timeoutMs = 10_000): Promise<Shown> {
    const find = (): Shown | undefined => this.platform.shown(place).findLast((m) => m.text.includes(part));
    await until(
      () => find() !== undefined,
      `a message like ${part} in ${place}`,
      timeoutMs,
      () => JSON.stringify(this.platform.shown(place).map((m) => [m.text.slice(0, 200), m.buttons])),
    );
    const found = find();
    if (found === undefined) throw new Error("gone");
    return found;
  }

  #workspace(channel: Channel): Workspace {
    const spec = {
      cwd: this.#dir,
      approvalPolicy: "on-request" as const,
      sandbox: "workspace-write" as const,
      network: false,
      writable: [],
    };
    return {
      resolve: async () => ({ project: "app", spec }),
      fetch: async (_chat, attachment) => {
        const name = attachment.name ?? "image";
        const path = join(this.#dir, name);
        await channel.download(attachment, path, AbortSignal.timeout(10_000));
        return { path, name };
      },
      branch: async () => undefined,
      clean: async () => false,
      diff: async () => "",
      undo: async () => false,
    };
  }
}

/** A turn a test plays. */
export interface PlayedTurn {
  readonly id: TurnId;
  readonly clientId: ClientId;
  readonly process: ScriptedProcess;
  /** What Codex was told. */
  readonly text: string;
}

async function end(
  dispatcher: Dispatcher,
  sender: Sender,
  receiving: AbortController,
  received: Promise<void>,
): Promise<void> {
  receiving.abort(new Error("the service ends"));
  await received;
  await dispatcher.stop("keep");
  await sender.stop();
}

/** Waits for a condition. */
export async function until(
  condition: () => boolean,
  what: string,
  timeoutMs = 10_000,
  detail: () => string = () => "",
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never: ${what}; ${detail()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
