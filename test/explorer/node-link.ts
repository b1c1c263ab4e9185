import { BridgeError } from "../../src/model/errors.ts";
import type { RedisLink } from "../../src/redis/connection.ts";
import { createKeys } from "../../src/redis/keys.ts";
import type { RunScript } from "../../src/redis/script-runner.ts";
import type { Fault, Gate, Held } from "./gate.ts";
import type { Lab, Said } from "./lab.ts";

/** What a node's connection to Redis needs of its surroundings. */
export interface LinkHost {
  readonly lab: Lab;
  readonly gate: Gate;
  readonly prefix: string;
  readonly name: string;
  now(): number;
  dead(): boolean;
  /** Tells the process, as soon as it can hear. */
  hear(what: () => void): void;
  /** A script ran for this node. */
  ran(call: Parameters<RunScript>, reply: unknown): void;
  /** The process got the answer of a script. */
  answered(call: Parameters<RunScript>, reply: unknown): void;
  published(said: readonly Said[]): void;
  subscribed(channel: string, heard: (message: string) => void, missed: () => void): void;
}

/** `edge`: its callers give up after a deadline, and the call may happen later. */
export function createNodeLink(host: LinkHost, edge: boolean): RedisLink {
  const keys = createKeys(host.prefix);
  const faults: readonly Fault[] = edge ? ["lose", "drop", "late"] : ["lose", "drop"];
  const hold = <T>(what: string, work: () => Promise<T>, told: (reply: T) => void = () => undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      // Ends the timers of a process that is gone; nothing it does reaches anybody.
      const bury = (): void => (edge ? reject(new BridgeError("redisUnavailable", "the process is gone")) : undefined);
      if (host.dead()) return bury();
      let heard = true;
      let happened = false;
      const held: Held = {
        name: host.gate.name(host.name, what),
        lane: `${host.name} redis`,
        owner: host.name,
        faults,
        happened: () => happened,
        orphan: () => {
          heard = false;
          bury();
        },
        async run(fault) {
          if (fault === "late") {
            if (heard) host.hear(() => reject(new BridgeError("redisUnavailable", "no answer in time")));
            heard = false;
            return;
          }
          if (fault === "drop") host.hear(() => reject(new BridgeError("redisUnavailable", "out of memory")));
          const reply = fault === "drop" ? undefined : await work();
          // A client whose connection broke sends the command again; nothing behind it overtakes it.
          if (fault === "lose") {
            happened = true;
            return;
          }
          host.gate.remove(held);
          if (fault === undefined && heard) {
            host.hear(() => {
              told(reply as T);
              resolve(reply as T);
            });
          }
        },
      };
      host.gate.add(held);
    });
  return {
    keys,
    run: (...call) =>
      hold(
        scriptLabel(call),
        () => execute(host, call),
        (reply) => host.answered(call, reply),
      ),
    redis: gated(host.lab.redis, hold),
    subscriber: {
      listen: async (channel, heard, missed) => host.subscribed(channel, heard, missed),
    },
    ready: () => true,
    ping: async () => undefined,
    forQueue: () => {
      throw new Error("the queue of a schedule is no Redis");
    },
    close: () => undefined,
  };
}

async function execute(host: LinkHost, call: Parameters<RunScript>): Promise<unknown> {
  const { reply, said } = await host.lab.run(host.now(), ...call);
  host.ran(call, reply);
  host.published(said);
  return reply;
}

function gated(
  redis: RedisLink["redis"],
  hold: (what: string, work: () => Promise<unknown>) => Promise<unknown>,
): RedisLink["redis"] {
  return new Proxy(redis, {
    get(target, property) {
      const method: unknown = Reflect.get(target, property);
      if (typeof method !== "function") return method;
      return (...args: unknown[]) =>
        hold(String(property), async () => {
          const reply: unknown = await Reflect.apply(method, target, args);
          // A set has no order of its own: each server has another.
          return property === "smembers" ? (reply as string[]).sort() : reply;
        });
    },
  });
}

function scriptLabel([name, , args]: Parameters<RunScript>): string {
  return name === "outbox-progress" ? `${name}-${String(args[2])}` : name;
}
