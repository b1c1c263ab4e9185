import type { Mutant } from "./catalog.ts";

const workers = ["test/integration/redis/workers.test.ts"];
const reception = ["test/unit/channel/reception.test.ts"];
const fencing = ["test/unit/dispatcher/fencing.test.ts"];

/** Faults of several machines on one Redis. */
export const roleMutants: readonly Mutant[] = [
  {
    law: "L2",
    fault: "a chat whose project is another worker's begins its next turn here",
    file: "src/dispatcher/pump.ts",
    find: '(await isElsewhere(a))) return "elsewhere";',
    replace: "(await isElsewhere(a))) void 0;",
    tests: fencing,
  },
  {
    law: "L8",
    fault: "a worker ends the Codex of a turn whose project is another worker's",
    file: "src/dispatcher/actor.ts",
    find: "if (await isElsewhere(this.a)) return await this.handOver();",
    replace: "",
    tests: fencing,
  },
  {
    law: "L8",
    fault: "a worker is woken for every chat of its Codex home, whosever the project",
    file: "src/queue/port.ts",
    find: "return `act-~${home}~${pool}`;",
    replace: "return `act-~${home}${pool === undefined ? pool : ``}`;",
    tests: ["test/unit/service/routing.test.ts"],
  },
  {
    law: "L2",
    fault: "mail that waits is dropped when a chat changes hands",
    file: "src/redis/scripts/hand-over.lua",
    find: "redis.call('ZADD', KEYS[2], text(now()), ARGV[3])",
    replace: "redis.call('ZREM', KEYS[2], ARGV[3])",
    tests: workers,
  },
  {
    law: "L3",
    fault: "a chat is claimed by a worker that does not have its conversation",
    file: "src/redis/scripts/claim.lua",
    find: "if home and home ~= own_home then",
    replace: "if false then",
    tests: workers,
  },
  {
    law: "L3",
    fault: "a chat moves to another machine while its owner lives",
    file: "src/redis/scripts/rehome.lua",
    find: "if expires and tonumber(expires) > now() then",
    replace: "if false then",
    tests: workers,
  },
  {
    law: "L3",
    fault: "a gateway goes on receiving when the account is another's",
    file: "src/channel/reception.ts",
    find: "if (signal.aborted || !(await within(leftMs(), lease.renew(epoch)))) return;",
    replace: "if (signal.aborted) return;\n        await lease.renew(epoch);",
    tests: reception,
  },
  {
    law: "L3",
    fault: "a gateway cut off from Redis goes on receiving",
    file: "src/channel/reception.ts",
    find: "if (elapsedMs(clock, renewedAt) >= leaseMs) return;",
    replace: "",
    tests: reception,
  },
];
