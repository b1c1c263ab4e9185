import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadConfig } from "../../../config/load.ts";
import { type ControlServer, controlSocket, openControl } from "../../../src/cli/control-server.ts";
import type { Inspection } from "../../../src/cli/inspect/port.ts";
import { run } from "../../../src/cli/run.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { ChatKey } from "../../../src/model/ids.ts";
import type { TurnLogEntry } from "../../../src/model/turn-log.ts";
import { createRedactor } from "../../../src/telemetry/redact.ts";
import { until } from "../redis/samples.ts";

const secret = "very-secret-value";
const chat = "telegram~main~1001" as ChatKey;

let dir: string;
let socket: string;
let control: ControlServer | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "hotline-inspect-"));
  const channels = "channels: { telegram: [{ id: main, token: '123456:abc' }, { id: two, token: '123457:abc' }] }";
  writeFileSync(join(dir, "hotline.yaml"), `dataDir: ${join(dir, "data")}\ntimezone: UTC\n${channels}\n`);
  const config = loadConfig({ file: join(dir, "hotline.yaml") });
  mkdirSync(config.runtimeDir, { recursive: true });
  socket = controlSocket(config.runtimeDir);
});
afterEach(async () => {
  await control?.close();
  control = undefined;
  rmSync(dir, { recursive: true, force: true });
});

function record(at: number, command = "ls"): TurnLogEntry {
  return {
    version: 1,
    chat,
    slot: `t-${at}`,
    outcome: "completed",
    steers: [],
    plan: [],
    commands: [{ command, state: "done" }],
    approvals: [],
    times: { asked: at, taken: at, ended: at },
  };
}

/** A service that only answers these; everything else is as in one without a past. */
async function serving(parts: Partial<Inspection> | undefined): Promise<void> {
  const none: Inspection = {
    async *turns() {},
    async *audit() {},
    async *trace() {},
    traceOff: async () => false,
  };
  control = await openControl(
    socket,
    {
      status: () => Promise.reject(new Error("not asked")),
      stop: () => undefined,
      inspection: () => (parts === undefined ? undefined : { ...none, ...parts }),
    },
    { logger: silentLogger, redact: createRedactor([secret]) },
  );
}

/** What a command prints, while it runs and at its end. */
function hotline(line: string) {
  const out: string[] = [];
  const none = (): Promise<never> => Promise.reject(new Error("not made here"));
  const code = run([...line.split(" "), "--config", join(dir, "hotline.yaml")], {
    createApp: none,
    createPlatforms: none,
    createExaminers: none,
    out: (text) => void out.push(text),
    err: (text) => void out.push(text),
  });
  return { out, code };
}

it.each(["turns", "audit", "trace telegram~main~1", "trace telegram~main~1 --off"])(
  "hotline %s without a running service says so and fails",
  async (line) => {
    const { out, code } = hotline(line);
    expect(await code).toBe(1);
    expect(out).toEqual([expect.stringMatching(/^codex-hotline is not running/)]);
  },
);

it("a service that still starts says so", async () => {
  await serving(undefined);
  const { out, code } = hotline("turns");
  expect(await code).toBe(1);
  expect(out).toEqual(["The service is still starting."]);
});

it("the table has the newest turns, the exports all of them, without the service's secrets (L10)", async () => {
  const asked: unknown[] = [];
  await serving({
    async *turns(since, wanted) {
      asked.push(since, wanted?.(chat));
      for (let at = 1; at <= 120; at++) yield record(at * 1000, `curl ${secret}`);
    },
  });
  const table = hotline("turns telegram:1001 --since 2026-11-01");
  expect(await table.code).toBe(0);
  expect(table.out).toHaveLength(1 + 50 + 1);
  expect(table.out.at(-2)).toContain("1970-01-01 00:02:00");
  expect(table.out.at(-1)).toBe("70 earlier ones are not shown; --jsonl has all of them.");
  expect(asked).toEqual([Date.UTC(2026, 10, 1), true]);
  const lines = hotline("turns --jsonl");
  expect(await lines.code).toBe(0);
  expect(lines.out.map((text) => JSON.parse(text).times.ended)).toEqual(
    Array.from({ length: 120 }, (_, at) => (at + 1) * 1000),
  );
  const array = hotline("turns --json");
  await array.code;
  expect(JSON.parse(array.out.join("\n"))).toHaveLength(120);
  expect(JSON.stringify([lines.out, array.out])).not.toContain(secret);
});

it("no turns are an empty array, and a sentence", async () => {
  await serving({});
  const [array, table] = [hotline("turns --json"), hotline("turns")];
  await Promise.all([array.code, table.code]);
  expect(JSON.parse(array.out.join("\n"))).toEqual([]);
  expect(table.out).toEqual(["No turn ended in that time."]);
});

it("an export is a file for its owner alone; one that is cut off leaves none", async () => {
  const file = join(dir, "turns.jsonl");
  await serving({
    async *turns() {
      yield record(1);
      yield record(2);
    },
  });
  const done = hotline(`turns --out ${file}`);
  expect(await done.code).toBe(0);
  expect(done.out).toEqual([`2 records in ${file}`]);
  expect(readFileSync(file, "utf8").trim().split("\n")).toHaveLength(2);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await control?.close();
  await serving({
    async *turns() {
      yield record(1);
      throw new Error("Redis went away");
    },
  });
  const other = join(dir, "other.jsonl");
  expect(await hotline(`turns --out ${other}`).code).toBe(1);
  expect(existsSync(other) || existsSync(`${other}.part`)).toBe(false);
});

it("an export waits for its reader: no more is read of Redis than fits in between", async () => {
  let read = 0;
  await serving({
    async *turns() {
      for (; read < 5000; read++) yield record(read, "x".repeat(300));
    },
  });
  const { ask } = await import("../../../src/cli/inspect/ask.ts");
  const lines = await ask(socket, "/turns?since=0");
  let got = 0;
  for await (const _line of lines ?? []) {
    got += 1;
    if (got === 1) expect(read).toBeLessThan(5000);
  }
  expect(got).toBe(5000);
});

it("the audit is a table or lines of JSON, as many as asked for", async () => {
  await serving({
    async *audit(limit) {
      for (let at = 0; at < limit; at++) yield { at, who: "@ada", what: `#${at} ls`, chat, result: "accept" };
    },
  });
  const table = hotline("audit --limit 3");
  expect(await table.code).toBe(0);
  expect(table.out).toHaveLength(4);
  const lines = hotline("audit --json");
  await lines.code;
  expect(lines.out.map((text) => JSON.parse(text).what)).toEqual(Array.from({ length: 50 }, (_, at) => `#${at} ls`));
});

it("a trace prints lines as they come and ends with the service's stream", async () => {
  let next = (): void => undefined;
  const more = new Promise<void>((resolve) => {
    next = resolve;
  });
  await serving({
    async *trace(named, ms) {
      expect([named, ms]).toEqual([chat, 120_000]);
      yield { until: Date.UTC(2026, 0, 1, 14), chat, known: true };
      yield { line: { at: 7, part: "codex", dir: "out", kind: "request", method: "turn/start", id: 3 } };
      await more;
      yield { dropped: 4 };
    },
  });
  const { out, code } = hotline("trace telegram~main~1001 --minutes 2");
  await until(() => out.length === 2);
  expect(out).toEqual([
    "Tracing telegram~main~1001 until 14:00:00. End with Ctrl-C.",
    "00:00:00.007 → codex turn/start #3",
  ]);
  next();
  expect(await code).toBe(0);
  expect(out.slice(2)).toEqual(["… 4 dropped", "Tracing of telegram~main~1001 is off. 1 line, 4 were dropped."]);
});

it("a trace of a chat nothing ever came from, or that moved, says so in one line", async () => {
  await serving({
    async *trace(named) {
      yield { until: 0, chat: named === chat ? ("telegram~main~-5" as ChatKey) : named, known: false };
    },
  });
  const moved = hotline("trace telegram~main~1001");
  await moved.code;
  expect(moved.out[1]).toBe("telegram~main~1001 is kept as telegram~main~-5, where it moved from.");
  const unknown = hotline("trace telegram~two~7");
  await unknown.code;
  expect(unknown.out[1]).toContain("Nothing ever came from telegram~two~7");
});

it("a trace ends when the service does, and when its reader goes the service hears of it", async () => {
  let signal = new AbortController().signal;
  await serving({
    async *trace(_chat, _ms, given) {
      signal = given;
      yield { until: 0, chat, known: true };
      await new Promise((_, reject) => given.addEventListener("abort", () => reject(given.reason)));
    },
  });
  const { ask } = await import("../../../src/cli/inspect/ask.ts");
  const reader = new AbortController();
  for await (const _line of (await ask(socket, `/trace?chat=${chat}&ms=1`, { signal: reader.signal })) ?? []) break;
  await until(() => signal.aborted);
  const { out, code } = hotline("trace telegram~main~1001");
  await until(() => out.length === 1);
  await control?.close();
  expect(await code).toBe(1);
  expect(out.at(-1)).toBe("The service ended meanwhile; what you read is not everything.");
});

it("a chat that may be two is asked for, and a trace can be switched off", async () => {
  await serving({ traceOff: async (named) => named === chat });
  const unclear = hotline("trace telegram:1001");
  expect(await unclear.code).toBe(1);
  expect(unclear.out).toEqual(["telegram:1001 may be any of: telegram~main~1001, telegram~two~1001"]);
  const off = hotline("trace telegram~main~1001 --off");
  expect(await off.code).toBe(0);
  expect(off.out).toEqual(["Tracing of telegram~main~1001 is off."]);
  const other = hotline("trace telegram~two~1001 --off");
  expect(await other.code).toBe(0);
  expect(other.out).toEqual(["telegram~two~1001 was not traced."]);
});
