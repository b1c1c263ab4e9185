import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { FeishuEmulator, type FeishuEmulatorOptions } from "../emulators/feishu/feishu-emulator.ts";
import type { TapSeen } from "../emulators/feishu/phone.ts";
import type { CardEntity, Chat, Message, Person } from "../emulators/feishu/state.ts";
import { writeCodexHome } from "../emulators/model/codex-home.ts";
import { ModelEmulator } from "../emulators/model/model-emulator.ts";
import { BuiltService } from "./service.ts";

/** What a world may do differently. */
export interface FeishuWorldOptions {
  readonly feishu?: FeishuEmulatorOptions;
  readonly codex?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  /** The app's secret in the configuration is another one. */
  readonly wrongSecret?: boolean;
  /** No owner is configured. */
  readonly unclaimed?: boolean;
  /** Environment of the service, beside PATH and HOME. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A machine with the built service on it, a phone with Feishu, a model: the real Codex binary, the real Lark SDK, a real Redis. */
export class FeishuWorld {
  readonly feishu: FeishuEmulator;
  readonly model = new ModelEmulator();
  readonly owner: Person;
  readonly mate: Person;
  readonly chat: Chat;
  readonly team: Chat;
  readonly service: BuiltService;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(dir: string, options: FeishuWorldOptions) {
    this.feishu = new FeishuEmulator({ redelivery: [200, 500, 1000, 2000, 5000, 5000, 5000], ...options.feishu });
    this.owner = this.feishu.person("Ada");
    this.mate = this.feishu.person("Bo");
    this.chat = this.feishu.privateChat(this.owner);
    this.team = this.feishu.group("Team", [this.owner, this.mate]);
    this.service = new BuiltService(dir);
    this.#env = options.env ?? {};
  }

  static async create(options: FeishuWorldOptions = {}): Promise<FeishuWorld> {
    const dir = await mkdtemp(join(tmpdir(), "hotline-e2e-"));
    const world = new FeishuWorld(dir, options);
    await world.feishu.start();
    await world.model.start();
    for (const folder of ["app", "home"]) await mkdir(join(dir, folder));
    await writeCodexHome(join(dir, "codex"), world.model.baseUrl);
    const { appId, appSecret, url } = world.feishu;
    const secret = options.wrongSecret === true ? "WrongSecretWrongSecret" : appSecret;
    const owners = options.unclaimed === true ? {} : { owners: [`feishu:${world.owner.id}`] };
    const config = {
      dataDir: join(dir, "data"),
      codex: { home: join(dir, "codex"), approvalPolicy: "never", sandbox: "danger-full-access", ...options.codex },
      channels: { feishu: [{ id: "main", appId, appSecret: secret, domain: url }], web: { listen: "127.0.0.1:0" } },
      access: { ...owners, groups: { [`feishu:${world.team.id}`]: { mode: "mention" } } },
      projects: { app: { path: join(dir, "app") } },
      timezone: "UTC",
      log: { level: "debug", pretty: false },
      ...options.config,
    };
    await writeFile(join(dir, "hotline.yaml"), stringify(config));
    return world;
  }

  /** Starts the built service and waits for its long connection; that of one just killed may still seem open. */
  async start(): Promise<void> {
    const { accepted } = this.feishu.connections;
    void this.service.start(this.#env);
    await this.until(() => this.feishu.connections.accepted > accepted, "a long connection", 30_000);
  }

  say(text: string, chat: Chat = this.chat, person: Person = this.owner, mention = false): Message {
    return this.feishu.phone.say(chat, person, text, { mention });
  }

  /** Messages of the bot for keeps: everything but streaming cards. */
  sent(chat: Chat = this.chat): readonly Message[] {
    return this.feishu.fromBot(chat).filter((message) => message.cardId === undefined);
  }

  cards(chat: Chat = this.chat): readonly CardEntity[] {
    return this.feishu.cards(chat);
  }

  text(message: Message): string {
    return this.feishu.text(message);
  }

  async message(part: string, chat: Chat = this.chat, timeoutMs = 20_000): Promise<Message> {
    const find = (): Message | undefined => this.sent(chat).findLast((message) => this.text(message).includes(part));
    await this.until(() => find() !== undefined, `a message like ${part}`, timeoutMs);
    const found = find();
    if (found === undefined) throw new Error("gone");
    return found;
  }

  tap(message: Message, label: string, person: Person = this.owner): Promise<TapSeen> {
    return this.feishu.phone.tap(message, label, person);
  }

  async until(condition: () => boolean, what: string, timeoutMs = 20_000): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!condition()) {
      if (Date.now() > end)
        throw new Error(
          `never: ${what}\nchat: ${JSON.stringify(this.sent().map((m) => this.text(m)))}\nservice: ${this.service.output.slice(-6000)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Wrong use of the platform, and secrets that got out. */
  faults(): readonly string[] {
    const secret = this.feishu.appSecret;
    const redraws = [...this.feishu.world.cards.values()].flatMap((card) =>
      card.redraws.map((one) => `redraw of ${one.element}`),
    );
    const shown = JSON.stringify([
      this.service.output,
      this.sent().map((m) => m.content),
      this.model.requests.map((r) => r.body),
    ]);
    return [
      ...this.feishu.violations,
      ...redraws,
      ...(shown.includes(secret) || /t-\d+-[a-z0-9]{8,}/.test(this.service.output) ? ["a secret got out"] : []),
    ];
  }

  async dispose(): Promise<void> {
    await this.service.endAll();
    await this.feishu.stop();
    await this.model.stop();
    await rm(this.service.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
