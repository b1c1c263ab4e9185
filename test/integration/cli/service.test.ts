import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("fake-service.ts", import.meta.url));
const children: ChildProcess[] = [];
let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "hotline-cli-")));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  rmSync(root, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves once the output holds `text`. */
  readonly says: (text: string) => Promise<void>;
  readonly ends: Promise<number | string>;
}

function hotline(args: readonly string[], fake = "", env: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, ["--import", "tsx", program, ...args], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    env: { PATH: process.env.PATH, HOME: root, HOTLINE_DATA_DIR: join(root, "data"), FAKE: fake, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let text = "";
  const waiting: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const check of waiting) check();
    });
  }
  const ends = new Promise<number | string>((resolve) =>
    child.on("close", (code, signal) => resolve(code ?? signal ?? "")),
  );
  const says = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => void (text.includes(wanted) && resolve());
      waiting.push(check);
      check();
      void ends.then(() => reject(new Error(`ended without "${wanted}": ${text}`)));
    });
  return { child, output: () => text, says, ends };
}

async function finished(
  args: readonly string[],
  fake = "",
  env: Readonly<Record<string, string>> = {},
): Promise<readonly [number | string, string]> {
  const one = hotline(args, fake, env);
  const code = await one.ends;
  return [code, one.output()];
}

describe("a running service", () => {
  it("prints its banner, answers status, and stops telling which turns go on", async () => {
    const service = hotline(["start"]);
    await service.says("Ready.");
    expect(service.output()).toContain("serving default");
    expect(statSync(join(root, "data")).mode & 0o777).toBe(0o700);
    expect(statSync(join(root, "data/control.sock")).mode & 0o777).toBe(0o600);
    expect(existsSync(join(root, "data-workspace"))).toBe(true);
    const [code, text] = await finished(["status", "--json"]);
    expect([code, JSON.parse(text)]).toMatchObject([
      0,
      {
        running: true,
        pid: service.child.pid,
        turns: [{ project: "app" }, { project: "far" }],
        nodes: [{ host: "here" }, { host: "there" }],
        processes: [{ host: "there" }],
      },
    ]);
    const [, screen] = await finished(["status"]);
    expect(screen).toMatch(/^ {2}all +here +pid 1/m);
    expect(screen).toMatch(/^ {2}worker +there +pid 2/m);
    const [stopCode, stopText] = await finished(["stop"]);
    expect([stopCode, stopText]).toEqual([
      0,
      "Stopping. This turn goes on without the service:\n  web~main~1  app  npm test\nStopped.\n",
    ]);
    expect(await service.ends).toBe(0);
    expect(existsSync(join(root, "data/hotline.lock"))).toBe(false);
    expect(await finished(["status"])).toEqual([
      1,
      expect.stringMatching(/^codex-hotline is not running \(dataDir .+\)\./),
    ]);
  });

  it("refuses a second instance, naming the pid, and is taken over after kill -9", async () => {
    const first = hotline(["start"]);
    await first.says("Ready.");
    const [code, text] = await finished(["start"]);
    expect(code).toBe(1);
    expect(text).toContain(`already runs on this dataDir (pid ${first.child.pid},`);
    first.child.kill("SIGKILL");
    await first.ends;
    const second = hotline(["start"]);
    await second.says("Ready.");
    expect((await finished(["status"]))[0]).toBe(0);
  });

  it("keeps turns on SIGTERM, and ends at once on a second signal", async () => {
    const calm = hotline(["start"]);
    await calm.says("Ready.");
    calm.child.kill("SIGTERM");
    expect(await calm.ends).toBe(0);
    expect(calm.output()).toContain('"stops":["keep"]');
    const slow = hotline(["start"], "slow");
    await slow.says("Ready.");
    slow.child.kill("SIGTERM");
    await slow.says("fake stops");
    slow.child.kill("SIGINT");
    expect(await slow.ends).toBe(130);
  });

  it("escalates a drain by --now", async () => {
    const service = hotline(["start"]);
    await service.says("Ready.");
    const drain = hotline(["stop", "--drain"]);
    await drain.says("Stopping once this turn has ended:");
    await drain.says("waiting for 1 turn: web:1");
    expect((await finished(["status"]))[1]).toContain("stopping once 1 turn has ended");
    expect((await finished(["stop", "--now"]))[0]).toBe(0);
    expect(await drain.ends).toBe(0);
    expect(service.output()).toContain('"stops":["drain","now"]');
  });

  it("can be stopped while it starts", async () => {
    const service = hotline(["start"], "hang");
    await expect.poll(() => existsSync(join(root, "data/control.sock")), { timeout: 10_000 }).toBe(true);
    expect((await finished(["stop"]))[0]).toBe(0);
    expect(await service.ends).toBe(0);
  });
});

describe("a service that cannot run", () => {
  it("exits 78 with one line per fault", async () => {
    writeFileSync(join(root, "bad.yaml"), "langage: en\ncodex: { effort: max }\n");
    const [code, text] = await finished(["start", "--config", join(root, "bad.yaml")]);
    expect(code).toBe(78);
    expect(text.trim().split("\n")).toHaveLength(2);
    expect((await finished(["start"], "config"))[0]).toBe(78);
  });

  it("L10: exits 1 with the reason, without the secrets in it", async () => {
    writeFileSync(join(root, "c.yaml"), `codex: { env: { KEY: opensesame } }\n`);
    const token = `123456:${"A".repeat(35)}`;
    const [code, text] = await finished(["start", "--config", join(root, "c.yaml")], "start", {
      TELEGRAM_BOT_TOKEN: token,
    });
    expect(code).toBe(1);
    expect(text).toContain("no answer for [redacted] and [redacted]");
    expect(text).not.toMatch(/opensesame|AAAA/);
  });

  it.each(["throw", "reject"])("logs an error nobody caught (%s) and exits 1", async (fake) => {
    const [code, text] = await finished(["start"], fake);
    expect(code).toBe(1);
    expect(text).toContain("nobody");
  });

  it("exits 2 on wrong use, with the reason and the usage of what was meant in three lines", async () => {
    const help = '"hotline --help" tells all of it.\n';
    expect(await finished(["strat"])).toEqual([
      2,
      `hotline: there is no command "strat"\nUsage: hotline COMMAND\n${help}`,
    ]);
    expect(await finished(["status", "--fix"])).toEqual([
      2,
      `hotline: --fix does not belong to "status"\nUsage: hotline status [--config FILE] [--json]\n${help}`,
    ]);
  });

  it("tells the usage of one command, and with help all of it", async () => {
    const [code, text] = await finished(["stop", "--help"]);
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/^Usage:\n {2}hotline stop \[--config FILE\] .*\n +stop it: .*\n$/),
    ]);
    const all = await finished(["help"]);
    expect(all).toEqual(await finished(["--help"]));
    expect(all[1]).toContain("hotline restore FILE");
  });

  it("has nothing to stop when nothing runs", async () => {
    expect(await finished(["stop"])).toEqual([
      0,
      expect.stringMatching(/^codex-hotline is not running \(dataDir .+\)\./),
    ]);
  });
});
