import { CodexError, type CodexRuntime, type CodexSession, type ProcessRecord } from "../../src/codex/port.ts";
import type { ThreadId, TurnId } from "../../src/model/ids.ts";
import { CodexProcess, type CodexStage, type ScriptStep, type Thread } from "./codex-process.ts";
import { type Connection, connect, type SessionHost } from "./codex-session.ts";
import type { Gate, Held } from "./gate.ts";
import type { TraceEvent } from "./trace.ts";

/** What a node is to the Codex of its host. */
export interface CodexUser {
  readonly name: string;
  readonly node: string;
  hear(what: () => void): void;
  /** The chat is another's by now. */
  stale(chat: string): boolean;
  /** Steering is what the chat chose. */
  readonly steers: boolean;
}

/** All app-server processes of a host, and the conversations on its disk. */
export interface CodexHost {
  readonly processes: readonly CodexProcess[];
  /** Connections with something to hear. */
  readonly connections: readonly Connection[];
  /** No process starts. */
  broken: boolean;
  runtime(user: CodexUser): CodexRuntime;
  /** A connection breaks; the process lives. */
  cut(connection: Connection): void;
  kill(process: CodexProcess, kept: boolean): void;
  /** It dies and somebody deletes its conversation from the disk. */
  erase(process: CodexProcess): void;
  /** A dead service has no connections. */
  forget(owner: string): void;
}

/** `script` says what a turn does; `reads`, whether the call of this name is read although its connection broke before. */
export function createCodexHost(
  gate: Gate,
  trace: (event: TraceEvent) => void,
  script: (text: string) => readonly ScriptStep[],
  reads: (left: string) => boolean,
): CodexHost {
  return new Host(gate, trace, script, reads);
}

class Host implements CodexHost, SessionHost {
  broken = false;
  readonly processes: CodexProcess[] = [];
  connections: Connection[] = [];
  readonly threads = new Map<ThreadId, Thread>();
  readonly gate: Gate;
  readonly trace: (event: TraceEvent) => void;
  readonly reads: (left: string) => boolean;
  readonly #stage: CodexStage;
  #words = 0;
  #turns = 0;
  #connected = 0;
  #opened = 0;

  constructor(
    gate: Gate,
    trace: (event: TraceEvent) => void,
    script: (text: string) => readonly ScriptStep[],
    reads: (left: string) => boolean,
  ) {
    this.gate = gate;
    this.reads = reads;
    this.trace = trace;
    this.#stage = {
      trace,
      script,
      word: () => `w${++this.#words}`,
      turnId: () => `T${++this.#turns}` as TurnId,
      overlaps: (one) =>
        this.processes.some((p) => p !== one && p.alive && p.chat === one.chat && p.turn !== undefined),
    };
  }

  threadId(): ThreadId {
    return `thread-${++this.#opened}` as ThreadId;
  }

  runtime(user: CodexUser): CodexRuntime {
    return {
      tell: () => undefined,
      spawn: (chat) => this.#spawn(user, chat),
      attach: (record) => this.#attach(user, record),
      alive: (record) => this.#find(record)?.alive === true,
      end: (record) => this.#endRecorded(user, record),
      facts: async () => ({ version: "0", bin: "", home: "", signInNeeded: false }),
      sweep: async (live) => {
        for (const process of this.processes) {
          const known = live.some(({ pid }) => pid === process.pid);
          if (process.alive && process.node === user.node && !known) this.endAsked(process, user.name);
        }
      },
    };
  }

  cut(connection: Connection): void {
    connection.process.listeners.delete(connection);
    connection.break();
  }

  kill(process: CodexProcess, kept: boolean): void {
    process.die(kept);
    for (const thread of this.threads.values()) if (thread.writer === process) thread.writer = undefined;
    for (const one of this.connections) if (one.process === process) one.break();
  }

  erase(process: CodexProcess): void {
    const threads = [...this.threads.values()].filter(({ writer }) => writer === process);
    this.kill(process, false);
    for (const { id, turns } of threads) {
      this.threads.delete(id);
      this.trace({ kind: "erased", chat: process.chat, clientIds: turns.flatMap(({ clientIds }) => clientIds) });
    }
  }

  forget(owner: string): void {
    for (const one of this.connections) if (one.user.name === owner) one.process.listeners.delete(one);
    this.connections = this.connections.filter((one) => one.user.name !== owner);
  }

  /** Ends a process as its owner asked. */
  endAsked(process: CodexProcess, by: string): void {
    if (!process.alive) return;
    if (process.turn !== undefined)
      this.trace({
        kind: "ended",
        chat: process.chat,
        // A message that is not in the conversation is started again: nothing was ended.
        excused: process.patience.isOver(by) || process.turn.delivered.length === 0,
      });
    this.kill(process, false);
  }

  #spawn(user: CodexUser, chat: string): Promise<CodexSession> {
    return this.#hold(user, "spawn", (failing) => {
      if (failing || this.broken) {
        this.trace({ kind: "noCodex", chat });
        throw new CodexError("spawnFailed", "it does not start");
      }
      const process = new CodexProcess(this.#stage, 100 + this.processes.length, chat, user.node);
      this.processes.push(process);
      return this.#connect(user, process);
    });
  }

  #attach(user: CodexUser, record: ProcessRecord): Promise<CodexSession | undefined> {
    return this.#hold(user, "attach", (failing) => {
      const process = this.#find(record);
      if (process?.alive !== true) return undefined;
      process.patience.tried(user.name);
      return failing ? undefined : this.#connect(user, process);
    });
  }

  #endRecorded(user: CodexUser, record: ProcessRecord): Promise<void> {
    const process = this.#find(record);
    // A process nobody else knows of may be ended by whoever started it.
    const shared = this.connections.some((one) => one.open && one.process === process && one.user.name !== user.name);
    if (process?.alive === true && shared)
      this.trace({ kind: "asked", of: "codex", what: "end", stale: user.stale(process.chat) });
    return this.#hold(user, "end", () => {
      if (process !== undefined) this.endAsked(process, user.name);
    });
  }

  #connect(user: CodexUser, process: CodexProcess): CodexSession {
    const { connection, session } = connect(this, user, process, ++this.#connected);
    this.connections = [...this.connections, connection];
    return session;
  }

  #find(record: ProcessRecord): CodexProcess | undefined {
    return this.processes.find(({ pid }) => pid === record.pid);
  }

  /** What is asked of the host itself; a failing spawn has no process, a failing attach finds none. */
  #hold<T>(user: CodexUser, what: string, work: (failing: boolean) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const held: Held = {
        name: this.gate.name(user.name, what),
        lane: `${user.name} ${what}`,
        owner: user.name,
        faults: what === "end" ? [] : ["drop"],
        orphan: () => undefined,
        run: (fault) => {
          this.gate.remove(held);
          try {
            const result = work(fault !== undefined);
            user.hear(() => resolve(result));
          } catch (error) {
            user.hear(() => reject(error));
          }
        },
      };
      this.gate.add(held);
    });
  }
}
