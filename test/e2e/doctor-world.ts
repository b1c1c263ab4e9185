import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { FeishuEmulator, type FeishuEmulatorOptions } from "../emulators/feishu/feishu-emulator.ts";
import { writeCodexHome } from "../emulators/model/codex-home.ts";
import { TelegramEmulator, type TelegramEmulatorOptions } from "../emulators/telegram/telegram-emulator.ts";
import { redisBinary } from "../fixtures/redis.ts";
import { BuiltService } from "./service.ts";

/** One line of `hotline doctor --json`. */
export interface Line {
  readonly check: string;
  readonly state: "ok" | "warn" | "error";
  readonly message: string;
  readonly fix?: string;
  readonly fixable: boolean;
  readonly mended?: boolean;
}

/** What `hotline doctor` came to. */
export interface Visit {
  readonly code: number;
  readonly output: string;
}

type Tree = Readonly<Record<string, unknown>>;

/** A machine on which everything is right, to be made wrong; `hotline` is the built one. `dispose` ends what it started. */
export class DoctorWorld {
  readonly dir: string;
  readonly telegram: TelegramEmulator;
  readonly feishu: FeishuEmulator;
  readonly service: BuiltService;

  private constructor(dir: string, telegram: TelegramEmulatorOptions, feishu: FeishuEmulatorOptions) {
    this.dir = dir;
    this.telegram = new TelegramEmulator(telegram);
    this.feishu = new FeishuEmulator(feishu);
    this.service = new BuiltService(dir);
  }

  static async create(
    options: { readonly telegram?: TelegramEmulatorOptions; readonly feishu?: FeishuEmulatorOptions } = {},
  ): Promise<DoctorWorld> {
    const dir = await mkdtemp(join(tmpdir(), "hotline-doc-"));
    const world = new DoctorWorld(dir, { privacyMode: false, ...options.telegram }, options.feishu ?? {});
    await world.telegram.start();
    await world.feishu.start();
    for (const folder of ["app", "home"]) await mkdir(join(dir, folder));
    await mkdir(join(dir, "data"), { mode: 0o700 });
    await promisify(execFile)("git", ["init", "-q", join(dir, "app")]);
    await writeCodexHome(join(dir, "codex"), "http://127.0.0.1:9");
    return world;
  }

  path(...names: readonly string[]): string {
    return join(this.dir, ...names);
  }

  /** The account of the Telegram emulator, for `channels`. */
  get telegramChannel(): Tree {
    return { telegram: [{ token: this.telegram.token, apiRoot: this.telegram.url }] };
  }

  /** The account of the Feishu emulator, for `channels`. */
  get feishuChannel(): Tree {
    const { appId, appSecret, url } = this.feishu;
    return { feishu: [{ appId, appSecret, domain: url }] };
  }

  /** Writes hotline.yaml: a healthy one without channels, with `changes` at the top and in `channels`. */
  async configure(changes: Tree = {}, channels: Tree = {}): Promise<void> {
    const config = {
      dataDir: this.path("data"),
      codex: { home: this.path("codex") },
      channels: { web: { listen: "127.0.0.1:0" }, ...channels },
      projects: { app: { path: this.path("app") } },
      ...changes,
    };
    await writeFile(this.path("hotline.yaml"), stringify(config), { mode: 0o600 });
  }

  /** Runs `hotline doctor` to its end. `before`: a command it is run by. */
  async run(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    before: readonly string[] = [],
  ): Promise<Visit> {
    const path = `${dirname(redisBinary())}:${process.env.PATH}`;
    const own = { PATH: path, HOME: this.path("home"), TMPDIR: tmpdir(), LANG: "C.UTF-8", ...env };
    const command = [process.execPath, "dist/src/main.js", "doctor", "--config", this.path("hotline.yaml"), ...args];
    const [bin = "", ...rest] = [...before, ...command];
    return new Promise((resolve) => {
      execFile(bin, rest, { env: own }, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, output: stdout + stderr }),
      );
    });
  }

  /** What `--json` says, and how it ended. */
  async lines(
    args: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
    before: readonly string[] = [],
  ): Promise<{ readonly code: number; readonly lines: readonly Line[] }> {
    const { code, output } = await this.run(["--json", ...args], env, before);
    return { code, lines: JSON.parse(output) as Line[] };
  }

  /** The lines that are not ok, `state check: message → fix`. */
  async complaints(
    env: Readonly<Record<string, string>> = {},
    before: readonly string[] = [],
  ): Promise<readonly string[]> {
    const { lines } = await this.lines([], env, before);
    return lines
      .filter((line) => line.state !== "ok")
      .map((line) => `${line.state} ${line.check}: ${line.message} → ${line.fix ?? ""}`);
  }

  read(...names: readonly string[]): Promise<string> {
    return readFile(this.path(...names), "utf8");
  }

  async dispose(): Promise<void> {
    await this.service.endAll();
    await this.telegram.stop();
    await this.feishu.stop();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
