import { createAccess } from "../../src/channel/access.ts";
import { createIngress } from "../../src/channel/ingress.ts";
import type { InboundSink } from "../../src/channel/port.ts";
import { commandNames, commands } from "../../src/commands/registry.ts";
import { createDispatcher, type Dispatcher } from "../../src/dispatcher/dispatcher.ts";
import type { Workspace } from "../../src/dispatcher/port.ts";
import { createSlots } from "../../src/dispatcher/slots.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { WhileBusy } from "../../src/model/chat.ts";
import { BridgeError } from "../../src/model/errors.ts";
import type { PersonId } from "../../src/model/ids.ts";
import { createSender, type Sender } from "../../src/outbox/sender.ts";
import { createChatStore } from "../../src/redis/chat-store.ts";
import { createIngressStore } from "../../src/redis/ingress-store.ts";
import { createOutboxStore } from "../../src/redis/outbox-store.ts";
import type { CodexHost } from "./codex.ts";
import type { Gate } from "./gate.ts";
import type { Lab } from "./lab.ts";
import type { Leases } from "./leases.ts";
import { createNodeLink } from "./node-link.ts";
import { account, type Platform } from "./platform.ts";
import type { JobQueue } from "./queue.ts";
import type { NodeClock, Time } from "./time.ts";
import type { TraceEvent } from "./trace.ts";

/** What all nodes of a schedule share. */
export interface Surroundings {
  readonly lab: Lab;
  readonly gate: Gate;
  readonly time: Time;
  readonly prefix: string;
  readonly leases: Leases;
  readonly codex: CodexHost;
  readonly platform: Platform;
  readonly queue: JobQueue;
  readonly settings: { readonly whileBusy: WhileBusy; readonly recovery: "ask" | "continue" };
  trace(event: TraceEvent): void;
  nonce(): string;
  publish(said: { readonly channel: string; readonly message: string }): void;
}

/** A started service of one node, from its start to its end. */
export interface ServiceNode {
  /** `a2`: the second life of node a. */
  readonly name: string;
  readonly node: string;
  readonly clock: NodeClock;
  readonly ingress: InboundSink;
  state: "alive" | "frozen" | "dead";
  /** A clean stop is under way. */
  stopping: boolean;
  /** What was published to it and not heard yet. */
  readonly hints: (() => void)[];
  heard(channel: string, message: string): void;
  /** Its subscription broke: what was not heard is lost, then everything is read again. */
  missHints(): void;
  freeze(): void;
  thaw(): void;
  crash(): void;
  stop(): Promise<void>;
  /** A chat of it is between an owner and its Codex: taken, rejoined, or tried again after a pause. */
  readonly recovering: boolean;
}

const workspace: Workspace = {
  resolve: async () => ({
    project: "app",
    spec: { cwd: "/app", approvalPolicy: "on-request", sandbox: "workspace-write", network: false, writable: [] },
  }),
  fetch: async () => ({ path: "/app/x", name: "x" }),
  branch: async () => undefined,
  clean: async () => false,
  diff: async () => undefined,
  undo: async () => false,
};

/** Who may what, in every schedule: ada owns, guests talk, everybody else is a stranger. */
const rules = {
  owners: ["fake:ada" as PersonId],
  users: { "fake:guest": ["talk" as const] },
  direct: "pairing" as const,
  groups: { "fake:-2": { mode: "all" as const, talk: "members" as const, approve: ["owners"] } },
};

/** Starts a service; its first calls wait in the gate. */
export function startNode(around: Surroundings, node: string, life: number): ServiceNode {
  return new Service(around, node, `${node}${life}`);
}

class Service implements ServiceNode {
  readonly name: string;
  readonly node: string;
  readonly clock: NodeClock;
  readonly ingress: InboundSink;
  state: "alive" | "frozen" | "dead" = "alive";
  stopping = false;
  readonly hints: (() => void)[] = [];
  readonly #around: Surroundings;
  readonly #kept: (() => void)[] = [];
  readonly #channels = new Map<string, (message: string) => void>();
  readonly #missed: (() => void)[] = [];
  readonly #dispatcher: Dispatcher;
  readonly #sender: Sender;

  constructor(around: Surroundings, node: string, name: string) {
    this.#around = around;
    this.node = node;
    this.name = name;
    this.clock = around.time.node();
    const log = loggerTo((what) => around.trace({ kind: "failed", what: `${name}: ${what}` }));
    const activations = around.queue.of({ ...this.#host(), gate: around.gate, now: () => around.time.now });
    this.#dispatcher = this.#createDispatcher(activations, log);
    const link = this.#link(false);
    this.#sender = createSender({
      channel: around.platform.channel({
        ...this.#host(),
        stale: () => around.leases.stale(name, account),
      }),
      store: createOutboxStore({ link, node, account }),
      log,
      clock: this.clock,
      random: () => 0.5,
    });
    const store = createIngressStore({
      link: this.#link(true),
      logger: log,
      wake: (chat) => activations.wake(chat),
      // Giving up in time is a move of the scheduler's.
      deadlineMs: 2 ** 31 - 1,
    });
    this.ingress = createIngress({
      store,
      access: createAccess(rules, () => store.owners()),
      log,
      clock: this.clock,
      startedAt: around.time.now,
      commands: commandNames,
      nonce: around.nonce,
    });
    // A service that cannot start exits, and is started again.
    for (const starting of [this.#sender.start(), this.#dispatcher.start()]) starting.catch(() => this.#exit());
  }

  heard(channel: string, message: string): void {
    const listener = this.#channels.get(channel);
    if (listener !== undefined && this.state !== "dead") this.hints.push(() => listener(message));
  }

  missHints(): void {
    this.hints.splice(0);
    this.hints.push(() => {
      for (const missed of this.#missed) missed();
    });
  }

  freeze(): void {
    this.state = "frozen";
    this.#around.queue.silent(this.name, this.#around.time.now);
  }

  thaw(): void {
    this.state = "alive";
    this.#around.queue.silent(this.name, undefined);
    for (const what of this.#kept.splice(0)) what();
    this.clock.wake();
  }

  crash(): void {
    const { queue, codex, gate, time } = this.#around;
    this.state = "dead";
    queue.silent(this.name, time.now);
    queue.gone(this.name);
    codex.forget(this.name);
    this.clock.stop();
    this.hints.splice(0);
    for (const held of gate.held) if (held.owner === this.name) held.orphan();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.#dispatcher.stop("keep");
    await this.#sender.stop();
  }

  get recovering(): boolean {
    return this.#dispatcher.snapshot().some(({ phase }) => /^(claiming|starting|failing)$/.test(phase));
  }

  #exit(): void {
    this.crash();
    this.#around.gate.forget(this.name);
  }

  #host(): { readonly name: string; hear(what: () => void): void } {
    return {
      name: this.name,
      hear: (what) => {
        if (this.state === "alive") what();
        else if (this.state === "frozen") this.#kept.push(what);
      },
    };
  }

  #link(edge: boolean): ReturnType<typeof createNodeLink> {
    const { lab, gate, prefix, time, leases, publish } = this.#around;
    return createNodeLink(
      {
        ...this.#host(),
        lab,
        gate,
        prefix,
        now: () => time.now,
        dead: () => this.state === "dead",
        ran: (call, reply) => leases.ran(this.node, call, reply),
        answered: (call, reply) => leases.answered(this.name, call, reply),
        published: (said) => {
          for (const one of said) publish(one);
        },
        subscribed: (channel, heard, missed) => {
          this.#channels.set(channel, heard);
          this.#missed.push(missed);
        },
      },
      edge,
    );
  }

  #createDispatcher(activations: ReturnType<JobQueue["of"]>, log: Logger): Dispatcher {
    const { codex, leases, settings, nonce } = this.#around;
    return createDispatcher({
      store: createChatStore({ link: this.#link(false), node: this.node, logger: log }),
      activations,
      codex: codex.runtime({
        ...this.#host(),
        node: this.node,
        stale: (chat) => leases.stale(this.name, chat),
        steers: settings.whileBusy === "steer",
      }),
      workspace,
      slots: createSlots(4),
      projects: { names: async () => ["app"], elsewhere: async () => false },
      maxProcesses: 8,
      commands,
      settings: {
        ...settings,
        language: "en",
        timeZone: "UTC",
        idleMs: 600_000,
        stallMs: 0,
        maxTurnMs: 0,
        remindMs: [],
        demo: false,
        maxDownloadBytes: () => 1,
      },
      clock: this.clock,
      log,
      nonce,
      draftId: () => 1,
      ref: () => "7F3K",
    });
  }
}

const failures = new Set([
  "actor fails",
  "sender fails, starts anew",
  "steer is not written",
  "turn is not written",
  "live frame cannot be rendered",
  "operation cannot be rendered",
]);

/** Errors of the program itself; a Redis that refuses is none of them. */
function loggerTo(failed: (what: string) => void): Logger {
  const error = (facts: Record<string, unknown>, message: string): void => {
    const cause = facts.error ?? facts.err;
    if (failures.has(message) && !(cause instanceof BridgeError && cause.retryable))
      failed(`${message}: ${cause instanceof Error ? cause.stack : String(cause)}`);
  };
  const quiet = (): void => undefined;
  const logger: Logger = { debug: quiet, info: quiet, warn: quiet, error, child: () => logger };
  return logger;
}
