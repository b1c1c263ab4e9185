import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
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
}

/** Takes a node out of the list of the living. */
export interface Presence {
  /** Never rejects, takes a second at most. */
  leave(): Promise<void>;
}

const beatMs = 5000;
const leaveMs = 1000;
/** A node that was not seen for this long is taken for dead, ms. */
const aliveMs = 15_000;

/** The living nodes of an installation. */
export async function livingNodes({ run, keys }: Pick<RedisLink, "run" | "keys">): Promise<readonly LivingNode[]> {
  return list(await run("nodes-seen", [keys.nodes], ["", aliveMs, retention.nodeMs])).map((member) => {
    const [node = "", format, version = ""] = String(member).split(" ");
    return { node, format: Number(format), version };
  });
}

/** Resolves once this node is seen; it is seen until it leaves, or its process ends. */
export async function appear(
  link: RedisLink,
  me: LivingNode,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<Presence> {
  const { run, keys, redis } = link;
  const member = `${me.node} ${me.format} ${me.version}`;
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
