import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { writeCodexHome } from "../emulators/model/codex-home.ts";
import { ModelEmulator } from "../emulators/model/model-emulator.ts";
import type { Chat, ChatMessage } from "../emulators/telegram/chats.ts";
import type { Tap } from "../emulators/telegram/phone.ts";
import { TelegramEmulator, type TelegramEmulatorOptions } from "../emulators/telegram/telegram-emulator.ts";
import type { WireUser } from "../emulators/telegram/wire.ts";
import { BuiltService, type CommandRun } from "./service.ts";

/** What a world may do differently. */
export interface WorldOptions {
  readonly telegram?: TelegramEmulatorOptions;
  /** Merged over the configuration, key by key at the top. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly codex?: Readonly<Record<string, unknown>>;
  /** Environment of the service, beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
  /** Further TOML for the Codex home. */
  readonly codexHome?: Parameters<typeof writeCodexHome>[2];
  /** No Codex home, no sign-in: nothing of `codex` is configured but what `codex` says. */
  readonly signedOut?: boolean;
  /** No owner is configured. */
  readonly unclaimed?: boolean;
}

/**
 * A machine with the built service on it, a phone, a model: the real Codex binary, real grammY, a real Redis; Telegram
 * and the model on loopback. `dispose` ends everything it started.
 */
export class ServiceWorld {
  readonly telegram: TelegramEmulator;
  readonly model = new ModelEmulator();
  readonly owner: WireUser;
  readonly chat: Chat;
  readonly dir: string;
  readonly project: string;
  readonly dataDir: string;
  private readonly service: BuiltService;
  private readonly env: Readonly<Record<string, string>>;

  private constructor(dir: string, options: WorldOptions) {
    this.dir = dir;
    this.project = join(dir, "app");
    this.dataDir = join(dir, "data");
    this.service = new BuiltService(dir);
    this.env = options.env ?? {};
    this.telegram = new TelegramEmulator(options.telegram);
    this.owner = this.telegram.user(1001, { username: "owner", first_name: "Ada", language_code: "en" });
    this.chat = this.telegram.privateChat(this.owner);
  }

  /** Emulators up, configuration written; the service is not started yet. */
  static async create(options: WorldOptions = {}): Promise<ServiceWorld> {
    const world = new ServiceWorld(await mkdtemp(join(tmpdir(), "hotline-e2e-")), options);
    await world.telegram.start();
    await world.model.start();
    await mkdir(world.project, { recursive: true });
    await mkdir(join(world.dir, "home"), { recursive: true });
    if (options.signedOut !== true) await world.signIn(options.codexHome);
    const config = {
      dataDir: world.dataDir,
      codex: {
        home: join(world.dir, "codex"),
        ...(options.signedOut === true ? {} : { approvalPolicy: "never", sandbox: "danger-full-access" }),
        ...options.codex,
      },
      channels: {
        telegram: [{ id: "main", token: world.telegram.token, apiRoot: world.telegram.url }],
        web: { listen: "127.0.0.1:0" },
      },
      ...(options.unclaimed === true ? {} : { access: { owners: ["telegram:1001"] } }),
      projects: { app: { path: world.project } },
      timezone: "UTC",
      log: { level: "debug", pretty: false },
      ...options.config,
    };
    await writeFile(join(world.dir, "hotline.yaml"), stringify(config));
    return world;
  }

  /** A Codex home whose provider is the model emulator: as good as a sign-in. */
  async signIn(options?: WorldOptions["codexHome"]): Promise<void> {
    await writeCodexHome(join(this.dir, "codex"), this.model.baseUrl, options);
  }

  /** Starts the built service and waits until it polls. */
  async start(...args: readonly string[]): Promise<void> {
    const polls = this.polls;
    const died = this.service.start(this.env, args).then((code) => {
      if (this.polls === polls) throw new Error(`the service ended with ${code}:\n${this.output.slice(-4000)}`);
    });
    await Promise.race([this.telegram.waitFor(() => this.polls > polls, 30_000), died]);
  }

  get output(): string {
    return this.service.output;
  }

  set output(text: string) {
    this.service.output = text;
  }

  get pid(): number {
    return this.service.pid;
  }

  /** kill -9 of the service alone. */
  kill(): Promise<void> {
    return this.service.kill();
  }

  /** A clean stop; answers the exit code. */
  stop(): Promise<number | null> {
    return this.service.stop();
  }

  /** Its end, however it comes; the exit code. */
  get ended(): Promise<number | null> {
    return this.service.ended;
  }

  /** Another command on the same configuration: `hotline ARGS`. */
  hotline(...args: readonly string[]): CommandRun {
    return this.service.command(args, this.env);
  }

  /** The owner writes. */
  say(text: string, more: Parameters<TelegramEmulator["phone"]["say"]>[3] = {}): ChatMessage {
    return this.telegram.phone.say(this.chat, this.owner, text, more);
  }

  /** Visible messages of the bot in the owner's chat. */
  get sent(): readonly ChatMessage[] {
    return this.telegram.fromBot(this.chat);
  }

  /** Waits for a message of the bot that fits; the newest one counts. */
  message(matches: string | RegExp | ((message: ChatMessage) => boolean), timeoutMs = 20_000): Promise<ChatMessage> {
    const fits = (m: ChatMessage): boolean =>
      typeof matches === "function"
        ? matches(m)
        : typeof matches === "string"
          ? m.text.includes(matches)
          : matches.test(m.text);
    return this.waitFor(() => this.sent.findLast(fits), `a message like ${String(matches)}`, timeoutMs);
  }

  /** Taps a button of a message by its label. */
  tap(message: ChatMessage, label: string, user: WireUser = this.owner): Tap {
    return this.telegram.phone.tap(message, label, user);
  }

  /** Waits for anything the phone can see. */
  async waitFor<T>(probe: () => T | undefined | null | false, what: string, timeoutMs = 20_000): Promise<T> {
    // Probes look at files and output too, which ring no bell.
    const bell = setInterval(() => this.telegram.transcript.ring(), 25);
    try {
      return await this.telegram.waitFor(probe, timeoutMs);
    } catch (error) {
      throw new Error(
        `never: ${what}\nchat: ${JSON.stringify(this.sent.map((m) => m.text))}\nservice: ${this.output.slice(-6000)}`,
        { cause: error },
      );
    } finally {
      clearInterval(bell);
    }
  }

  /** Asks the health server of the running service. */
  async http(path: string): Promise<{ readonly status: number; readonly text: string }> {
    const address = this.output.match(/http:\/\/127\.0\.0\.1:\d+/g)?.at(-1) ?? "";
    const response = await fetch(`${address}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** Places that hold the bot's token and must not (L10): output, chats, drafts, what the model read, environments of Codex. */
  async leaks(): Promise<readonly string[]> {
    const places: [string, string][] = [
      ["output", this.output],
      ["chat", JSON.stringify(this.sent.map((m) => [m.text, m.markup, m.edits.map((e) => e.text)]))],
      ["drafts", JSON.stringify(this.telegram.drafts(this.chat))],
      ["model", JSON.stringify(this.model.requests.map((r) => r.body))],
    ];
    for (const pid of await this.codexPids()) places.push([`${pid}`, await readFile(`/proc/${pid}/environ`, "utf8")]);
    return places.flatMap(([place, held]) => (held.includes(this.telegram.token) ? [place] : []));
  }

  codexPids(): Promise<readonly number[]> {
    return this.service.codexPids();
  }

  /** Ends what the world started, Codex and Redis included. */
  async dispose(): Promise<void> {
    await this.service.endAll();
    await this.telegram.stop();
    await this.model.stop();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  private get polls(): number {
    return this.telegram.updates.polls;
  }
}
