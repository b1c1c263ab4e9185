import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CodexSession, ProcessRecord, SessionSpec } from "../../../src/codex/port.ts";
import { type CodexRuntimeOptions, createCodexRuntime } from "../../../src/codex/runtime.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ClientId, TurnId } from "../../../src/model/ids.ts";
import type { CodexEvent } from "../../../src/model/turn.ts";
import { type CodexHomeOptions, writeCodexHome } from "../../emulators/model/codex-home.ts";
import { ModelEmulator } from "../../emulators/model/model-emulator.ts";

type Kind = CodexEvent["kind"];
type Of<K extends Kind> = Extract<CodexEvent, { kind: K }>;

/** Resolves once `check` gives something; rejects after `timeoutMs`. */
export async function until<T>(check: () => T | undefined | false, what: string, timeoutMs = 15_000): Promise<T> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const found = check();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`not in ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Collects the events of a session. */
export class Events {
  readonly all: CodexEvent[] = [];

  constructor(session: CodexSession) {
    session.onEvent((event) => this.all.push(event));
  }

  of<K extends Kind>(kind: K): Of<K>[] {
    return this.all.filter((event): event is Of<K> => event.kind === kind);
  }

  /** The nth event (from 1) of a kind, past or future. */
  next<K extends Kind>(kind: K, nth = 1, timeoutMs?: number): Promise<Of<K>> {
    return until(
      () => this.of(kind)[nth - 1],
      `${kind} no. ${nth} in ${this.all.map((e) => e.kind).join(" ")}`,
      timeoutMs,
    );
  }

  async turn(nth = 1): Promise<{ turnId: TurnId; ended: Of<"turnEnded"> }> {
    const ended = await this.next("turnEnded", nth, 30_000);
    return { turnId: ended.turnId, ended };
  }

  /** Texts of completed messages. */
  get texts(): string[] {
    return this.of("messageCompleted").map((event) => event.text);
  }
}

/** A Codex runtime on a scripted model, in folders of its own. */
export async function openLab(
  options: {
    home?: CodexHomeOptions;
    runtime?: Partial<CodexRuntimeOptions>;
    /** CODEX_HOME lies below the data folder, which is denied. */
    homeBelowData?: boolean;
  } = {},
) {
  const root = await mkdtemp(join(tmpdir(), "hl-"));
  const dirs = {
    root,
    home: options.homeBelowData === true ? join(root, "data", "codex") : join(root, "home"),
    cwd: join(root, "ws"),
    data: join(root, "data"),
    run: join(root, "run"),
  };
  await Promise.all([dirs.cwd, dirs.data, dirs.run].map((dir) => mkdir(dir)));
  await writeFile(join(root, "hotline.yaml"), "token: CONFIGSECRET\n");
  const model = new ModelEmulator();
  await model.start();
  await writeCodexHome(dirs.home, model.baseUrl, options.home);
  const runtimeOptions: CodexRuntimeOptions = {
    home: dirs.home,
    runtimeDir: dirs.run,
    deny: [dirs.data, dirs.run, join(root, "hotline.yaml")],
    env: {},
    proxyEnv: {},
    config: {},
    hostEnv: { ...process.env, HOME: root, TELEGRAM_BOT_TOKEN: "TOKENSECRET" },
    clock: systemClock,
    log: silentLogger,
    flushMs: 0,
    endTimes: { graceMs: 500, pollMs: 5 },
    ...options.runtime,
  };
  const runtime = createCodexRuntime(runtimeOptions);
  const spec: SessionSpec = {
    cwd: dirs.cwd,
    approvalPolicy: "never",
    sandbox: "danger-full-access",
    network: false,
    writable: [],
  };
  const records: ProcessRecord[] = [];
  let count = 0;
  return {
    ...dirs,
    model,
    runtime,
    runtimeOptions,
    spec,
    /** Spawns, collects events, opens a new thread. */
    async open(changes: Partial<SessionSpec> = {}) {
      const session = await runtime.spawn("chat", { ...spec, ...changes });
      records.push(session.process);
      const events = new Events(session);
      const thread = await session.openThread({ ...spec, ...changes });
      return { session, events, thread, spec: { ...spec, ...changes } };
    },
    /** Starts a turn with one text. */
    async say(session: CodexSession, text: string, changes: Partial<SessionSpec> = {}): Promise<ClientId> {
      const clientId = `m-${++count}` as ClientId;
      await session.startTurn(clientId, [{ type: "text", text }], { ...spec, ...changes });
      return clientId;
    },
    track: (record: ProcessRecord) => records.push(record),
    async close(): Promise<void> {
      for (const record of records) await runtime.end(record);
      await model.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export type Lab = Awaited<ReturnType<typeof openLab>>;
