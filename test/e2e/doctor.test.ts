import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bundledBinary } from "../../src/codex/binary.ts";
import { DoctorWorld } from "./doctor-world.ts";

let world: DoctorWorld;
const servers: Server[] = [];
beforeEach(async () => {
  world = await DoctorWorld.create();
  await world.configure();
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
  await world.dispose();
});

/** A server that accepts and never answers, on a port of its own or a unix socket. */
async function blackHole(at: number | string = 0): Promise<number> {
  const server = createServer((socket) => void socket.on("error", () => undefined).unref());
  servers.push(server);
  const host = typeof at === "number" ? { port: at, host: "127.0.0.1" } : { path: at };
  await new Promise<void>((resolve) => server.listen(host, resolve));
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}

function script(path: string, body: string): string {
  writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return path;
}

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe("a healthy machine", () => {
  it("gets one line per check, in a fixed order, and exit code 0", async () => {
    const { code, output } = await world.run();
    expect(code).toBe(0);
    const lines = output.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("All is well.");
    expect(lines.slice(0, -1).map((line) => line.split(/\s+/).slice(0, 2).join(" "))).toEqual(
      [
        "node git config dataDir sockets disk service redis codex codex.sandbox codex.sign-in codex.model channels",
        "owners clock proxy projects.app web leftovers",
      ]
        .flatMap((row) => row.split(" "))
        .map((check) => `ok ${check}`),
    );
  });

  it("gets an array by --json, and changes nothing by --fix", async () => {
    const { code, lines } = await world.lines(["--fix"]);
    expect(code).toBe(0);
    for (const line of lines)
      expect(line).toEqual({
        check: expect.any(String),
        state: "ok",
        message: expect.any(String),
        fixable: false,
      });
  });

  it("is told in Chinese where that is the language", async () => {
    await world.configure({ language: "zh-CN" });
    expect((await world.run()).output).toMatch(/^正常 +node.*一切正常。\n$/s);
  });

  it("gets back as it was: no process, no file", async () => {
    const temporary = world.path("tmp");
    mkdirSync(temporary);
    expect((await world.run([], { TMPDIR: temporary })).output).toContain("All is well.");
    // Codex's sandbox keeps a folder there for all its runs.
    const left = readdirSync(temporary).filter((name) => !name.startsWith("codex-bwrap-"));
    expect([readdirSync(world.path("data")), left]).toEqual([[], []]);
    expect(await world.service.codexPids()).toEqual([]);
  });

  it.runIf(process.platform === "linux")("gets back as it was when doctor is interrupted", async () => {
    const temporary = world.path("tmp");
    mkdirSync(temporary);
    // Listens only when it is too late, like a Codex on a very slow machine.
    const bin = script(world.path("codex-bin"), `sleep 3; exec ${bundledBinary()} "$@"`);
    await world.configure({ codex: { bin, home: world.path("codex") } });
    const visit = world.run([], { TMPDIR: temporary }, ["sh", "-c", `echo $$ > ${world.path("pid")}; exec "$@"`, "-"]);
    const started = (): boolean => readdirSync(temporary).some((name) => name.startsWith("hotline-doctor-"));
    await expect.poll(started, { timeout: 20_000 }).toBe(true);
    process.kill(Number(await world.read("pid")), "SIGINT");
    expect((await visit).code).toBe(1);
    expect(readdirSync(temporary).filter((name) => !name.startsWith("codex-bwrap-"))).toEqual([]);
    expect(await world.service.codexPids()).toEqual([]);
  });
});

describe("configuration", () => {
  it("with faults: names all of them, with the nearest key, and exits 1", async () => {
    writeFileSync(world.path("hotline.yaml"), "langage: en\ncodex: { effort: max }\n");
    const { code, lines } = await world.lines();
    expect(code).toBe(1);
    const file = world.path("hotline.yaml");
    expect(lines.filter((line) => line.check === "config")).toMatchObject([
      { state: "error", fix: `correct codex.effort in ${file}` },
      { state: "error", fix: `rename it to "language" in ${file}` },
    ]);
    expect(lines.map((line) => line.check)).toEqual(["node", "git", "config", "config", "rest"]);
  });

  it("that is not there: says which file", async () => {
    rmSync(world.path("hotline.yaml"));
    expect(await world.complaints()).toContainEqual(
      `error config: ${world.path("hotline.yaml")}: expected this file to exist → correct ${world.path("hotline.yaml")}`,
    );
  });

  it("with a secret in it and open to others: the fix closes it", async () => {
    await world.configure({ access: { owners: ["telegram:1001"] } }, world.telegramChannel);
    const file = world.path("hotline.yaml");
    chmodSync(file, 0o644);
    world.telegram.updates.raw({ message: {} });
    expect(await world.complaints()).toEqual([
      `warn secrets: ${file} holds secrets and is open to other users (mode 644) → chmod 600 ${file}`,
    ]);
    expect((await world.run(["--fix"])).output).toMatch(/^fixed +secrets /m);
    expect(mode(file)).toBe("600");
  });
});

describe("folders", () => {
  it("that are missing are made by the fix", async () => {
    rmSync(world.path("data"), { recursive: true });
    const data = world.path("data");
    expect(await world.complaints()).toEqual([
      `warn dataDir: ${data} is not there yet; start makes it → mkdir -p -m 700 ${data}`,
    ]);
    const { lines } = await world.lines(["--fix"]);
    expect(lines.filter((line) => line.mended)).toEqual([
      { check: "dataDir", state: "ok", message: `${data} is made`, fixable: false, mended: true },
    ]);
    expect(mode(data)).toBe("700");
  });

  it("that others can write to are an error, and closed by the fix", async () => {
    chmodSync(world.path("data"), 0o777);
    const { code, lines } = await world.lines();
    expect(code).toBe(1);
    expect(lines.find((line) => line.check === "dataDir")).toMatchObject({ state: "error", fixable: true });
    expect((await world.run(["--fix"])).code).toBe(0);
    expect(mode(world.path("data"))).toBe("700");
  });

  it("that are files: names the key", async () => {
    writeFileSync(world.path("file"), "");
    await world.configure({ dataDir: world.path("file") });
    expect(await world.complaints()).toContainEqual(
      `error dataDir: ${world.path("file")} is not a folder → name a folder you may write to at dataDir in ${world.path("hotline.yaml")}`,
    );
  });

  it("whose sockets would have too long a path: says how to shorten it", async () => {
    await world.configure({ dataDir: world.path("d".repeat(100)) });
    const long = world.path("r".repeat(80));
    mkdirSync(long);
    const complaints = await world.complaints({ XDG_RUNTIME_DIR: long });
    expect(complaints.find((line) => line.startsWith("error sockets"))).toMatch(
      /has a path of \d+ bytes, the system takes 100: .* → name a shorter folder at dataDir in .*, or set a shorter XDG_RUNTIME_DIR$/,
    );
  });
});

describe("Redis", () => {
  /** A PATH with node and git on it, and nothing else. */
  function barePath(): string {
    const bin = world.path("bin");
    mkdirSync(bin);
    symlinkSync("/usr/bin/git", `${bin}/git`);
    symlinkSync(process.execPath, `${bin}/node`);
    return bin;
  }

  it("of which there is none: says how to get one", async () => {
    expect(await world.complaints({ PATH: barePath() })).toEqual([
      "error redis: there is no redis-server or valkey-server, and no redis.url is configured → apt-get install redis-server (Debian, Ubuntu) or brew install redis-server (macOS)",
    ]);
  });

  it("that is too old", async () => {
    const path = barePath();
    script(`${path}/redis-server`, 'echo "Redis server v=5.0.14 sha=00000000:0 malloc=libc bits=64"');
    expect(await world.complaints({ PATH: path })).toEqual([
      expect.stringMatching(/^error redis: Redis 5\.0\.14 is too old, 6\.2 or newer is needed → apt-get install /),
    ]);
  });

  it("of the operator's that cannot be reached: the address without its password", async () => {
    const url = "redis://me:opensesame@127.0.0.1:9/0";
    await world.configure({ redis: { url } });
    expect(await world.complaints()).toEqual([
      `error redis: redis://127.0.0.1:9/0 cannot be reached: connect ECONNREFUSED 127.0.0.1:9 → start that Redis, or correct redis.url in ${world.path("hotline.yaml")} (or REDIS_URL)`,
    ]);
  });
});

describe("Codex", () => {
  it("that is another version, or cannot be run", async () => {
    const bin = script(world.path("codex-bin"), "echo codex-cli 0.1.2");
    await world.configure({ codex: { bin, home: world.path("codex") } });
    expect((await world.complaints())[0]).toMatch(
      /^warn codex: .*codex-bin is 0\.1\.2; this service was made for \d.* → leave out codex\.bin in .*: then the bundled one is used$/,
    );
    await world.configure({ codex: { bin: world.path("none"), home: world.path("codex") } });
    expect((await world.complaints())[0]).toMatch(
      /^error codex: Codex cannot be run: .*none cannot be run → correct codex/,
    );
  });

  it("that is not signed in: gives the command", async () => {
    rmSync(world.path("codex"), { recursive: true });
    expect(await world.complaints()).toEqual([
      `warn codex.sign-in: Codex is not signed in: the demo model answers until it is → CODEX_HOME=${world.path("codex")} npx codex login`,
    ]);
    expect(existsSync(world.path("codex"))).toBe(false);
  });

  it("whose model is unknown: names the nearest", async () => {
    const codex = { home: world.path("codex"), model: "gpt-5.55" };
    await world.configure({ codex });
    expect(await world.complaints()).toEqual([
      expect.stringMatching(
        /^warn codex\.model: Codex does not know a model "gpt-5\.55"; your own provider may → write "gpt-5\.5" at codex\.model in /,
      ),
    ]);
  });

  const forbidden = ["unshare", "-U", "-r", "sh", "-c", 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', "-"];

  it.runIf(process.platform === "linux")("whose sandbox the system forbids: says which switch", async () => {
    const complaints = await world.complaints({}, forbidden);
    expect(complaints.filter((line) => line.includes("codex.sandbox"))).toEqual([
      expect.stringMatching(
        /^error codex\.sandbox: the sandbox cannot be used, .*namespace.* → sudo sysctl -w user\.max_user_namespaces=15000; .*danger-full-access at codex\.sandbox in /,
      ),
    ]);
    await world.configure({ codex: { home: world.path("codex"), sandbox: "danger-full-access" } });
    expect((await world.complaints({}, forbidden)).filter((line) => line.includes("codex.sandbox"))).toEqual([]);
  });
});

describe("projects", () => {
  it("that are missing, no folder, or not under git", async () => {
    writeFileSync(world.path("file"), "");
    mkdirSync(world.path("plain"));
    const path = (name: string): { readonly path: string } => ({ path: world.path(name) });
    await world.configure({ projects: { gone: path("gone"), file: path("file"), plain: path("plain") } });
    const file = world.path("hotline.yaml");
    expect(await world.complaints()).toEqual([
      `error projects.gone: ${world.path("gone")} is not there; nothing can run in it → mkdir -p ${world.path("gone")}, or correct projects.gone.path in ${file}`,
      `error projects.file: ${world.path("file")} is not a folder → name a folder you may write to at projects.file.path in ${file}`,
      `warn projects.plain: ${world.path("plain")} is not under git: what a turn changed cannot be shown or taken back → git -C ${world.path("plain")} init`,
    ]);
  });
});

describe("owners", () => {
  const owners = async (access: object): Promise<readonly string[]> => {
    await world.configure({ access }, world.telegramChannel);
    world.telegram.updates.raw({ message: {} });
    return world.complaints();
  };

  it("whose ids can be nobody's", async () => {
    const access = { owners: ["telegram:@ada", "telegram:1"], groups: { "telegram:team": { mode: "mention" } } };
    const complaints = await owners(access);
    expect(complaints.filter((line) => line.startsWith("error owners"))).toEqual([
      expect.stringMatching(
        /"telegram:@ada" can be nobody: .* → send \/id to the bot and write .* to access\.owners\.0 in /,
      ),
      expect.stringMatching(
        /"telegram:team" can be nobody: .* → send \/id in the group and write .* to access\.groups in /,
      ),
    ]);
  });

  it("of which there are none, as far as one can know while Redis does not run", async () => {
    expect(await owners({})).toEqual([
      expect.stringMatching(
        /^warn owners: no owner is configured; .* → npm start prints a link or code: .* access\.owners in /,
      ),
    ]);
  });

  it("on a channel that is not configured", async () => {
    expect(await owners({ owners: ["feishu:ou_1"] })).toEqual([
      expect.stringMatching(/^warn owners: feishu:ou_1: on a channel that is not configured/),
    ]);
  });
});

describe("the surroundings", () => {
  it("port taken by another program", async () => {
    const port = await blackHole();
    await world.configure({}, { web: { listen: `127.0.0.1:${port}` } });
    expect(await world.complaints()).toEqual([
      `error web: 127.0.0.1:${port} is taken by another program: the service cannot start → "lsof -i :${port}" shows who has it; end it, or choose another port at channels.web.listen in ${world.path("hotline.yaml")}`,
    ]);
  });

  it.each([
    [120_000, "behind"],
    [-120_000, "ahead of"],
  ])("clock of the platform %i ms from ours", async (ms, where) => {
    await world.configure({ access: { owners: ["telegram:1"] } }, world.telegramChannel);
    world.telegram.updates.raw({ message: {} });
    world.telegram.shiftClock(ms);
    expect(await world.complaints()).toEqual([
      expect.stringMatching(
        new RegExp(`^warn clock: this machine is 1[12]\\d s ${where} the platforms: .* → sudo timedatectl`),
      ),
    ]);
  });

  it("proxy that is not there", async () => {
    await world.configure({ proxy: "http://127.0.0.1:9" });
    expect(await world.complaints()).toEqual([
      `error proxy: 127.0.0.1:9 cannot be reached: connect ECONNREFUSED 127.0.0.1:9 → start it, or correct proxy in ${world.path("hotline.yaml")} (or HTTPS_PROXY)`,
    ]);
  });

  it("network, Redis, service and Codex that never answer: every check ends all the same", async () => {
    const url = `http://127.0.0.1:${await blackHole()}`;
    await blackHole(world.path("data", "control.sock"));
    const bin = script(world.path("codex-bin"), "exec sleep 600");
    const channels = {
      telegram: [{ token: world.telegram.token, apiRoot: url }],
      feishu: [{ appId: world.feishu.appId, appSecret: world.feishu.appSecret, domain: url }],
    };
    const redis = { url: `redis://127.0.0.1:${await blackHole()}` };
    await world.configure({ redis, codex: { bin, home: world.path("codex") } }, channels);
    const { code, lines } = await world.lines(["--fix"]);
    expect(code).toBe(1);
    expect(lines.filter((line) => line.state === "error").map((line) => line.check)).toEqual([
      "service",
      "redis",
      "codex",
      "codex.sandbox",
      "codex.sign-in",
      "telegram~main.token",
      "feishu~main.app",
    ]);
  });

  it("a proxy that takes connections and leads nowhere: every check ends all the same", async () => {
    const { appId, appSecret } = world.feishu;
    const channels = { telegram: [{ token: world.telegram.token }], feishu: [{ appId, appSecret }] };
    const access = { owners: ["telegram:1"] };
    await world.configure({ access, proxy: `http://127.0.0.1:${await blackHole()}` }, channels);
    const check = "check network, DNS and firewall; behind a proxy set HTTPS_PROXY or proxy in hotline.yaml";
    expect(await world.complaints()).toEqual([
      `error telegram~main.token: Telegram cannot be reached: no answer in time → ${check}`,
      `error feishu~main.app: Feishu cannot be reached: no answer in time → ${check}`,
      "warn clock: cannot be compared: no platform answers → see the lines of the channels",
    ]);
  });
});
