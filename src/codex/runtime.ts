import { hostname } from "node:os";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { ChatKey } from "../model/ids.ts";
import { outlined, type Trace } from "../model/trace.ts";
import { boundLog, type Launch, launch, markOf, recordedIn, removeFiles } from "./app-server.ts";
import { bundledBinary, pinnedVersion } from "./binary.ts";
import { openClient } from "./client.ts";
import { processEnv, processMark } from "./config-overrides.ts";
import { readAs } from "./errors.ts";
import { CodexError, type CodexFacts, type CodexRuntime, type CodexSession, type ProcessRecord } from "./port.ts";
import { run } from "./process.ts";
import { type EndTimes, endProcess } from "./process-end.ts";
import { lives, serversIn, servesOn } from "./process-table.ts";
import { results } from "./protocol/read.ts";
import type { RpcObserver } from "./rpc-peer.ts";
import { openSession } from "./session.ts";
import { type MessageStream, openWsStream } from "./ws-stream.ts";

export interface CodexRuntimeOptions {
  /** Absent: the bundled binary. */
  readonly bin?: string;
  /** CODEX_HOME, absolute; made when missing. */
  readonly home: string;
  /** For sockets, pid files and logs; absolute, ≤ 80 bytes. */
  readonly runtimeDir: string;
  /** What no sandboxed command may touch: dataDir, runtime folder, configuration and secret files. Absolute. */
  readonly deny: readonly string[];
  /** `codex.env`. */
  readonly env: Readonly<Record<string, string>>;
  readonly proxyEnv: Readonly<Record<string, string>>;
  /** `codex.config`, dotted keys. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Environment of the service; an allowlist of it is passed on. */
  readonly hostEnv: Readonly<Record<string, string | undefined>>;
  /**
   * Names the model that `config` makes Codex use; a process started for another one is never attached to. Absent: the
   * model of Codex's own configuration.
   */
  readonly servedBy?: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Time after a turn in which rotated sign-in tokens are written. Default 5,000. */
  readonly flushMs?: number;
  /** Default 3,000 after each signal. */
  readonly endTimes?: EndTimes;
}

/** Starts, finds and ends app-server processes on this host. */
export function createCodexRuntime(options: CodexRuntimeOptions): CodexRuntime {
  return new Runtime(options);
}

class Runtime implements CodexRuntime {
  readonly #options: CodexRuntimeOptions;
  readonly #launch: Launch;
  #trace: Trace | undefined;

  constructor(options: CodexRuntimeOptions) {
    const { home, deny, env, proxyEnv, config } = options;
    this.#options = options;
    this.#launch = { ...options, bin: options.bin ?? bundledBinary(), policy: { home, deny, env, proxyEnv, config } };
  }

  tell(trace: Trace): void {
    this.#trace = trace;
  }

  async spawn(name: string): Promise<CodexSession> {
    const { record, stream } = await launch(name, this.#launch);
    try {
      return await this.#session(record, stream, name);
    } catch (cause) {
      await this.#end(record, 0);
      throw new CodexError("spawnFailed", "Codex did not answer the handshake", { cause });
    }
  }

  async attach(record: ProcessRecord, name?: string): Promise<CodexSession | undefined> {
    if (!this.alive(record) || record.servedBy !== this.#options.servedBy) return undefined;
    try {
      return await this.#session(record, await openWsStream(record.socket), name);
    } catch (error) {
      if (!(error instanceof CodexError) || error.code !== "disconnected") throw error;
      this.#options.log.debug({ pid: record.pid, error: error.message }, "codex process cannot be reached");
      return undefined;
    }
  }

  alive(record: ProcessRecord): boolean {
    return isHere(record) && lives(record);
  }

  async end(record: ProcessRecord): Promise<void> {
    if (!isHere(record)) return;
    // Nobody knows when its last turn ended: wait the whole time.
    await this.#end(record, this.alive(record) ? this.#flushMs : 0);
  }

  async facts(): Promise<CodexFacts> {
    const { bin } = this.#launch;
    const version = await versionOf(bin);
    const { record, stream } = await launch("facts", this.#launch);
    const sandbox = sandboxFailure(bin, processEnv(this.#options.hostEnv, this.#launch.policy));
    try {
      const client = await openClient(stream, { notification() {}, request() {}, closed() {} }, this.#options);
      const account = readAs(results.account, "account/read", await client.request("account/read", {}));
      const { config } = readAs(results.config, "config/read", await client.request("config/read", {}));
      client.close();
      const failure = await sandbox;
      return {
        version,
        bin,
        home: this.#options.home,
        signInNeeded: account.requiresOpenaiAuth && account.account === null,
        ...(config.model ? { model: config.model } : {}),
        ...(config.sandbox_mode ? { foreignSandboxMode: config.sandbox_mode } : {}),
        ...(failure === undefined ? {} : { sandboxFailure: failure }),
        ...(version === pinnedVersion() ? {} : { foreignVersion: version }),
      };
    } finally {
      await this.#end(record, 0);
    }
  }

  async sweep(live: readonly ProcessRecord[]): Promise<void> {
    const kept = new Set(live.map((record) => record.socket));
    const { runtimeDir } = this.#options;
    const recorded = await recordedIn(runtimeDir);
    const noted = new Set(recorded.map((record) => record.socket));
    // Killed before it could note down what it had just started, a service left it to nobody.
    const unnoted = serversIn(runtimeDir).filter((found) => !noted.has(found.socket));
    const all = [...recorded, ...unnoted.map((found): ProcessRecord => ({ ...found, host: hostname() }))];
    // One that lives was started right before we were killed: nobody knows of it, and nothing was asked of it.
    const unknown = all.filter((record) => !kept.has(record.socket));
    await Promise.all(unknown.map((record) => this.#end(record, 0)));
  }

  get #flushMs(): number {
    return this.#options.flushMs ?? 5_000;
  }

  #session(record: ProcessRecord, stream: MessageStream, name: string | undefined): Promise<CodexSession> {
    const { clock, log } = this.#options;
    return openSession(stream, {
      record,
      clock,
      log: log.child({ pid: record.pid }),
      observer: this.#trace && name !== undefined ? observerOf(this.#trace, name as ChatKey) : undefined,
      endProcess: (lastTurnAt) =>
        this.#end(record, lastTurnAt === undefined ? 0 : lastTurnAt + this.#flushMs - clock.uptime()),
      onTurnEnded: () => {
        boundLog(record).catch((error: unknown) => log.warn({ error: String(error) }, "codex log cannot be shortened"));
      },
    });
  }

  /** Ends the process after `waitMs`, then what it left: commands and files. */
  async #end(record: ProcessRecord, waitMs: number): Promise<void> {
    const { clock, log, endTimes: times = { graceMs: 3_000, pollMs: 20 } } = this.#options;
    if (waitMs > 0 && lives(record)) await clock.sleep(waitMs);
    await endProcess(record, {
      clock,
      log,
      times,
      policyPath: this.#options.runtimeDir,
      mark: { name: processMark, value: markOf(record) },
    });
    await removeFiles(record.socket);
  }
}

/** Tells a chat's trace of its messages: ids and sizes, not what they say. */
function observerOf(trace: Trace, chat: ChatKey): RpcObserver {
  return {
    on: () => trace.on(chat),
    saw({ body, ...seen }) {
      const facts = outlined(body);
      trace.add(chat, { part: "codex", ...seen, ...(Object.keys(facts).length === 0 ? {} : { facts }) });
    },
  };
}

/** Whether a process was started on this machine, which may have had another name then: its command line tells, too. */
function isHere(record: ProcessRecord): boolean {
  return record.host === hostname() || servesOn(record.pid, record.socket);
}

/** Why a sandboxed command cannot be run; undefined when one can. Never rejects. */
async function sandboxFailure(bin: string, env: Readonly<Record<string, string>>): Promise<string | undefined> {
  try {
    await run(bin, ["sandbox", "--", "true"], env);
    return undefined;
  } catch (error) {
    const told = error instanceof Error ? String(Reflect.get(error, "stderr") ?? error.message) : String(error);
    return told.trim().split("\n").at(-1) ?? told;
  }
}

/** Version a binary reports. CodexError `spawnFailed` when it cannot be run. */
export async function versionOf(bin: string, signal?: AbortSignal): Promise<string> {
  try {
    const text = await run(bin, ["--version"], undefined, signal);
    return /\d+\.\d+\.\d+\S*/.exec(text)?.[0] ?? text.trim();
  } catch (cause) {
    throw new CodexError("spawnFailed", `${bin} cannot be run`, { cause });
  }
}
