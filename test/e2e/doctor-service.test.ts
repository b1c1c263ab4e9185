import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundledBinary } from "../../src/codex/binary.ts";
import { silentLogger } from "../../src/lib/log.ts";
import { connectRedis } from "../../src/redis/connection.ts";
import { redisBinary } from "../fixtures/redis.ts";
import { DoctorWorld } from "./doctor-world.ts";

let world: DoctorWorld;
const children: ChildProcess[] = [];
const mounts: string[] = [];
beforeEach(async () => {
  world = await DoctorWorld.create();
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  for (const place of mounts.splice(0)) execFileSync("umount", [place]);
  await world.dispose();
});

/** Starts the built service on the Telegram emulator and waits until it polls. */
async function serve(access: object = { owners: ["telegram:1001"] }): Promise<void> {
  await world.configure({ access }, world.telegramChannel);
  void world.service.start();
  await expect.poll(() => world.service.output, { timeout: 60_000 }).toContain("Ready.");
}

const conflicts = (): number =>
  world.telegram.transcript.exchanges.filter((one) => one.response?.status === 409).length;

describe("a running service", () => {
  it("is well, is not disturbed, and keeps its messages", async () => {
    await serve();
    const { code, lines } = await world.lines();
    expect(lines.filter((line) => line.state !== "ok")).toEqual([]);
    expect(code).toBe(0);
    const said = (check: string): string | undefined => lines.find((line) => line.check === check)?.message;
    expect(said("service")).toBe(`running (pid ${world.service.pid})`);
    expect(said("telegram~main.poller")).toBe("the running service");
    expect(said("redis")).toMatch(/^our own server runs, version \d/);
    expect(conflicts()).toBe(0);
  });

  it("whose part fails: says what the part says", async () => {
    await serve();
    world.telegram.revokeToken();
    world.telegram.updates.stop();
    await expect
      .poll(async () => (await world.complaints()).join("\n"), { timeout: 30_000 })
      .toMatch(/^error service\.telegram~main: failed: Telegram refuses the bot token/m);
  });

  it("that nobody owns yet: tells the open claim, then who claimed it", async () => {
    await serve({});
    expect(await world.complaints()).toEqual([
      expect.stringMatching(
        /^warn owners: nobody owns this service yet; a claim is open → npm start prints a link or code/,
      ),
    ]);
    const ada = world.telegram.user(1001, { first_name: "Ada" });
    const code = /start=([A-Z0-9-]+)/.exec(world.service.output)?.[1] ?? "";
    world.telegram.phone.say(world.telegram.privateChat(ada), ada, `/start ${code}`);
    await expect
      .poll(async () => (await world.lines()).lines.find((line) => line.check === "owners")?.message, {
        timeout: 30_000,
      })
      .toBe("telegram:1001 (claimed)");
  });

  it("that was killed leaves files: the fix removes them, and nothing of its Redis or its turns", async () => {
    await serve();
    await world.service.kill();
    const socket = world.path("data", "control.sock");
    const lock = world.path("data", "hotline.lock");
    world.telegram.updates.raw({ message: {} });
    expect(await world.complaints()).toEqual([
      `warn service: left by a service that was killed: ${socket}, ${lock} → npx hotline doctor --fix, or just start`,
    ]);
    const { code, lines } = await world.lines(["--fix"]);
    expect([code, lines.filter((line) => line.mended).map((line) => line.message)]).toEqual([
      0,
      [`removed ${socket}, ${lock}`],
    ]);
    expect([existsSync(socket), existsSync(lock)]).toEqual([false, false]);
    expect(lines.find((line) => line.check === "redis")?.message).toMatch(/^our own server runs/);
  });
});

describe("a Redis of the operator's", () => {
  async function freePort(): Promise<number> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    await new Promise((resolve) => server.close(resolve));
    return address !== null && typeof address === "object" ? address.port : 0;
  }

  /** A real server; answers its port once it listens. */
  async function redis(...settings: readonly string[]): Promise<number> {
    const port = await freePort();
    const args = ["--port", String(port), "--bind", "127.0.0.1", "--dir", world.dir, ...settings];
    const child = spawn(redisBinary(), args, { stdio: ["ignore", "pipe", "ignore"] });
    children.push(child);
    await new Promise<void>((resolve, reject) => {
      child.once("exit", () => reject(new Error("redis-server ended")));
      child.stdout.on("data", (data: Buffer) => void (data.includes("Ready to accept connections") && resolve()));
    });
    return port;
  }

  it("that evicts, and writes nothing to disk or only snapshots", async () => {
    const port = await redis("--maxmemory-policy", "allkeys-lru", "--save", "");
    const url = `redis://127.0.0.1:${port}`;
    await world.configure({ redis: { url } });
    const set = (what: string): string =>
      `redis-cli -u ${url} CONFIG SET ${what} && redis-cli -u ${url} CONFIG REWRITE`;
    expect(await world.complaints()).toEqual([
      `error redis.eviction: maxmemory-policy is allkeys-lru: when memory is short, Redis drops messages → ${set("maxmemory-policy noeviction")}`,
      `warn redis.persistence: this Redis writes nothing to disk: when it ends, waiting messages are lost → ${set("appendonly yes")}`,
    ]);
    const other = await redis("--save", "60 1");
    await world.configure({ redis: { url: `redis://127.0.0.1:${other}` } });
    expect(await world.complaints()).toEqual([
      expect.stringMatching(/^warn redis\.persistence: this Redis writes snapshots only: /),
    ]);
  });

  it("that wants a password, and is well with it", async () => {
    const port = await redis("--requirepass", "opensesame", "--appendonly", "yes");
    const at = (user: string): Promise<void> =>
      world.configure({ redis: { url: `redis://${user}127.0.0.1:${port}/0` } });
    for (const user of ["", ":wrong-password@"]) {
      await at(user);
      expect(await world.complaints()).toEqual([
        expect.stringMatching(
          /^error redis: redis:\/\/127\.0\.0\.1:\d+\/0 refuses our user name or password: .* → put redis:\/\/:PASSWORD@HOST:PORT at /,
        ),
      ]);
    }
    const start = world.service.command(["start"]);
    expect(await start.ends).toBe(78);
    expect(start.output()).toContain(`redis.url (127.0.0.1:${port}): this Redis refuses our user name or password`);
    expect(start.output()).toContain("redis://:PASSWORD@HOST:PORT");
    await at(":opensesame@");
    const { lines } = await world.lines();
    expect(lines.find((line) => line.check === "redis")).toMatchObject({
      state: "ok",
      message: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+\/0, version \d/),
    });
  });

  it("with data of a newer version: what start would say", async () => {
    const port = await redis("--appendonly", "yes");
    const url = `redis://127.0.0.1:${port}`;
    await world.configure({ redis: { url } });
    const link = await connectRedis({ target: { url }, logger: silentLogger });
    await link.redis.hset(link.keys.format, "n", "99");
    link.close();
    expect(await world.complaints()).toEqual([
      expect.stringMatching(
        /^error redis\.data: start refuses .* → the data was written by codex-hotline .* format 99/,
      ),
    ]);
  });
});

describe("left-overs", () => {
  beforeEach(() => world.configure());

  it("files of Codex processes that are gone: the fix removes them and no others", async () => {
    const name = "0123abcd-45ef67";
    writeFileSync(world.path("data", `${name}.sock`), "");
    writeFileSync(world.path("data", `${name}.log`), "");
    writeFileSync(world.path("data", `${name}.pid`), JSON.stringify({ pid: 2 ** 22 - 1, startTime: "1" }));
    writeFileSync(world.path("data", "notes.log"), "mine");
    expect(await world.complaints()).toEqual([
      `warn leftovers: files of 1 Codex process that is gone, in ${world.path("data")} → npx hotline doctor --fix, or just start`,
    ]);
    expect((await world.run(["--fix"])).output).toMatch(/^fixed +leftovers +removed the files of 1 process$/m);
    expect(readdirSync(world.path("data"))).toEqual(["notes.log"]);
  });

  it.runIf(process.platform === "linux")("a Codex process that nothing records: is named and left alone", async () => {
    const socket = world.path("data", "0123abcd-45ef67.sock");
    const child = spawn(bundledBinary(), ["app-server", "--listen", `unix://${socket}`], {
      env: { PATH: process.env.PATH, HOME: world.path("home"), CODEX_HOME: world.path("codex") },
      stdio: "ignore",
    });
    children.push(child);
    await expect.poll(() => existsSync(socket), { timeout: 20_000 }).toBe(true);
    expect(await world.complaints()).toEqual([
      `warn leftovers: Codex processes that nothing records any more: ${child.pid} → kill ${child.pid}`,
    ]);
    expect((await world.run(["--fix"])).output).not.toMatch(/^fixed/m);
    expect(child.exitCode).toBeNull();
  });
});

describe.runIf(process.platform === "linux" && process.getuid?.() === 0)("file systems", () => {
  function mount(place: string, ...options: readonly string[]): void {
    mkdirSync(place, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", ...options, "tmpfs", place]);
    mounts.push(place);
  }

  it("with hardly any space: says how much and what then happens", async () => {
    await world.configure();
    mount(world.path("data"), "-o", "size=64k,mode=0700");
    expect(await world.complaints()).toEqual([
      `error disk: only 0 MiB free at ${world.path("data")}: on a full disk Redis ends and no message is taken → free space there; "du -xsh ${world.path("data")}/* | sort -h" shows what is large`,
    ]);
  });

  it("that cannot be written to: told for projects, unless they are read-only anyway", async () => {
    const path = world.path("shelf");
    mount(path, "-o", "ro");
    const configure = (sandbox: string): Promise<void> => world.configure({ projects: { shelf: { path, sandbox } } });
    await configure("workspace-write");
    const complaints = await world.complaints();
    expect(complaints.filter((line) => line.startsWith("error"))).toEqual([
      expect.stringMatching(/^error projects\.shelf: .*shelf cannot be written to → sudo chown -R /),
    ]);
    await configure("read-only");
    expect((await world.complaints()).filter((line) => line.startsWith("error"))).toEqual([]);
  });

  it("dataDir that cannot be made: names the folder in the way", async () => {
    mount(world.path("shelf"), "-o", "ro");
    rmSync(world.path("data"), { recursive: true });
    await world.configure({ dataDir: world.path("shelf", "data") });
    const complaints = await world.complaints();
    expect(complaints.find((line) => line.includes(" dataDir: "))).toMatch(
      /^error dataDir: .*shelf\/data is not there and cannot be made: .*shelf is not writable → name a folder/,
    );
  });
});
