import { hostname } from "node:os";
import type { AppStatus, NodeStatus, Role, StopMode } from "../cli/app-port.ts";
import { chatsStatus, type PlacedChat } from "../cli/chats-status.ts";
import type { RuntimeSnapshot } from "../dispatcher/snapshot.ts";
import { within } from "../lib/within.ts";
import type { Activations } from "../queue/port.ts";
import type { KnownGateway } from "../redis/gateway-registry.ts";
import type { KnownWorker, WorkerRegistry } from "../redis/worker-registry.ts";
import type { Health, PartHealth } from "../telemetry/health.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import type { AboutGateway, Gateways } from "./gateway-beat.ts";
import { isUp } from "./routing.ts";
import { type AboutNode, silentMs } from "./worker.ts";

/** What a status is put together from; what needs Redis is absent while starting. */
export interface StatusParts {
  readonly role: Role;
  readonly demo: boolean;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly ground:
    | {
        readonly node: string;
        readonly activations: Activations;
        readonly registry: Pick<WorkerRegistry<AboutNode>, "known">;
        readonly gateways: Pick<Gateways, "known">;
      }
    | undefined;
  /** Present once the service was asked to stop. */
  readonly stopping?: StopMode;
  /** Chats of this process. */
  readonly own: readonly RuntimeSnapshot[];
  /** Project of a chat that chose none. */
  readonly mainProject: string;
}

/** What Redis may take to tell, ms; then it is left out. */
const soonMs = 1500;

/** Comes also while Redis does not answer. */
export async function statusOf(parts: StatusParts): Promise<AppStatus> {
  const { ground, stopping } = parts;
  const node = ground?.node;
  const nothing = { waiting: 0, active: 0 };
  const [known, gateways, queue, metrics] = await Promise.all([
    soon(ground?.registry.known() ?? Promise.resolve([]), []),
    soon(ground?.gateways.known() ?? Promise.resolve([]), []),
    soon(ground?.activations.counts() ?? Promise.resolve(nothing), nothing),
    soon(parts.metrics.snapshot(), {}),
  ]);
  return {
    role: parts.role,
    ...(node === undefined ? {} : { node }),
    ...(stopping === undefined ? {} : { stopping }),
    demo: parts.demo,
    health: parts.health.report(),
    workers: known.map(({ node, livesMs, about }) => ({
      node,
      host: about.host,
      pools: about.pools,
      projects: Object.keys(about.projects),
      living: isUp({ livesMs, about }),
      silentMs: silentMs({ livesMs, about }),
    })),
    nodes: nodesOf(gateways, known),
    queue,
    metrics,
    ...chatsStatus(
      [...parts.own.map((chat) => ({ ...chat, host: hostname(), node: node ?? "" })), ...chatsElsewhere(known, node)],
      parts.mainProject,
    ),
  };
}

/** A service that was asked to stop is not ready; with `drain` it says how many turns it waits for. Pure. */
export function stopPart(mode: StopMode | undefined, own: readonly RuntimeSnapshot[]): PartHealth {
  const turns = own.filter((chat) => chat.turn !== undefined).length;
  const once = turns === 1 ? "1 turn has" : `${turns} turns have`;
  const reason = mode === "drain" && turns > 0 ? `stopping once ${once} ended` : "the service is stopping";
  return { state: "degraded", reason };
}

/** Chats of other workers as they told last. Pure. */
export function chatsElsewhere(
  known: readonly KnownWorker<AboutNode>[],
  own: string | undefined,
): readonly PlacedChat[] {
  return known
    .filter((one) => isUp(one) && one.node !== own)
    .flatMap(({ node, about }) => about.chats.map((chat) => ({ ...chat, host: about.host, node })));
}

/** All processes, gateways first; one that is both is told once. Pure. */
export function nodesOf(
  gateways: readonly KnownGateway<AboutGateway>[],
  workers: readonly KnownWorker<AboutNode>[],
): readonly NodeStatus[] {
  const both = new Set(gateways.filter((one) => one.livesMs > 0).map((one) => one.node));
  const working = workers.map(
    ({ node, livesMs, about }): NodeStatus => ({
      ...process(node, about),
      living: isUp({ livesMs, about }),
      silentMs: silentMs({ livesMs, about }),
      role: both.has(node) ? "all" : "worker",
      pools: about.pools,
      projects: Object.keys(about.projects),
      chats: about.held ?? about.chats.length,
    }),
  );
  const gates = gateways
    .filter((one) => !workers.some((worker) => worker.node === one.node))
    .map(
      ({ node, livesMs, about }): NodeStatus => ({
        ...process(node, about),
        living: livesMs > 0,
        silentMs: Math.max(0, -livesMs),
        role: "gateway",
        pools: [],
        projects: [],
      }),
    );
  return [...gates, ...working];
}

function process(node: string, { host, pid, version }: AboutGateway) {
  return { node, host, pid, version };
}

function soon<T>(work: Promise<T>, otherwise: T): Promise<T> {
  return within(soonMs, work, otherwise).catch(() => otherwise);
}
