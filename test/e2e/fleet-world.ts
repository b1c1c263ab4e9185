import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { writeCodexHome } from "../emulators/model/codex-home.ts";
import { ModelEmulator } from "../emulators/model/model-emulator.ts";
import type { Chat, ChatMessage } from "../emulators/telegram/chats.ts";
import { TelegramEmulator } from "../emulators/telegram/telegram-emulator.ts";
import type { WireUser } from "../emulators/telegram/wire.ts";
import { type SharedRedis, startSharedRedis } from "../fixtures/shared-redis.ts";
import { BuiltService, type CommandRun } from "./service.ts";

/** How a machine differs from the others. */
export interface MachineOptions {
  readonly role: "gateway" | "worker" | "all";
  /** Projects by name, with their pools; their folders are made on this machine. */
  readonly projects?: Readonly<Record<string, string>>;
  readonly pool?: string;
  /** Uses the Codex home of this machine (same disk). */
  readonly homeOf?: Machine;
  readonly codex?: Readonly<Record<string, unknown>>;
}

/** One of our processes with all that is its own: data folder, Codex home, projects. */
export class Machine {
  readonly service: BuiltService;
  readonly dir: string;
  readonly codexHome: string;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;

  constructor(dir: string, codexHome: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.service = new BuiltService(dir);
    this.dir = dir;
    this.codexHome = codexHome;
    this.#args = args;
    this.#env = env;
  }

  /** Starts it and waits until it says that it is ready. */
  async start(): Promise<void> {
    const from = this.service.output.length;
    const ready = (): boolean => this.service.output.slice(from).includes("Ready. Stop with");
    const ended = this.service.start(this.#env, this.#args).then((code) => {
      if (!ready()) throw new Error(`the machine ended with ${code}:\n${this.service.output.slice(-4000)}`);
    });
    await Promise.race([ended, until(ready, "the machine is ready", 30_000)]);
  }

  /** Asks it to stop once its turns have ended. */
  drain(): CommandRun {
    return this.service.command(["stop", "--drain"], this.#env);
  }

  /** What `hotline status` prints there. */
  async status(): Promise<string> {
    const told = this.service.command(["status"], this.#env);
    await told.ends;
    return told.output();
  }

  /** Asks its health server. */
  async http(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const address = this.service.output.match(/http:\/\/127\.0\.0\.1:\d+/g)?.at(-1) ?? "";
    const response = await fetch(`${address}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Waits until `/readyz` says so. */
  async reports(part: string): Promise<void> {
    const end = Date.now() + 15_000;
    for (let text = ""; !text.includes(part); { text } = await this.http("/readyz")) {
      if (Date.now() > end) throw new Error(`/readyz never says "${part}": ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** SIGSTOP: it loses its leases and does not know. */
  freeze(): void {
    process.kill(this.service.pid, "SIGSTOP");
  }

  thaw(): void {
    process.kill(this.service.pid, "SIGCONT");
  }

  /** The whole machine dies: the service and every Codex on it. */
  async die(): Promise<void> {
    await this.service.kill();
    for (const pid of await this.service.codexPids()) process.kill(pid, "SIGKILL");
  }
}

/** Several machines on one Redis (password, TLS), one bot, one model. */
export class Fleet {
  readonly telegram = new TelegramEmulator();
  readonly model = new ModelEmulator();
  readonly redis: SharedRedis;
  readonly owner: WireUser;
  readonly chat: Chat;
  readonly dir: string;
  readonly machines: Machine[] = [];
  #createdAt = 0;

  private constructor(dir: string, redis: SharedRedis) {
    this.dir = dir;
    this.redis = redis;
    this.owner = this.telegram.user(1001, { username: "owner", first_name: "Ada", language_code: "en" });
    this.chat = this.telegram.privateChat(this.owner);
  }

  static async create(): Promise<Fleet> {
    const fleet = new Fleet(await mkdtemp(join(tmpdir(), "hotline-e2e-")), await startSharedRedis());
    await fleet.telegram.start();
    await fleet.model.start();
    fleet.#createdAt = Date.now();
    return fleet;
  }

  /** Sets a machine up; it is not started. */
  async machine(name: string, options: MachineOptions): Promise<Machine> {
    const dir = join(this.dir, name);
    const codexHome = options.homeOf?.codexHome ?? join(dir, "codex");
    await mkdir(join(dir, "home"), { recursive: true });
    const projects: Record<string, { path: string; pool: string }> = {};
    for (const [project, pool] of Object.entries(options.projects ?? { app: "default" })) {
      projects[project] = { path: join(dir, "projects", project), pool };
      await mkdir(projects[project].path, { recursive: true });
    }
    if (options.role !== "gateway" && options.homeOf === undefined) await writeCodexHome(codexHome, this.model.baseUrl);
    const { token, url } = this.telegram;
    const config = {
      dataDir: join(dir, "data"),
      redis: { url: this.redis.url },
      codex: { home: codexHome, approvalPolicy: "never", sandbox: "danger-full-access", ...options.codex },
      channels: { telegram: [{ id: "main", token, apiRoot: url }], web: { listen: "127.0.0.1:0" } },
      access: { owners: ["telegram:1001", "telegram:1002"] },
      projects,
      timezone: "UTC",
      log: { level: "debug", pretty: false },
    };
    await writeFile(join(dir, "hotline.yaml"), stringify(config));
    const args = ["--role", options.role, ...(options.pool === undefined ? [] : ["--pool", options.pool])];
    const made = new Machine(dir, codexHome, args, { NODE_EXTRA_CA_CERTS: this.redis.ca });
    this.machines.push(made);
    return made;
  }

  /** A gateway judges other machines only after it had time to hear of them. */
  async trusted(): Promise<void> {
    await this.waitFor(() => Date.now() - this.#createdAt > 16_000, "the gateway trusts its watch", 20_000);
  }

  say(text: string, chat = this.chat): ChatMessage {
    return this.telegram.phone.say(chat, this.owner, text);
  }

  sent(chat = this.chat): readonly ChatMessage[] {
    return this.telegram.fromBot(chat);
  }

  /** Waits for a message of the bot that holds `part`; the newest one counts. */
  message(part: string, timeoutMs = 20_000, chat = this.chat): Promise<ChatMessage> {
    return this.waitFor(() => this.sent(chat).findLast((m) => m.text.includes(part)), `"${part}"`, timeoutMs);
  }

  async waitFor<T>(probe: () => T | undefined | null | false, what: string, timeoutMs = 20_000): Promise<T> {
    const bell = setInterval(() => this.telegram.transcript.ring(), 25);
    try {
      return await this.telegram.waitFor(probe, timeoutMs);
    } catch (error) {
      const chat = JSON.stringify(this.sent().map((m) => m.text));
      const outputs = this.machines.map((one) => `${one.dir}\n${one.service.output.slice(-3000)}`).join("\n");
      throw new Error(`never: ${what}\nchat: ${chat}\n${outputs}`, { cause: error });
    } finally {
      clearInterval(bell);
    }
  }

  async dispose(): Promise<void> {
    for (const machine of this.machines) await machine.service.endAll();
    await this.telegram.stop();
    await this.model.stop();
    await this.redis.stop();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function until(probe: () => boolean, what: string, timeoutMs: number): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!probe()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
