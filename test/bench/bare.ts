import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CodexSession, SessionSpec } from "../../src/codex/port.ts";
import { createCodexRuntime } from "../../src/codex/runtime.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/log.ts";
import type { ClientId, ThreadId } from "../../src/model/ids.ts";
import type { ServiceWorld } from "../e2e/harness.ts";
import { writeCodexHome } from "../emulators/model/codex-home.ts";
import { text } from "../emulators/model/steps.ts";

/** Makes `path` a git checkout with one commit, as projects are. */
export function makeCheckout(path: string): void {
  const git = (...args: string[]): void =>
    void execFileSync("git", ["-c", "user.name=bench", "-c", "user.email=bench@localhost", ...args], {
      cwd: path,
      stdio: "ignore",
    });
  git("init", "-q");
  git("commit", "-q", "--allow-empty", "-m", "Begin");
}

/** The baseline: app-server driven by our own client in this process, on the world's model; no Redis, no channel. */
export class BareCodex {
  readonly #world: Pick<ServiceWorld, "dir" | "project" | "model">;
  readonly #spec: SessionSpec;
  readonly #home: string;
  #session: CodexSession | undefined;
  #threadId: ThreadId | undefined;
  #ended = (): void => undefined;
  #count = 0;

  constructor(world: Pick<ServiceWorld, "dir" | "project" | "model">) {
    this.#world = world;
    this.#home = join(world.dir, "bare-codex");
    this.#spec = {
      cwd: world.project,
      approvalPolicy: "never",
      sandbox: "danger-full-access",
      network: false,
      writable: [],
    };
  }

  /** Spawns a process and opens the thread: a new one at first, the same one later. */
  async open(): Promise<void> {
    const runtimeDir = join(this.#world.dir, "bare");
    await mkdir(runtimeDir, { recursive: true, mode: 0o700 });
    await writeCodexHome(this.#home, this.#world.model.baseUrl);
    const runtime = createCodexRuntime({
      home: this.#home,
      runtimeDir,
      deny: [runtimeDir],
      env: {},
      proxyEnv: {},
      config: {},
      hostEnv: { PATH: process.env.PATH, HOME: this.#world.dir },
      clock: systemClock,
      log: silentLogger,
      flushMs: 0,
    });
    const session = await runtime.spawn("bare", this.#spec);
    session.onEvent((event) => event.kind === "turnEnded" && this.#ended());
    this.#threadId = (await session.openThread(this.#spec, this.#threadId)).threadId;
    this.#session = session;
  }

  async close(): Promise<void> {
    await this.#session?.end();
    this.#session = undefined;
  }

  /** Ms from writing `turn/start` to the model's receiving the request. The turn is over when it resolves. */
  async turn(): Promise<number> {
    const session = this.#session;
    if (session === undefined) throw new Error("the bare app-server is not open");
    this.#count += 1;
    const asked = `bare ${this.#count}`;
    this.#world.model.on(asked, [text("Let me see. Done.")]);
    const ended = new Promise<void>((resolve) => {
      this.#ended = resolve;
    });
    const at = performance.now();
    await session.startTurn(asked as ClientId, [{ type: "text", text: asked }], this.#spec);
    const request = await this.#world.model.waitFor((one) => one.userTexts.at(-1) === asked);
    await ended;
    return request.at - at;
  }
}
