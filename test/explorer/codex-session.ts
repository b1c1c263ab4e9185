import { CodexError, type CodexInput, type CodexSession, type ThreadState } from "../../src/codex/port.ts";
import type { ThreadId } from "../../src/model/ids.ts";
import type { CodexEvent } from "../../src/model/turn.ts";
import type { CodexUser } from "./codex.ts";
import type { CodexProcess, Thread } from "./codex-process.ts";
import type { Fault, Gate, Held } from "./gate.ts";
import type { TraceEvent } from "./trace.ts";

/** The side of the host that connections need. */
export interface SessionHost {
  readonly gate: Gate;
  readonly threads: Map<ThreadId, Thread>;
  /** Of a new conversation. */
  threadId(): ThreadId;
  trace(event: TraceEvent): void;
  endAsked(process: CodexProcess, by: string): void;
  /** What a connection left behind is read after its end; else nobody ever does. */
  reads(left: string): boolean;
}

/** One socket: what app-server wrote comes in its order, answers and events alike. */
export interface Connection {
  readonly name: string;
  readonly user: CodexUser;
  readonly process: CodexProcess;
  readonly inbound: (() => void)[];
  readonly open: boolean;
  /** Nothing comes any more but the news of it. */
  break(): void;
}

const faults: readonly Fault[] = ["lose", "drop", "late"];

/** Connects a node to a process. */
export function connect(
  host: SessionHost,
  user: CodexUser,
  process: CodexProcess,
  number: number,
): { readonly connection: Connection; readonly session: CodexSession } {
  const socket = new Socket(host, user, process, `${user.name} s${number}`);
  return { connection: socket, session: socket.session() };
}

class Socket implements Connection {
  readonly name: string;
  readonly user: CodexUser;
  readonly process: CodexProcess;
  readonly inbound: (() => void)[] = [];
  open = true;
  readonly #host: SessionHost;
  #listener: ((event: CodexEvent) => void) | undefined;
  readonly #waiting = new Set<(error: CodexError) => void>();
  #thread: Thread | undefined;

  constructor(host: SessionHost, user: CodexUser, process: CodexProcess, name: string) {
    this.#host = host;
    this.user = user;
    this.process = process;
    this.name = name;
  }

  break(): void {
    if (!this.open) return;
    this.open = false;
    this.inbound.splice(0);
    this.inbound.push(() => {
      this.#rejectAll();
      this.#listener?.({ kind: "disconnected", reason: "closed" });
    });
  }

  session(): CodexSession {
    const { process } = this;
    return {
      process: { pid: process.pid, startTime: String(process.pid), socket: `/run/${process.pid}.sock`, host: "here" },
      onEvent: (listener) => {
        this.#listener = listener;
      },
      openThread: (_spec, threadId) => this.#call("open", () => this.#openThread(threadId)),
      startTurn: (clientId, input) => {
        this.#effect("start");
        return this.#call("start", () => process.start(this.#own(), clientId, words(input)));
      },
      steer: (clientId, turnId, input) => {
        this.#effect("steer");
        const steered = { kind: "steered", chat: process.chat, text: words(input), allowed: this.user.steers } as const;
        this.#host.trace(steered);
        return this.#call("steer", () => process.steer(turnId, clientId, words(input)));
      },
      interrupt: (turnId) => {
        this.#effect("interrupt");
        return this.#call("interrupt", () => process.interrupt(turnId));
      },
      answer: (request, answer) => {
        this.#effect("answer");
        const decision = answer.kind === "decision" ? answer.decision : "answers";
        this.#host.trace({ kind: "answerWritten", chat: process.chat, item: request.itemId, decision });
        return this.#write("answer", () => process.answer(request, answer));
      },
      turns: (limit) =>
        this.#call("turns", () => {
          this.#readOthers();
          return [...this.#own().turns].reverse().slice(0, limit);
        }),
      compact: async () => undefined,
      terminals: async () => [],
      endTerminal: async () => undefined,
      models: async () => [],
      detach: () => this.#detach(),
      end: async () => {
        this.#effect("end");
        this.#detach();
        await this.#ask("end", [], () => this.#host.endAsked(process, this.user.name));
      },
    };
  }

  /**
   * app-server reads each socket as it comes. A new connection has had three answers one after the other (handshake,
   * initialize, resume) before it lists the turns: what others had written by then was read, or dropped with its connection.
   */
  #readOthers(): void {
    for (const [socket, held] of this.process.unread) {
      if (socket === this) continue;
      for (const one of [...held]) void one.run(socket.open || this.#host.reads(one.name) ? undefined : "drop");
    }
  }

  #detach(): void {
    this.process.listeners.delete(this);
    this.open = false;
    this.inbound.splice(0);
    this.#rejectAll();
  }

  #rejectAll(): void {
    for (const reject of this.#waiting) reject(new CodexError("disconnected", "closed"));
    this.#waiting.clear();
  }

  #effect(what: string): void {
    this.#host.trace({ kind: "asked", of: "codex", what, stale: this.user.stale(this.process.chat) });
  }

  #own(): Thread {
    if (this.#thread === undefined) throw new CodexError("rejected", "no thread is open");
    return this.#thread;
  }

  #openThread(threadId: ThreadId | undefined): ThreadState {
    const { threads } = this.#host;
    const known = threadId === undefined ? undefined : threads.get(threadId);
    if (threadId !== undefined && known === undefined) throw new CodexError("threadLost", "no rollout found");
    if (known !== undefined && known.turns.length === 0 && known.writer?.alive !== true)
      throw new CodexError("threadLost", "no rollout found");
    if (known?.writer?.alive === true && known.writer !== this.process)
      throw new CodexError("threadBusy", "already has an active writer");
    const thread = known ?? { id: this.#host.threadId(), turns: [], writer: undefined };
    threads.set(thread.id, thread);
    this.#thread = thread;
    const hear = (event: CodexEvent): void => this.#hear(event);
    const state = this.process.open(thread, this, hear);
    // Behind the answer to this call.
    queueMicrotask(() => this.process.replay(hear));
    return state;
  }

  #hear(event: CodexEvent): void {
    if (this.open) this.inbound.push(() => this.#listener?.(event));
  }

  #call<T>(what: string, work: () => T): Promise<T> {
    if (!this.open) return Promise.reject(new CodexError("disconnected", "closed"));
    return this.#ask(what, faults, work);
  }

  /** What app-server does not answer: whoever wrote it knows no more than that it is on its way. */
  #write(what: string, work: () => void): Promise<void> {
    if (!this.open) return Promise.reject(new CodexError("disconnected", "closed"));
    const held: Held = {
      name: this.#host.gate.name(this.user.name, what),
      lane: this.name,
      owner: this.user.name,
      faults: ["lose", "drop"],
      orphan: () => undefined,
      run: (fault) => {
        this.#taken(held);
        if (fault !== "drop" && this.process.alive) work();
        if (fault !== undefined) this.#cut();
      },
    };
    this.#wrote(held);
    return Promise.resolve();
  }

  #ask<T>(what: string, may: readonly Fault[], work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const settle = (then: () => void): void => {
        this.#waiting.delete(reject);
        then();
      };
      const held: Held = {
        name: this.#host.gate.name(this.user.name, what),
        lane: this.name,
        owner: this.user.name,
        faults: may,
        orphan: () => undefined,
        run: (fault) => {
          this.#taken(held);
          const answer = fault === "drop" ? () => undefined : this.#done(work, resolve, reject);
          const { patience } = this.process;
          const silence = (): void => {
            patience.unanswered(this.user.name, what);
            reject(new CodexError("timeout", "no answer"));
          };
          const heard = (): void => {
            patience.answered(this.user.name, what);
            answer();
          };
          if (fault === "late") this.inbound.push(() => settle(silence));
          else if (fault !== undefined) this.#cut();
          else if (this.open) this.inbound.push(() => settle(heard));
          else this.user.hear(() => settle(answer));
        },
      };
      if (what === "end") this.#host.gate.add(held);
      else this.#wrote(held);
    });
  }

  #wrote(held: Held): void {
    this.#unread.add(held);
    this.#host.gate.add(held);
  }

  #taken(held: Held): void {
    this.#unread.delete(held);
    this.#host.gate.remove(held);
  }

  get #unread(): Set<Held> {
    const { unread } = this.process;
    const mine = unread.get(this) ?? new Set();
    unread.set(this, mine);
    return mine;
  }

  /** Does the work if the process lives; what its caller hears comes later. */
  #done<T>(work: () => T, resolve: (value: T) => void, reject: (error: unknown) => void): () => void {
    if (!this.process.alive) return () => reject(new CodexError("disconnected", "closed"));
    try {
      const result = work();
      return () => resolve(result);
    } catch (error) {
      return () => reject(error);
    }
  }

  #cut(): void {
    this.process.listeners.delete(this);
    this.break();
  }
}

/** Text of an input. */
function words(input: readonly CodexInput[]): string {
  return input.map((one) => (one.type === "text" ? one.text : one.path)).join(" ");
}
