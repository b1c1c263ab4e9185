import type { SteerResult, ThreadState } from "../../src/codex/port.ts";
import type { ClientId, ThreadId, TurnId } from "../../src/model/ids.ts";
import type { CodexRequest, RequestAnswer } from "../../src/model/request.ts";
import type { Action, CodexEvent, TurnEvent, TurnRecord } from "../../src/model/turn.ts";
import type { Held } from "./gate.ts";
import { createPatience } from "./patience.ts";
import type { TraceEvent, TurnState } from "./trace.ts";

/** What a turn does after its message was delivered, step by step. `rigid`: it takes no more steers, as a review. */
export type ScriptStep = "text" | "action" | "ask" | "rigid" | "compact" | "complete" | "fail";

/** A conversation on disk; it outlives its processes. */
export interface Thread {
  readonly id: ThreadId;
  turns: readonly TurnRecord[];
  writer: CodexProcess | undefined;
}

interface Turn {
  readonly id: TurnId;
  readonly thread: Thread;
  readonly opener: ClientId;
  readonly script: readonly ScriptStep[];
  /** Handed over, not in the conversation yet. */
  pending: readonly { readonly clientId: ClientId; readonly text: string }[];
  delivered: readonly ClientId[];
  next: number;
  said: string;
  actions: readonly Action[];
  asked: CodexRequest | undefined;
  rigid: boolean;
  /** It shortened the conversation before it read its message. */
  compacts: boolean;
}

/** Where processes tell what they do. */
export interface CodexStage {
  trace(event: TraceEvent): void;
  script(text: string): readonly ScriptStep[];
  /** A fresh word, greater than all before it. */
  word(): string;
  turnId(): TurnId;
  /** Another process of the chat has a running turn. */
  overlaps(process: CodexProcess): boolean;
}

/** An app-server as the facts describe it: lives on without us, replays open requests, dedupes nothing. */
export class CodexProcess {
  alive = true;
  /** What each service met when it worked with it. */
  readonly patience = createPatience();
  /** By the scheduler. */
  killed = false;
  /** Connections to it hear its events. */
  readonly listeners = new Map<object, (event: CodexEvent) => void>();
  /** What was written to it and it has not read, by connection. */
  readonly unread = new Map<{ readonly open: boolean }, Set<Held>>();
  turn: Turn | undefined;
  readonly pid: number;
  readonly chat: string;
  readonly node: string;
  readonly #stage: CodexStage;
  #requests = 0;

  constructor(stage: CodexStage, pid: number, chat: string, node: string) {
    this.#stage = stage;
    this.pid = pid;
    this.chat = chat;
    this.node = node;
  }

  open(thread: Thread, connection: object, hear: (event: CodexEvent) => void): ThreadState {
    thread.writer = this;
    this.listeners.set(connection, hear);
    const turn = this.turn;
    return {
      threadId: thread.id,
      active: turn !== undefined,
      ...(turn === undefined ? {} : { turnId: turn.id }),
      model: "gpt-5.5",
    };
  }

  /** `turn/start`; while a turn runs, the text is steered into it. */
  start(thread: Thread, clientId: ClientId, text: string): void {
    if (this.turn !== undefined) {
      this.turn.pending = [...this.turn.pending, { clientId, text }];
      return;
    }
    const turn: Turn = {
      id: this.#stage.turnId(),
      thread,
      opener: clientId,
      script: this.#stage.script(text),
      pending: [{ clientId, text }],
      delivered: [],
      next: 0,
      said: "",
      actions: [],
      asked: undefined,
      rigid: false,
      compacts: false,
    };
    this.turn = turn;
    this.#tell(turn, this.#stage.overlaps(this) ? "overlaps" : "started");
    this.#emit({ kind: "turnStarted", turnId: turn.id });
  }

  steer(turnId: TurnId, clientId: ClientId, text: string): SteerResult {
    if (this.turn?.id !== turnId) return "noActiveTurn";
    if (this.turn.rigid) return "notSteerable";
    this.turn.pending = [...this.turn.pending, { clientId, text }];
    return "steered";
  }

  interrupt(turnId: TurnId): boolean {
    const turn = this.turn;
    if (turn?.id !== turnId) return false;
    this.#end(turn, "interrupted");
    return true;
  }

  answer(request: CodexRequest, answer: RequestAnswer): void {
    const turn = this.turn;
    if (turn?.asked === undefined || turn.asked.rpcId !== request.rpcId) return;
    const decision = answer.kind === "decision" ? answer.decision : "answers";
    this.#stage.trace({ kind: "applied", chat: this.chat, item: turn.asked.itemId, decision });
    const { itemId } = turn.asked;
    this.#resolve(turn);
    if (decision === "accept") this.#act(turn, itemId);
    else if (decision === "cancel") this.#end(turn, "interrupted");
  }

  /** Open requests, for a connection that opened the thread. */
  replay(hear: (event: CodexEvent) => void): void {
    if (this.turn?.asked !== undefined) hear({ kind: "request", request: this.turn.asked });
  }

  /** Something is left to do for it. */
  get canGoOn(): boolean {
    return this.alive && this.turn !== undefined && this.turn.asked === undefined;
  }

  goOn(): void {
    const turn = this.turn;
    if (turn === undefined || turn.asked !== undefined) return;
    if (turn.script[turn.next] === "compact") {
      turn.next += 1;
      turn.compacts = true;
      this.#record(turn, "inProgress");
      return;
    }
    const [head, ...rest] = turn.pending;
    if (head !== undefined) {
      turn.pending = rest;
      this.#deliver(turn, head);
      return;
    }
    const step = turn.script[turn.next] ?? "complete";
    turn.next += 1;
    this.#step(turn, step);
  }

  /** kill -9. `kept`: its first message was in the history already, though nobody was told. */
  die(kept: boolean): void {
    const turn = this.turn;
    if (turn !== undefined) {
      const [head, ...rest] = turn.pending;
      if (kept && head !== undefined && turn.delivered.length === 0) {
        turn.pending = rest;
        this.#deliver(turn, head);
      }
      this.#record(turn, "interrupted");
      this.#tell(turn, "died");
    }
    this.turn = undefined;
    this.alive = false;
    this.listeners.clear();
  }

  #step(turn: Turn, step: ScriptStep): void {
    if (step === "text") {
      const word = this.#stage.word();
      turn.said += `${word} `;
      this.#emit({ kind: "messageDelta", turnId: turn.id, itemId: `i${turn.id}`, delta: `${word} ` });
    } else if (step === "action") this.#act(turn, `a${turn.id}-${turn.next}`);
    else if (step === "ask") this.#ask(turn);
    else if (step === "rigid") turn.rigid = true;
    else if (step === "fail") this.#end(turn, "failed");
    else {
      const text = turn.said.trim();
      const itemId = `i${turn.id}`;
      if (text !== "") this.#emit({ kind: "messageCompleted", turnId: turn.id, itemId, text, phase: "final" });
      this.#end(turn, "completed");
    }
  }

  #ask(turn: Turn): void {
    this.#requests += 1;
    turn.asked = {
      rpcId: this.#requests,
      threadId: turn.thread.id,
      turnId: turn.id,
      itemId: `q${turn.id}-${turn.next}`,
      body: { kind: "command", command: `make q${turn.id}-${turn.next}` },
    };
    this.#emit({ kind: "request", request: turn.asked });
  }

  #resolve(turn: Turn): void {
    const asked = turn.asked;
    turn.asked = undefined;
    if (asked !== undefined) this.#emit({ kind: "requestResolved", threadId: asked.threadId, rpcId: asked.rpcId });
  }

  #act(turn: Turn, id: string): void {
    const action: Action = { id, kind: "command", label: `make ${id}`, state: "done", exitCode: 0, durationMs: 1 };
    turn.actions = [...turn.actions, action];
    this.#record(turn, "inProgress");
    this.#emit({ kind: "action", turnId: turn.id, action });
  }

  #deliver(turn: Turn, { clientId, text }: { readonly clientId: ClientId; readonly text: string }): void {
    turn.delivered = [...turn.delivered, clientId];
    this.#record(turn, "inProgress");
    this.#stage.trace({ kind: "delivered", chat: this.chat, text, clientId });
    this.#emit({ kind: "delivered", turnId: turn.id, clientId });
  }

  #end(turn: Turn, outcome: "completed" | "interrupted" | "failed"): void {
    this.#record(turn, outcome);
    this.turn = undefined;
    this.#tell(turn, outcome);
    const failure = { failure: { reason: "overloaded" as const, message: "too much" } };
    const event: TurnEvent = { kind: "turnEnded", turnId: turn.id, outcome, durationMs: 1000 };
    this.#emit(outcome === "failed" ? { ...event, ...failure } : event);
    this.#resolve(turn);
  }

  #tell(turn: Turn, state: TurnState): void {
    this.#stage.trace({ kind: "turn", chat: this.chat, clientId: turn.opener, state, said: turn.said.trim() });
  }

  /** What is on disk of a turn: only one with a message in it, or that shortened the conversation before it read its message. */
  #record(turn: Turn, status: TurnRecord["status"]): void {
    if (turn.delivered.length === 0 && !turn.compacts) return;
    const whole = status === "completed" && turn.said !== "";
    const record: TurnRecord = {
      turnId: turn.id,
      status,
      clientIds: turn.delivered,
      messages: whole ? [{ itemId: `i${turn.id}`, text: turn.said.trim(), phase: "final" }] : [],
      actions: turn.actions,
      ...(status === "failed" ? { failure: { reason: "overloaded" as const, message: "too much" } } : {}),
    };
    turn.thread.turns = [...turn.thread.turns.filter((one) => one.turnId !== turn.id), record];
  }

  #emit(event: CodexEvent): void {
    for (const hear of this.listeners.values()) hear(event);
  }
}
