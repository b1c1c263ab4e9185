import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import { list } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { withinDeadline } from "./deadline.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

/** A node that was seen within 15 s. */
export interface LivingNode {
  readonly node: string;
  /** The data format it works with. */
  readonly format: number;
  /** Its version of the program. */
  readonly version: string;
  /** Where it runs; absent for versions that did not tell. */
  readonly place?: Place;
}

/** One process among those of all machines. */
export interface Place {
  /** For people. */
  readonly host: string;
  /** The same for processes that see each other, and for none that do not. */
  readonly machine: string;
  /** Its number and its start: used once on its machine. */
  readonly process: string;
}

/** Takes a node out of the list of the living. */
export interface Presence {
  /** Never rejects, takes a second at most. */
  leave(): Promise<void>;
}

const beatMs = 5000;
const leaveMs = 1000;
const lookMs = 250;
/** A node that was not seen for this long is taken for dead, ms. */
const aliveMs = 15_000;

/** The living nodes of an installation. */
export async function livingNodes({ run, keys }: Pick<RedisLink, "run" | "keys">): Promise<readonly LivingNode[]> {
  return list(await run("nodes-seen", [keys.nodes], ["", aliveMs, retention.nodeMs])).map((member) => {
    const [node = "", format, version = "", ...where] = String(member).split(" ");
    const [host, machine, process] = where.map(decodeURIComponent);
    if (host === undefined || machine === undefined || process === undefined)
      return { node, format: Number(format), version };
    return { node, format: Number(format), version, place: { host, machine, process } };
  });
}

function memberOf({ node, format, version, place }: LivingNode): string {
  const where = place === undefined ? [] : [place.host, place.machine, place.process].map(encodeURIComponent);
  return [node, format, version, ...where].join(" ");
}

/** What {@link refuseCopy} needs to know. */
export interface CopyDeps {
  readonly me: Place;
  /** Whether a process of our machine lives. */
  readonly lives: (process: string) => boolean;
  readonly clock: Clock;
}

/**
 * BridgeError `copyRuns` when another process works under the name of this node: its data folder was copied, and each
 * would take the other's leases. One of another machine is dead when it tells nothing for longer than a beat; that takes
 * 6 s, and only when the one before did not stop cleanly.
 */
export async function refuseCopy(link: RedisLink, node: string, deps: CopyDeps): Promise<void> {
  const { me, lives, clock } = deps;
  for (const one of await livingNodes(link)) {
    const { place } = one;
    if (one.node !== node || place === undefined) continue;
    if (place.machine === me.machine && place.process === me.process) continue;
    const living = place.machine === me.machine ? lives(place.process) : await beats(link, memberOf(one), clock);
    if (living)
      throw new BridgeError(
        "copyRuns",
        `node ${node} runs already, on ${place.host}: this dataDir is a copy of its. Stop that one, or remove the file node-id here to make this ` +
          "a machine of its own (its chats stay with the other)",
      );
    await answered(link.redis.zrem(link.keys.nodes, memberOf(one)));
  }
}

/** Whether a member is told of anew, within a beat. */
async function beats({ redis, keys }: RedisLink, member: string, clock: Clock): Promise<boolean> {
  const score = (): Promise<string | null> => answered(redis.zscore(keys.nodes, member));
  const before = await score();
  for (let waitedMs = 0; waitedMs < beatMs + leaveMs; waitedMs += lookMs) {
    await clock.sleep(lookMs);
    const now = await score();
    if (now !== before) return now !== null;
  }
  return false;
}

/** Resolves once this node is seen; it is seen until it leaves, or its process ends. */
export async function appear(
  link: RedisLink,
  me: LivingNode,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<Presence> {
  const { run, keys, redis } = link;
  const member = memberOf(me);
  const beat = (): Promise<unknown> => run("nodes-seen", [keys.nodes], [member, aliveMs, retention.nodeMs]);
  await beat();
  const gone = new AbortController();
  const beating = async (): Promise<void> => {
    while (!gone.signal.aborted) {
      await clock.sleep(beatMs, gone.signal).catch(() => undefined);
      // One that Redis refuses must not be the last.
      if (!gone.signal.aborted)
        await beat().catch((error: unknown) => logger.warn({ reason: String(error) }, "node is not seen just now"));
    }
  };
  void beating();
  return {
    async leave() {
      gone.abort(new Error("the node leaves"));
      // Not told, it is forgotten by itself.
      await withinDeadline(leaveMs, answered(redis.zrem(keys.nodes, member))).catch((error: unknown) =>
        logger.debug({ reason: String(error) }, "leave is not told"),
      );
    },
  };
}
