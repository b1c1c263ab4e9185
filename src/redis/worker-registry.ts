import type { Binding } from "../model/chat.ts";
import type { ChatKey } from "../model/ids.ts";
import { decodeMaybe, list, maybe, type Reply } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

/** What every worker tells about itself; plain JSON. */
export interface AboutWorker {
  /** The Codex home it works with; see `homeId`. */
  readonly home: string;
  /** Pools it serves. */
  readonly pools: readonly string[];
  /** Projects it has, with their pools. */
  readonly projects: Readonly<Record<string, string>>;
  /** It takes nothing new: it is not there yet, waits for its running turns, or has stopped and counts as living for its restart alone. */
  readonly aside?: "joins" | "drains" | "stopped";
}

/** A worker heard of in the last 30 days. */
export interface KnownWorker<About> {
  readonly node: string;
  /** ms it still counts as living; 0 or less: it stopped answering that long ago. */
  readonly livesMs: number;
  /** Until when it counts, ms since the epoch by Redis's clock: names an outage. */
  readonly until: number;
  readonly about: About;
}

/** Where a chat works that chose no project. */
export interface MainProject {
  readonly name: string;
  readonly pool: string;
}

/** A chat's place among the workers. */
export interface Route {
  /** Codex home of its conversation; absent: any worker of its pool will do. */
  readonly home?: string;
  readonly project?: string;
}

/** Who works where. Redis's clock decides who lives. */
export interface WorkerRegistry<About extends AboutWorker> {
  /**
   * The worker `node` counts as living for `livesMs` from now on. Codex homes that are forgotten with this, their last
   * worker silent for 30 days: nothing that belongs to one is asked for any more.
   */
  beat(node: string, livesMs: number, about: About): Promise<readonly string[]>;
  known(): Promise<readonly KnownWorker<About>[]>;
  /** Pools of the projects of all known workers. */
  pools(): Promise<Readonly<Record<string, string>>>;
  /** The project of chats that chose none, as a gateway told it last. */
  mainProject(): Promise<MainProject | undefined>;
  tellMainProject(project: MainProject): Promise<void>;
  route(chat: ChatKey): Promise<Route>;
  /** Mail of a chat nobody dealt with, and whether a turn of it is recorded. */
  backlog(chat: ChatKey): Promise<{ readonly waiting: number; readonly running: boolean }>;
  /** Chats that need an owner and have none; at most `limit`. */
  stranded(limit: number): Promise<readonly (Route & { readonly chat: ChatKey })[]>;
}

/** The registry in Redis. */
export function createWorkerRegistry<About extends AboutWorker>(link: RedisLink): WorkerRegistry<About> {
  const { run, keys, redis } = link;
  const known = () => readKnown<About>(link);
  return {
    async beat(node, livesMs, about) {
      const args = [node, livesMs, retention.workerMs, about.home, JSON.stringify(about)];
      return list(await run("worker-beat", [keys.workers, keys.worker(node), keys.homes], args)).map(String);
    },
    known,
    pools: async () => Object.fromEntries((await known()).flatMap((worker) => Object.entries(worker.about.projects))),
    async mainProject() {
      const [name, pool] = await answered(redis.hmget(keys.mainProject, "name", "pool"));
      return typeof name === "string" && typeof pool === "string" ? { name, pool } : undefined;
    },
    async tellMainProject({ name, pool }) {
      await answered(redis.hset(keys.mainProject, { name, pool }));
    },
    route: async (chat) => routeOf(list(await run("route", [keys.state(chat), keys.homes], []))),
    async backlog(chat) {
      const [waiting, running] = await Promise.all([
        answered(redis.xlen(keys.mailbox(chat))),
        answered(redis.hexists(keys.state(chat), "t")),
      ]);
      return { waiting, running: running === 1 };
    },
    async stranded(limit) {
      const { chat: prefix, state } = keys.parts;
      const found = list(await run("stranded", [keys.scheduled, keys.homes], [prefix, state, limit]));
      return found.map((entry) => {
        const [chat, ...route] = list(entry);
        return { chat: String(chat) as ChatKey, ...routeOf(route) };
      });
    },
  };
}

/** Longest silent first. */
async function readKnown<About>({ run, keys }: RedisLink): Promise<readonly KnownWorker<About>[]> {
  const all = list(await run("workers", [keys.workers], [keys.parts.worker]));
  return all.flatMap((entry) => {
    const [node, livesMs, until, told] = list(entry);
    const about = decodeMaybe<About>(told);
    if (about === undefined) return [];
    return [{ node: String(node), livesMs: Number(livesMs), until: Number(until), about }];
  });
}

function routeOf([home, binding]: readonly Reply[]): Route {
  const at = maybe(home);
  const project = decodeMaybe<Binding>(binding)?.project;
  return { ...(at === undefined ? {} : { home: at }), ...(project === undefined ? {} : { project }) };
}
