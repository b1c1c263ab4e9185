import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { createEmbeddedRedis, type EmbeddedRedis } from "../../src/redis/embedded.ts";
import { FeishuEmulator } from "../emulators/feishu/feishu-emulator.ts";
import { writeCodexHome } from "../emulators/model/codex-home.ts";
import { ModelEmulator } from "../emulators/model/model-emulator.ts";
import { TelegramEmulator } from "../emulators/telegram/telegram-emulator.ts";
import { redisBinary } from "../fixtures/redis.ts";
import { FeishuLine } from "./feishu-line.ts";
import type { Line } from "./line.ts";
import type { Random } from "./random.ts";
import { ModelRecord } from "./record.ts";
import { Store } from "./store.ts";
import { TelegramLine } from "./telegram-line.ts";
import { type Note, Unit } from "./unit.ts";

/** The platform gives up late: messages sent in an outage are handed over after it. Ms. */
const redelivery = [1_000, 2_000, 3_000, 5_000, ...Array.from({ length: 200 }, () => 5_000)];
/** Telegram's updates are counted from here. */
export const firstUpdateId = 1_000;
const strangerId = 9_999;

/** What the service of a run is made of. */
export interface WorldOptions {
  readonly chats: number;
  readonly idleMinutes: number;
  /** Gateway and worker are processes of their own, on one Redis that belongs to neither. */
  readonly split: boolean;
}

/** Settings of one process of the service. */
interface Place {
  readonly name: "service" | "gateway" | "worker";
  readonly dir: string;
  readonly args: readonly string[];
}

/** Where each process lives. Pure. */
function placesOf(dir: string, split: boolean): readonly Place[] {
  if (!split) return [{ name: "service", dir, args: [] }];
  const roles = ["gateway", "worker"] as const;
  return roles.map((name) => ({ name, dir: join(dir, name), args: ["--role", name] }));
}

/** A machine with the built service, both platforms and a model; the real Codex binary in every chat. */
export class World {
  readonly dir: string;
  readonly telegram = new TelegramEmulator({ firstUpdateId });
  readonly feishu = new FeishuEmulator({ redelivery });
  readonly model = new ModelEmulator();
  readonly record: ModelRecord;
  readonly lines: readonly Line[];
  readonly units: readonly Unit[];
  readonly store: Store;
  readonly #owners: readonly string[];
  /** The Redis of a split service. */
  #redis: EmbeddedRedis | undefined;

  private constructor(dir: string, { chats, split }: WorldOptions, store: Store, random: Random, note: Note) {
    this.dir = dir;
    this.store = store;
    this.record = new ModelRecord(join(dir, "asked"));
    this.model.on(() => true, this.record.script);
    const strangers = { telegram: this.telegram.user(strangerId), feishu: this.feishu.person("Stranger") };
    const owners: string[] = [];
    this.lines = Array.from({ length: chats }, (_, at) => {
      const name = `c${String(at + 1).padStart(2, "0")}`;
      if (at % 2 === 0) {
        const owner = this.telegram.user(1001 + at, { username: name, first_name: name, language_code: "en" });
        owners.push(`telegram:${owner.id}`);
        return new TelegramLine(name, this.telegram, owner, strangers.telegram);
      }
      const owner = this.feishu.person(name);
      owners.push(`feishu:${owner.id}`);
      return new FeishuLine(name, this.feishu, owner, strangers.feishu);
    });
    this.#owners = owners;
    this.units = placesOf(dir, split).map((place) => new Unit(place.name, place.dir, place.args, random, note));
  }

  /** Everything but the service runs; its configuration is written. */
  static async create(options: WorldOptions, random: Random, note: Note): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), "hotline-chaos-"));
    const redisHome = join(dir, options.split ? "shared" : "data");
    const world = new World(dir, options, await Store.prepare(redisHome), random, note);
    await Promise.all([world.telegram.start(), world.feishu.start(), world.model.start()]);
    if (options.split) world.#redis = await startStore(redisHome);
    for (const folder of ["app", "asked"]) await mkdir(join(dir, folder));
    for (const place of placesOf(dir, options.split)) {
      await mkdir(join(place.dir, "home"), { recursive: true });
      await writeCodexHome(join(place.dir, "codex"), world.model.baseUrl, { retries: 5, idleTimeoutMs: 60_000 });
      await writeFile(join(place.dir, "hotline.yaml"), stringify(world.#config(place.dir, options)));
    }
    return world;
  }

  /** Processes of Codex, whoever started them. */
  async codexPids(): Promise<readonly number[]> {
    const all = await Promise.all(this.units.map((unit) => unit.service.codexPids()));
    return [...new Set(all.flat())];
  }

  /** How often the command of each message ran. */
  async runs(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const counted = await Promise.all(
      ids.map(async (id) => {
        const text = await readFile(join(this.dir, "asked", id), "utf8").catch(() => "");
        return [id, text.split("\n").length - 1] as const;
      }),
    );
    return new Map(counted.filter(([, runs]) => runs > 0));
  }

  /** Ends what it started, and removes its folder. */
  async dispose(): Promise<void> {
    for (const unit of this.units) {
      await unit.stop();
      await unit.service.endAll();
    }
    await Promise.all([this.telegram.stop(), this.feishu.stop(), this.model.stop()]);
    await this.#redis?.stop();
    this.store.dispose();
    await rm(this.dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  #config(home: string, { idleMinutes, chats }: WorldOptions): object {
    const { telegram, feishu, dir } = this;
    const { appId, appSecret, url } = feishu;
    return {
      dataDir: join(home, "data"),
      ...(this.#redis === undefined ? {} : { redis: { url: `unix://${this.#redis.socketPath}` } }),
      codex: {
        home: join(home, "codex"),
        approvalPolicy: "untrusted",
        sandbox: "danger-full-access",
        idleMinutes,
        maxProcesses: Math.ceil(chats / 2),
      },
      channels: {
        telegram: [{ id: "main", token: telegram.token, apiRoot: telegram.url }],
        feishu: [{ id: "main", appId, appSecret, domain: url }],
        web: { listen: "127.0.0.1:0" },
      },
      access: { owners: this.#owners },
      projects: { app: { path: join(dir, "app") } },
      timezone: "UTC",
      log: { level: "debug", pretty: false },
    };
  }
}

async function startStore(dataDir: string): Promise<EmbeddedRedis> {
  const redis = createEmbeddedRedis({
    dataDir,
    runtimeDir: tmpdir(),
    path: process.env.PATH ?? "",
    binary: redisBinary(),
    logger: silentLogger,
    clock: systemClock,
  });
  await redis.start();
  return redis;
}
