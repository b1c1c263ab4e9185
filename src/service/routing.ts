import type { LoadedConfig } from "../../config/load.ts";
import type { Role } from "../cli/app-port.ts";
import type { Projects } from "../dispatcher/port.ts";
import type { ChatKey } from "../model/ids.ts";
import { homeQueue, poolQueue } from "../queue/port.ts";
import type { AboutWorker, KnownWorker, WorkerRegistry } from "../redis/worker-registry.ts";

/** Where chats belong. */
export interface Routing {
  /** Pool of a project; of the one an unbound chat works in when absent. */
  poolOf(project: string | undefined): Promise<string>;
  /** Queue of a chat's activations. */
  queueOf(chat: ChatKey): Promise<string>;
  /** Nodes that would go on with a chat's conversation, living or not: they have its Codex home and serve its project. */
  keepersOf(chat: ChatKey): Promise<readonly string[]>;
}

const defaultPool = "default";

/** Queues a worker takes activations from. */
export function queuesOf({ pools, home }: Pick<AboutWorker, "pools" | "home">): readonly string[] {
  return [...pools.map(poolQueue), ...pools.map((pool) => homeQueue(home, pool))];
}

/** Queues that go with forgotten homes, whatever pool their chats were of; never those of `own`. Pure. */
export function forgottenQueues(homes: readonly string[], own: string, pools: Iterable<string>): readonly string[] {
  const others = homes.filter((home) => home !== own);
  return [...pools].flatMap((pool) => others.map((home) => homeQueue(home, pool)));
}

/** Whether a worker is there; one that stopped is not, however soon it may be back. Pure. */
export function isUp({ livesMs, about }: Pick<KnownWorker<AboutWorker>, "livesMs" | "about">): boolean {
  return livesMs > 0 && about.aside !== "stopped";
}

/** Queues some worker takes new work from. Pure. */
export function servedQueues(known: readonly Pick<KnownWorker<AboutWorker>, "livesMs" | "about">[]): readonly string[] {
  const takers = known.filter((worker) => isUp(worker) && worker.about.aside === undefined);
  return [...new Set(takers.flatMap(({ about }) => queuesOf(about)))];
}

/** Pools this node serves: those named, else those of all its projects. */
export function servedPools(config: LoadedConfig, named: readonly string[]): readonly string[] {
  if (named.length > 0) return named;
  return [...new Set(Object.values(config.projects).map((project) => project.pool))];
}

/** Projects of the served pools, in the order of the configuration. */
export function servedProjects(config: LoadedConfig, pools: readonly string[]): LoadedConfig["projects"] {
  return Object.fromEntries(Object.entries(config.projects).filter(([, project]) => pools.includes(project.pool)));
}

/** Projects with the one named first; as they are when it is none of them. */
export function withFirst(projects: LoadedConfig["projects"], name: string | undefined): LoadedConfig["projects"] {
  const first = name === undefined ? undefined : projects[name];
  return name === undefined || first === undefined ? projects : { [name]: first, ...projects };
}

/**
 * What is configured here counts first, then what workers told. Where a chat works that chose no project, only a gateway
 * decides: a worker's own first project may be another's.
 */
export function createRouting(
  config: LoadedConfig,
  registry: Pick<WorkerRegistry<AboutWorker>, "known" | "pools" | "route" | "mainProject">,
  role: Role,
): Routing {
  const [first] = Object.values(config.projects);
  const mainPool = async (): Promise<string> => {
    const told = role === "worker" ? (await registry.mainProject())?.pool : undefined;
    return told ?? first?.pool ?? defaultPool;
  };
  const poolOf = async (project: string | undefined): Promise<string> => {
    if (project === undefined) return mainPool();
    return config.projects[project]?.pool ?? (await registry.pools())[project] ?? mainPool();
  };
  return {
    poolOf,
    async queueOf(chat) {
      const { home, project } = await registry.route(chat);
      const pool = await poolOf(project);
      return home === undefined ? poolQueue(pool) : homeQueue(home, pool);
    },
    async keepersOf(chat) {
      const { home, project } = await registry.route(chat);
      const pool = await poolOf(project);
      const known = await registry.known();
      return known.flatMap(({ node, about }) => (about.home === home && about.pools.includes(pool) ? [node] : []));
    },
  };
}

/** Projects of all workers, for the chats of this one. */
export function createProjects(
  own: LoadedConfig["projects"],
  pools: readonly string[],
  registry: Pick<WorkerRegistry<AboutWorker>, "pools">,
): Projects {
  return {
    async names() {
      return [...new Set([...Object.keys(own), ...Object.keys(await registry.pools()).sort()])];
    },
    async elsewhere(name) {
      if (Object.hasOwn(own, name)) return false;
      const pool = (await registry.pools())[name];
      return pool !== undefined && !pools.includes(pool);
    },
  };
}
