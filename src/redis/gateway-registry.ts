import { decodeMaybe, list } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";

/** A gateway heard of in the last day. `livesMs` as of a `KnownWorker`. */
export interface KnownGateway<About> {
  readonly node: string;
  readonly livesMs: number;
  readonly about: About;
}

/** Who holds the platforms; for status alone. Redis's clock decides who lives. */
export interface GatewayRegistry<About> {
  /** The gateway `node` counts as living for `livesMs` from now on. */
  beat(node: string, livesMs: number, about: About): Promise<void>;
  leave(node: string): Promise<void>;
  /** Longest silent first. */
  known(): Promise<readonly KnownGateway<About>[]>;
}

/** The registry in Redis; `About` is plain JSON. */
export function createGatewayRegistry<About>({ run, keys }: RedisLink): GatewayRegistry<About> {
  const tell = async (node: string, livesMs: number, about: string): Promise<void> => {
    await run("gateway-beat", [keys.gateways, keys.gateway(node)], [node, livesMs, retention.nodeMs, about]);
  };
  return {
    beat: (node, livesMs, about) => tell(node, livesMs, JSON.stringify(about)),
    leave: (node) => tell(node, 0, ""),
    async known() {
      const all = list(await run("workers", [keys.gateways], [keys.parts.gateway]));
      return all.flatMap((entry) => {
        const [node, livesMs, , told] = list(entry);
        const about = decodeMaybe<About>(told);
        return about === undefined ? [] : [{ node: String(node), livesMs: Number(livesMs), about }];
      });
    },
  };
}
