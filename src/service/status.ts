import type { AppStatus, Role } from "../cli/app-port.ts";
import { chatsStatus } from "../cli/chats-status.ts";
import type { RuntimeSnapshot } from "../dispatcher/snapshot.ts";
import { within } from "../lib/within.ts";
import type { Activations } from "../queue/port.ts";
import type { KnownWorker } from "../redis/worker-registry.ts";
import type { Health } from "../telemetry/health.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { isUp } from "./routing.ts";
import { type AboutNode, restartMs } from "./worker.ts";

/** What a status is put together from; what needs Redis is absent while starting. */
export interface StatusParts {
  readonly role: Role;
  readonly demo: boolean;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly activations: Activations | undefined;
  readonly workers: () => Promise<readonly KnownWorker<AboutNode>[]>;
  /** Chats of this process. */
  readonly own: readonly RuntimeSnapshot[];
  readonly node: string | undefined;
  /** Project of a chat that chose none. */
  readonly mainProject: string;
}

/** What Redis may take to tell, ms; then it is left out. */
const soonMs = 1500;

/** Comes also while Redis does not answer. */
export async function statusOf(parts: StatusParts): Promise<AppStatus> {
  const nothing = { waiting: 0, active: 0 };
  const [known, queue, metrics] = await Promise.all([
    soon(parts.workers(), []),
    soon(parts.activations?.counts() ?? Promise.resolve(nothing), nothing),
    soon(parts.metrics.snapshot(), {}),
  ]);
  return {
    role: parts.role,
    demo: parts.demo,
    health: parts.health.report(),
    workers: known.map(({ node, livesMs, about }) => ({
      node,
      host: about.host,
      pools: about.pools,
      projects: Object.keys(about.projects),
      living: isUp({ livesMs, about }),
      silentMs: Math.max(0, (about.aside === "stopped" ? restartMs : 0) - livesMs),
    })),
    queue,
    metrics,
    ...chatsStatus([...parts.own, ...chatsElsewhere(known, parts.node)], parts.mainProject),
  };
}

/** Chats of other workers as they told last. Pure. */
export function chatsElsewhere(
  known: readonly KnownWorker<AboutNode>[],
  own: string | undefined,
): readonly RuntimeSnapshot[] {
  return known.filter((one) => isUp(one) && one.node !== own).flatMap((one) => one.about.chats);
}

function soon<T>(work: Promise<T>, otherwise: T): Promise<T> {
  return within(soonMs, work, otherwise).catch(() => otherwise);
}
