import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { LoadedConfig } from "../../../config/load.ts";
import { livesHere, machineOf, ownPlace } from "../../../src/cli/own-place.ts";
import { processStart } from "../../../src/cli/process-start.ts";
import { openOwnData } from "../../../src/cli/wiring.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { RedisLink } from "../../../src/redis/connection.ts";
import { homeId } from "../../../src/redis/home-id.ts";
import { nodeId } from "../../../src/redis/node-id.ts";
import { appear, livingNodes, type Place, refuseCopy } from "../../../src/redis/nodes.ts";
import { createWorkerRegistry } from "../../../src/redis/worker-registry.ts";
import { createHomeMark, type HomeNeighbour, type HomeSigns } from "../../../src/service/home-mark.ts";
import { createFakeClock, type FakeClock } from "../../fixtures/fake-clock.ts";
import { startRedis, type TestRedis } from "../../fixtures/redis.ts";

let server: TestRedis;
let link: RedisLink;
let folder: string;

beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  link = await server.link();
  folder = await mkdtemp(join(tmpdir(), "hl-copies-"));
  return () => rm(folder, { recursive: true, force: true });
});

const logger = silentLogger;
const here: Place = { host: "desk", machine: "m-1", process: "10 100" };
const away: Place = { host: "laptop 2", machine: "m-2", process: "10 100" };
const seen = (place: Place, clock = systemClock) =>
  appear(link, { node: "n-1", format: 1, version: "1.0.0", place }, { clock, logger });

describe("a copied data folder", () => {
  const refuse = (lives: boolean, clock = systemClock) =>
    refuseCopy(link, "n-1", { me: here, lives: () => lives, clock });

  /** Time passes, in steps that leave Redis time to answer, until it settles. */
  async function passing<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
    let settled = false;
    const done = work.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    while (!settled) {
      await clock.advance(250);
      await link.redis.ping();
    }
    return done;
  }

  it("L3: is refused while the node of its name lives on this machine, and not when that died", async () => {
    const presence = await seen({ ...here, process: "11 200" });
    await expect(refuse(true)).rejects.toMatchObject({ code: "copyRuns" });
    await refuse(false);
    expect(await livingNodes(link)).toEqual([]);
    await presence.leave();
  });

  it("L3: is refused when the node of its name is heard of on another machine, and not when it is silent", async () => {
    const clock = createFakeClock();
    const presence = await seen(away, clock);
    await expect(passing(clock, refuse(false, clock))).rejects.toThrow("runs already, on laptop 2");
    await presence.leave();
    await link.redis.zadd(link.keys.nodes, Date.now(), "n-1 1 1.0.0 laptop m-2 9");
    await passing(clock, refuse(false, clock));
    expect(await livingNodes(link)).toEqual([]);
  });

  it("L3: is refused where machines share a Redis; in a private one nobody else is to be found", async () => {
    const other = `${process.ppid} ${processStart(process.ppid) ?? ""}`;
    const me = { node: await nodeId(folder), format: 1, version: "1.0.0", place: { ...ownPlace(), process: other } };
    const presence = await appear(link, me, { clock: systemClock, logger });
    const config = { dataDir: folder } as LoadedConfig;
    const shared = { ...config, redis: { url: server.url } };
    await expect(openOwnData(shared as LoadedConfig, link, logger)).rejects.toMatchObject({ code: "copyRuns" });
    await (await openOwnData(config, link, logger)).leave();
    await presence.leave();
  });

  it("a node that starts anew, or tells no place, is no copy", async () => {
    const presence = await seen(here);
    await appear(link, { node: "n-1", format: 1, version: "0.9.0" }, { clock: createFakeClock(), logger });
    await refuse(true);
    await presence.leave();
  });

  it("a machine is known by its boot, or by its name where that cannot be read", () => {
    expect(machineOf(join(folder, "no-proc"))).toBe(hostname());
    expect(machineOf("/proc") === hostname()).toBe(process.platform !== "linux");
  });

  it("this process lives where it is, and nobody else does as it", () => {
    const own = ownPlace();
    expect(livesHere(own.process)).toBe(true);
    expect(livesHere(own.process.replace(/.$/, (last) => (last === "1" ? "2" : "1")))).toBe(false);
  });
});

describe("a Codex home that two workers have", () => {
  /** A worker that beats when it is told to. */
  function worker(node: string, dir: string) {
    const registry = createWorkerRegistry<{
      home: string;
      pools: readonly string[];
      projects: Record<string, string>;
      signs?: HomeSigns;
    }>(link);
    const mark = createHomeMark({ dir, home: "h-1", node, clock: systemClock, log: logger });
    const beat = async (): Promise<void> => {
      await mark.look(await registry.known());
      const signs = mark.signs();
      await registry.beat(node, 60_000, {
        home: "h-1",
        pools: [],
        projects: {},
        ...(signs === undefined ? {} : { signs }),
      });
    };
    return { mark, beat, join: () => mark.join(() => registry.known(), beat) };
  }

  async function homes(): Promise<readonly [string, string]> {
    const both = [join(folder, "a"), join(folder, "b")] as const;
    await Promise.all(both.map((dir) => mkdir(dir)));
    return both;
  }

  it("L3: is refused to the second when it is another folder", async () => {
    const [a, b] = await homes();
    const first = worker("n-1", a);
    await first.join();
    await first.beat();
    const beats = setInterval(() => void first.beat(), 100);
    await expect(worker("n-2", b).join()).rejects.toMatchObject({ code: "copyRuns" });
    clearInterval(beats);
  });

  it("L3: is refused, too, when it was copied while the first ran", async () => {
    const [a, b] = await homes();
    const first = worker("n-1", a);
    await first.join();
    await first.beat();
    await writeFile(join(b, ".codex-hotline-at-n-1"), await readFile(join(a, ".codex-hotline-at-n-1")));
    const beats = setInterval(() => void first.beat(), 100);
    await expect(worker("n-2", b).join()).rejects.toMatchObject({ code: "copyRuns" });
    clearInterval(beats);
  });

  it.each(["is started again", "has stopped"])(
    "is shared with one that told its mark last before it %s",
    async (how) => {
      const [dir] = await homes();
      const mark = (node: string) => createHomeMark({ dir, home: "h-1", node, clock: systemClock, log: logger });
      const told = (signs: HomeSigns | undefined, until: number): readonly HomeNeighbour[] =>
        signs === undefined
          ? []
          : [{ node: "n-1", livesMs: 4000, until, about: { home: "h-1", pools: [], projects: {}, signs } }];
      const [killed, again, second] = [mark("n-1"), mark("n-1"), mark("n-2")];
      await killed.join(
        async () => [],
        async () => undefined,
      );
      const old = told(killed.signs(), 5000);
      if (how === "has stopped") await killed.leave();
      else
        await again.join(
          async () => [],
          async () => undefined,
        );
      let looks = 0;
      const known = async (): Promise<readonly HomeNeighbour[]> => {
        looks += 1;
        const signs = again.signs();
        if (looks <= 2) return old;
        return told(signs && { ...signs, sees: [second.signs()?.mark ?? ""] }, 7000);
      };
      await second.join(known, async () => undefined);
      expect(looks).toBe(3);
    },
  );

  it("is shared when it is the same folder, and nothing of a mark stays", async () => {
    const [a] = await homes();
    const [first, second] = [worker("n-1", a), worker("n-2", a)];
    await first.join();
    await first.beat();
    const beats = setInterval(() => void first.beat(), 100);
    await second.join();
    clearInterval(beats);
    await first.beat();
    expect(first.mark.signs()?.sees).toHaveLength(1);
    await Promise.all([first.mark.leave(), second.mark.leave()]);
    expect(await readdir(a)).toEqual([]);
  });
});

describe("the file of an id", () => {
  it("is one for all who make it at once, is whole, and leaves no draft", async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => homeId(join(folder, "home"), "n-1")));
    expect(new Set(ids).size).toBe(1);
    expect(await readdir(join(folder, "home"))).toEqual([".codex-hotline-id"]);
    expect(await readFile(join(folder, "home", ".codex-hotline-id"), "utf8")).toBe(`${ids[0]}\n`);
  });

  it("that holds something else is told, not replaced", async () => {
    await writeFile(join(folder, "node-id"), "");
    await expect(nodeId(folder)).rejects.toThrow("does not hold an id of ours");
  });
});
