import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** How a run of the built program ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A home of its own in which `hotline init` runs as a person would run it. */
export class InitWorld {
  readonly dir: string;
  readonly #children = new Set<ChildProcess>();

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async create(): Promise<InitWorld> {
    const dir = await realpath(await mkdtemp(join(tmpdir(), "hotline-init-")));
    for (const folder of ["home/src/app/.git", "home/src/site/.git", "here"])
      await mkdir(join(dir, folder), { recursive: true });
    return new InitWorld(dir);
  }

  path(...parts: readonly string[]): string {
    return join(this.dir, ...parts);
  }

  /** The configuration in its usual place, and what lies beside it. */
  get file(): string {
    return this.path("home/.config/codex-hotline/hotline.yaml");
  }

  get dotenv(): string {
    return this.path("home/.config/codex-hotline/.env");
  }

  read(path: string): Promise<string> {
    return readFile(path, "utf8");
  }

  async mode(path: string): Promise<number> {
    return (await stat(path)).mode & 0o777;
  }

  /** `hotline init …` without a terminal, to its end. */
  async init(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const run = this.#spawn(process.execPath, [program, "init", ...args], env);
    run.child.stdin?.end();
    return { code: await run.ended, output: run.output() };
  }

  /** `hotline …` at a terminal of 80 columns: a Python program makes one, as every login does. */
  atTerminal(args: readonly string[], env: Readonly<Record<string, string>> = {}): Terminal {
    const run = this.#spawn("python3", ["-c", pseudoTerminal, process.execPath, program, ...args], env);
    return new Terminal(run.child, run.output, run.ended);
  }

  #spawn(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    const redis = join(process.env.HOME ?? "", ".local/share/codex-hotline/redis/bin");
    const child = spawn(command, [...args], {
      cwd: this.path("here"),
      env: {
        PATH: `${process.env.PATH}:${redis}`,
        HOME: this.path("home"),
        TMPDIR: tmpdir(),
        LANG: "C.UTF-8",
        TERM: "xterm-256color",
        ...env,
      },
      stdio: "pipe",
    });
    this.#children.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    const ended = new Promise<number | null>((done, fail) => {
      child.on("error", (error) =>
        fail(
          new Error(`${command} cannot be run (${error.message}); the tests of a terminal need python3 on the PATH`),
        ),
      );
      child.on("close", (code) => done(code));
    });
    ended.catch(() => undefined);
    return { child, output: () => output, ended };
  }

  async dispose(): Promise<void> {
    for (const child of this.#children) if (child.exitCode === null) child.kill("SIGKILL");
    await rm(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

const program = resolve("dist/src/main.js");

/** Runs its arguments on a new terminal and ends as they end. */
const pseudoTerminal = `
import fcntl, os, pty, select, signal, struct, sys, termios
pid, master = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
typing = True
while True:
    ready = select.select([master] + ([0] if typing else []), [], [])[0]
    if 0 in ready:
        typed = os.read(0, 1024)
        typing = len(typed) > 0
        os.write(master, typed)
    if master in ready:
        try:
            shown = os.read(master, 65536)
        except OSError:
            break
        if not shown:
            break
        os.write(1, shown)
status = os.waitpid(pid, 0)[1]
sys.exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))
`;

/** Keys by their names. */
const keys = {
  enter: "\r",
  space: " ",
  down: "\u001b[B",
  up: "\u001b[A",
  right: "\u001b[C",
  left: "\u001b[D",
  ctrlC: "\u0003",
} as const;

/** A program at a terminal, and somebody who reads and types. */
export class Terminal {
  readonly #child: ChildProcess;
  readonly #output: () => string;
  readonly #ended: Promise<number | null>;
  #read = 0;

  constructor(child: ChildProcess, output: () => string, ended: Promise<number | null>) {
    this.#child = child;
    this.#output = output;
    this.#ended = ended;
  }

  /** What was shown so far, without colours and cursor movements. */
  get text(): string {
    return plain(this.#output());
  }

  /** Waits until something that was not read yet shows `wanted`, wherever it is broken into lines; reads on from there. */
  async shows(wanted: string, timeoutMs = 30_000): Promise<void> {
    const until = Date.now() + timeoutMs;
    let over = false;
    void this.#ended.then(
      () => {
        over = true;
      },
      () => {
        over = true;
      },
    );
    for (;;) {
      const at = squeezed(this.text).indexOf(squeezed(wanted), this.#read);
      if (at >= 0) {
        this.#read = at + squeezed(wanted).length;
        return;
      }
      if (over) await this.#ended;
      if (over || Date.now() > until)
        throw new Error(`the terminal never shows "${wanted}" after:\n${this.text.slice(-3000)}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  press(...names: readonly (keyof typeof keys)[]): void {
    for (const name of names) this.#child.stdin?.write(keys[name]);
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  end(): Promise<number | null> {
    return this.#ended;
  }
}

function plain(text: string): string {
  return text.replaceAll(/\u001b\[[0-9;?]*[A-Za-z]/g, "").replaceAll("\r", "");
}

function squeezed(text: string): string {
  return text.replaceAll(/[\s│]+/g, "");
}
