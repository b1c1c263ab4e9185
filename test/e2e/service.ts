import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signal } from "../fixtures/signal.ts";

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as { readonly scripts: { readonly start: string } };
/** What `npm start` runs, V8's flags included: what is tested and measured is started as it is shipped. */
const startLine = manifest.scripts.start.split(" ").slice(1);
const program = "dist/src/main.js";

/** A command of the operator's while it runs. */
export interface CommandRun {
  /** What it printed so far. */
  output(): string;
  /** Exit code; null when a signal ended it. */
  readonly ends: Promise<number | null>;
  /** Ctrl-C. */
  interrupt(): void;
}

/** The built service in a folder of its own: `hotline.yaml`, `data`, `home`, `codex` (CODEX_HOME) lie in it. */
export class BuiltService {
  readonly dir: string;
  /** Everything it printed. */
  output = "";
  #child: ChildProcess | undefined;
  #exited: Promise<number | null> = Promise.resolve(null);

  constructor(dir: string) {
    this.dir = dir;
  }

  /** Starts it; the promise is that of its end, with the exit code. `env`: beside PATH and HOME; `args`: of `start`. */
  start(env: Readonly<Record<string, string>> = {}, args: readonly string[] = []): Promise<number | null> {
    const child = this.#spawn(startLine, args, env);
    this.#child = child;
    const note = (data: Buffer): void => {
      this.output += data.toString();
    };
    child.stdout.on("data", note);
    child.stderr.on("data", note);
    this.#exited = new Promise((resolve) => child.on("exit", (code) => resolve(code)));
    return this.#exited;
  }

  /** Another command of the same program and configuration. */
  command([name = "", ...args]: readonly string[], env: Readonly<Record<string, string>> = {}): CommandRun {
    const child = this.#spawn([program, name], args, env);
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (text += data.toString()));
    return {
      output: () => text,
      ends: new Promise((resolve) => child.on("close", (code) => resolve(code))),
      interrupt: () => void child.kill("SIGINT"),
    };
  }

  /** Its end, however it comes; the exit code. */
  get ended(): Promise<number | null> {
    return this.#exited;
  }

  #spawn(line: readonly string[], args: readonly string[], env: Readonly<Record<string, string>>) {
    const path = [process.env.PATH, join(process.env.HOME ?? "", ".local/share/codex-hotline/redis/bin")].join(":");
    const own = { PATH: path, HOME: join(this.dir, "home"), TMPDIR: tmpdir(), LANG: "C.UTF-8", ...env };
    const command = [...line, "--config", join(this.dir, "hotline.yaml"), ...args];
    return spawn(process.execPath, command, { env: own, stdio: ["ignore", "pipe", "pipe"] });
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** kill -9 of the service alone. */
  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#exited;
  }

  /** A clean stop; answers the exit code. */
  async stop(): Promise<number | null> {
    this.#child?.kill("SIGTERM");
    return this.#exited;
  }

  /** Codex processes of this service, by their CODEX_HOME. */
  codexPids(): Promise<readonly number[]> {
    const home = `CODEX_HOME=${join(this.dir, "codex")}`;
    return pids(async (entry) => {
      const environ = await readFile(`/proc/${entry}/environ`, "utf8").catch(() => "");
      const command = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
      return command.includes("app-server") && environ.includes(home);
    });
  }

  /** Ends it and what it started, Codex and Redis included. */
  async endAll(): Promise<void> {
    await this.kill();
    for (const pid of await this.codexPids()) signal(pid, "SIGKILL");
    const data = join(this.dir, "data");
    const left = await pids(async (entry) => {
      const cwd = await readlink(`/proc/${entry}/cwd`).catch(() => "");
      const command = await readFile(`/proc/${entry}/cmdline`, "utf8").catch(() => "");
      return cwd.startsWith(data) || command.includes(data);
    });
    for (const pid of left) signal(pid, "SIGKILL");
  }
}

async function pids(matches: (entry: string) => Promise<boolean>): Promise<readonly number[]> {
  const found: number[] = [];
  for (const entry of await readdir("/proc")) {
    if (/^\d+$/.test(entry) && Number(entry) !== process.pid && (await matches(entry))) found.push(Number(entry));
  }
  return found;
}
