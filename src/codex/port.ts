import type { ClientId, ThreadId, TurnId } from "../model/ids.ts";
import type { CodexRequest, RequestAnswer } from "../model/request.ts";
import type { ApprovalPolicyName, EffortName, SandboxName } from "../model/settings.ts";
import type { Trace } from "../model/trace.ts";
import type { CodexEvent, TurnRecord } from "../model/turn.ts";

/** Enough to find an app-server process again, on its host only. Pid alone is not enough: pids are reused. */
export interface ProcessRecord {
  readonly pid: number;
  /** Kernel start time of the pid (clock ticks since boot on Linux). */
  readonly startTime: string;
  /** The path given to `--listen unix://`; app-server makes it a link. */
  readonly socket: string;
  readonly host: string;
  /** Which model it was started for, see `CodexRuntimeOptions`; absent: that of its own configuration. */
  readonly servedBy?: string;
}

export type SandboxMode = SandboxName;
export type ApprovalPolicy = ApprovalPolicyName;
export type Effort = EffortName;

/** How a chat's Codex is run. */
export interface SessionSpec {
  /** Project folder, absolute. */
  readonly cwd: string;
  readonly model?: string;
  readonly effort?: Effort;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandbox: SandboxMode;
  /** Network inside workspace-write. */
  readonly network: boolean;
  /** Further folders the model may write to (the chat's inbox is readable anyway). */
  readonly writable: readonly string[];
  /** developerInstructions; absent for none. */
  readonly instructions?: string;
}

export type CodexInput =
  | { readonly type: "text"; readonly text: string }
  /** Absolute path; a missing file does not fail the turn. */
  | { readonly type: "localImage"; readonly path: string };

/** What is known after a thread was started or resumed. */
export interface ThreadState {
  readonly threadId: ThreadId;
  /** Set when a turn is running. */
  readonly active: boolean;
  /** The running turn. Its `turnStarted` is not told again; its later events carry this id. */
  readonly turnId?: TurnId;
  readonly waitingOn?: "approval" | "input";
  readonly model: string;
  readonly effort?: string;
}

export type SteerResult = "steered" | "noActiveTurn" | "notSteerable";

/** A background terminal of the thread. */
export interface Terminal {
  readonly processId: string;
  readonly itemId?: string;
  readonly command: string;
}

/**
 * One connection to one app-server process. Events come in wire order, one listener; nothing is lost between
 * `openThread` resolving and the listener set before it. All calls reject with CodexError `disconnected` once the
 * connection is gone, `timeout` after 30 s, `rejected` with app-server's message otherwise.
 */
export interface CodexSession {
  readonly process: ProcessRecord;
  /** Set once, before `openThread`. */
  onEvent(listener: (event: CodexEvent) => void): void;
  /**
   * Starts a thread, or resumes `threadId` (excludeTurns; pending server requests are replayed as events).
   * CodexError `threadLost` when app-server has no rollout of it, `threadBusy` when another process writes it.
   */
  openThread(spec: SessionSpec, threadId?: ThreadId): Promise<ThreadState>;
  /** Writes `turn/start` at once; resolves when app-server answered. The turn id is believed only from `turnStarted`. */
  startTurn(clientId: ClientId, input: readonly CodexInput[], spec: SessionSpec): Promise<void>;
  steer(clientId: ClientId, expectedTurnId: TurnId, input: readonly CodexInput[]): Promise<SteerResult>;
  /** Resolves false when no such turn is running. */
  interrupt(turnId: TurnId): Promise<boolean>;
  /** Writes the answer of a server request; resolves once written to the socket. */
  answer(request: CodexRequest, answer: RequestAnswer): Promise<void>;
  /** Newest first, with all items. */
  turns(limit: number): Promise<readonly TurnRecord[]>;
  compact(): Promise<void>;
  terminals(): Promise<readonly Terminal[]>;
  endTerminal(processId: string): Promise<void>;
  /** Models offered, default first. */
  models(): Promise<
    readonly {
      readonly id: string;
      readonly name: string;
      readonly isDefault: boolean;
      readonly efforts: readonly string[];
    }[]
  >;
  /** Closes our socket; the process and its turn go on (L8). */
  detach(): void;
  /** Ends the process: waits for sign-in tokens to be flushed, TERM, TERM, KILL, then its grandchildren. */
  end(): Promise<void>;
}

/** Facts for the start banner, `doctor` and `status`. */
export interface CodexFacts {
  readonly version: string;
  readonly bin: string;
  readonly home: string;
  /** True when the active provider needs a sign-in that is missing. */
  readonly signInNeeded: boolean;
  readonly model?: string;
  /** A `sandbox_mode` in the user's own config. Ours holds all the same: it is named per thread and turn (measured). */
  readonly foreignSandboxMode?: string;
  /** Why its sandbox cannot run on this machine; every thread in `read-only` and `workspace-write` is refused then. */
  readonly sandboxFailure?: string;
  /** The spawned binary is not the pinned version. */
  readonly foreignVersion?: string;
}

/** Starts, finds and ends app-server processes on this host. */
export interface CodexRuntime {
  /** Spawns a detached process and completes the handshake. `name`: its chat. CodexError `spawnFailed`. */
  spawn(name: string, spec: SessionSpec): Promise<CodexSession>;
  /** Connects to a recorded process; undefined when it is gone (other host, other start time, dead socket). `name`: its chat. */
  attach(record: ProcessRecord, name?: string): Promise<CodexSession | undefined>;
  /** From now on the traffic of new connections is told there, chat by chat. */
  tell(trace: Trace): void;
  alive(record: ProcessRecord): boolean;
  /** Ends a recorded process without a connection to it; a process that is gone is fine. */
  end(record: ProcessRecord): Promise<void>;
  facts(): Promise<CodexFacts>;
  /** Ends processes of ours that no chat records, and removes what ended ones left. Before the first `spawn`. */
  sweep(live: readonly ProcessRecord[]): Promise<void>;
}

export type CodexErrorCode =
  | "disconnected"
  | "timeout"
  | "rejected"
  | "overloaded"
  | "spawnFailed"
  | "threadLost"
  | "threadBusy"
  | "inputTooLarge"
  | "cwdMissing";

/** The only error this stage throws. */
export class CodexError extends Error {
  readonly code: CodexErrorCode;
  override readonly name = "CodexError";
  constructor(code: CodexErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
