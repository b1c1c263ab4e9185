import type { LoadedConfig } from "../../config/load.ts";
import type { Examiner } from "../channel/port.ts";
import type { Logger } from "../lib/log.ts";
import type { HealthReport } from "../telemetry/health.ts";
import type { Redactor } from "../telemetry/redact.ts";
import type { Inspection } from "./inspect/port.ts";

/** What becomes of running turns: they live on, are waited for, or are interrupted. */
export type StopMode = "keep" | "drain" | "now";

/** Which of our processes this is: the platforms' side, Codex's side, or both. */
export type Role = "all" | "gateway" | "worker";

/** A machine that runs Codex. */
export interface WorkerStatus {
  readonly node: string;
  readonly host: string;
  readonly pools: readonly string[];
  readonly projects: readonly string[];
  readonly living: boolean;
  /** ms since its last sign; 0 while it lives. */
  readonly silentMs: number;
}

/** One of our processes. */
export interface NodeStatus {
  readonly node: string;
  readonly role: Role;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  /** Pools and projects it serves; empty for a gateway. */
  readonly pools: readonly string[];
  readonly projects: readonly string[];
  /** Chats it holds; absent for a gateway. */
  readonly chats?: number;
  readonly living: boolean;
  /** ms since its last sign; 0 while it lives. */
  readonly silentMs: number;
}

/** A running turn. */
export interface TurnStatus {
  /** Who runs it; absent from older services. */
  readonly node?: string;
  readonly chat: string;
  readonly project: string;
  /** ms since the epoch. */
  readonly startedAt: number;
  /** What it does or waits for, one line; absent when nothing is known. */
  readonly doing?: string;
  /** Since when it shows no sign of progress, once that is `stallMinutes`; ms since the epoch. */
  readonly stalledSince?: number;
}

/** What the composition root knows of itself, for `hotline status`. Plain JSON. */
export interface AppStatus {
  readonly health: HealthReport;
  readonly role: Role;
  /** This process; absent while it starts, and from older services. */
  readonly node?: string;
  /** Present once it was asked to stop. */
  readonly stopping?: StopMode;
  /** All machines that run Codex, heard of in the last 30 days. */
  readonly workers: readonly WorkerStatus[];
  /** All processes on this Redis, gateways first: those of the last day, and workers of the last 30; absent from older services. */
  readonly nodes?: readonly NodeStatus[];
  /** The demo model answers. */
  readonly demo: boolean;
  /** Chats that some machine holds at this moment; parked ones are not among them. */
  readonly chats: number;
  readonly turns: readonly TurnStatus[];
  /** Activations. */
  readonly queue: { readonly waiting: number; readonly active: number };
  /** Approvals and questions without an answer. `askedAt` in ms since the epoch; `node` as of turns. */
  readonly requests: readonly {
    readonly node?: string;
    readonly number: number;
    readonly chat: string;
    readonly summary: string;
    readonly askedAt: number;
  }[];
  /** `host`: the machine a pid counts on; absent from older services. */
  readonly processes: readonly {
    readonly chat: string;
    readonly pid: number;
    readonly working: boolean;
    readonly host?: string;
  }[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a running service answers `hotline status`. `startedAt` in ms since the epoch. */
export interface ServiceStatus extends AppStatus {
  readonly version: string;
  readonly pid: number;
  readonly startedAt: number;
}

/** The service as the command line sees it; made by `src/app.ts`. */
export interface App {
  /** Resolves when the service takes messages. Rejects with ConfigError (exit 78) or any other error (exit 1). */
  start(): Promise<void>;
  /** Lines for the operator once started: addresses, claim link, demo notice. May hold a claim code; never logged. */
  banner(): readonly string[];
  /** Any time after creation. */
  status(): Promise<AppStatus>;
  /** What `hotline turns`, `audit` and `trace` read; undefined until Redis is there. */
  inspection(): Inspection | undefined;
  /** Also while starting. A second call with another mode escalates; the first that resolves ends the process. */
  stop(mode: StopMode): Promise<void>;
}

/** What the service is made with. */
export interface AppTools {
  readonly logger: Logger;
  readonly redact: Redactor;
  /** With the demo model, whatever sign-in there is. */
  readonly demo: boolean;
  readonly role: Role;
  /** Pools this worker serves; empty: those of all its projects. */
  readonly pools: readonly string[];
}

/** Makes the service without starting it. */
export type CreateApp = (config: LoadedConfig, tools: AppTools) => Promise<App>;

/** An account as `hotline doctor` looks at it. */
export interface AccountExaminer extends Examiner {
  /** Where it stands in the configuration: `channels.telegram.0`. */
  readonly keyPath: string;
}

/** Makes an examiner for each configured account, in the order of the configuration. Asks nothing yet. */
export type CreateExaminers = (config: LoadedConfig) => Promise<readonly AccountExaminer[]>;
