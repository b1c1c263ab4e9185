import { expect, it } from "vitest";
import { metricTable } from "../../src/telemetry/metric-table.ts";
import { gate, text } from "../emulators/model/steps.ts";
import { type Family, readPrometheusText } from "../fixtures/prometheus-text.ts";
import { ServiceWorld } from "./harness.ts";

/** A service of a test's own once it is ready; ended, whatever happens. */
async function ready(use: (world: ServiceWorld) => Promise<void>): Promise<void> {
  const world = await ServiceWorld.create();
  try {
    await world.start();
    await until(world, async () => (await world.http("/readyz")).status === 200, "ready");
    await use(world);
    expect(world.output).not.toContain(world.telegram.token);
  } finally {
    await world.dispose();
  }
}

/** Asks until it holds. */
async function until(
  world: ServiceWorld,
  condition: () => Promise<boolean>,
  what: string,
  timeoutMs = 30_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`never: ${what}\n${world.output.slice(-4000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function families(world: ServiceWorld): Promise<ReadonlyMap<string, Family>> {
  const { status, text: body } = await world.http("/metrics");
  expect(status).toBe(200);
  return readPrometheusText(body);
}

/** One series, `{outcome="done"}` or the empty text; undefined when it is not told. */
async function metric(world: ServiceWorld, name: keyof typeof metricTable, series = ""): Promise<number | undefined> {
  return (await families(world)).get(name)?.samples.get(series);
}

interface Part {
  readonly name: string;
  readonly state?: string;
  readonly reason?: string;
}

async function part(world: ServiceWorld, name: string): Promise<Part> {
  const { parts } = JSON.parse((await world.http("/readyz")).text) as { parts: Part[] };
  return parts.find((one) => one.name === name) ?? { name };
}

/** Log lines about a change of a part. */
const changes = (world: ServiceWorld, name: string): readonly string[] =>
  world.output.split("\n").flatMap((line) => {
    if (!line.includes('"part changes"') || !line.includes(`"part":"${name}"`)) return [];
    return [String((JSON.parse(line) as { state: string }).state)];
  });

it("/metrics tells every metric in strict Prometheus text, grows with a turn, and status --json tells the same", () =>
  ready(async (world) => {
    const before = await families(world);
    expect([...before.keys()]).toEqual(Object.keys(metricTable));
    expect(before.get("hotline_turns_total")?.samples.get('{outcome="completed"}')).toBe(0);
    const end = gate();
    world.model.on("work", [text(["Begun", end, ", done."])]);
    world.say("work");
    await until(world, async () => (await metric(world, "hotline_turns", '{state="working"}')) === 1, "the turn works");
    await until(world, async () => (await metric(world, "hotline_codex_processes")) === 1, "Codex runs");
    expect(await metric(world, "hotline_slots", '{state="working"}')).toBe(1);
    expect(await metric(world, "hotline_activations", '{state="active"}')).toBe(1);
    end.open();
    await world.message("Begun, done.");
    await until(
      world,
      async () => (await metric(world, "hotline_turns_total", '{outcome="completed"}')) === 1,
      "the turn is counted",
    );
    const after = await families(world);
    const read = (name: keyof typeof metricTable, series = "") => after.get(name)?.samples.get(series);
    expect(read("hotline_turn_duration_seconds", "_count")).toBe(1);
    expect(read("hotline_messages_total", '{channel="telegram",result="taken"}')).toBe(1);
    expect(read("hotline_calls_total", '{account="telegram~main",lane="durable",outcome="done"}')).toBeGreaterThan(0);
    expect(read("hotline_part_ready", '{part="telegram~main sender"}')).toBe(1);
    expect(read("hotline_process_resident_memory_bytes")).toBeGreaterThan(1e6);
    expect(read("hotline_redis_latency_seconds")).toBeLessThan(5);
    expect(
      JSON.stringify([...after.keys(), ...[...after.values()].flatMap((one) => [...one.samples.keys()])]),
    ).not.toMatch(/1001|Ada|app/);
    const run = world.hotline("status", "--json");
    expect(await run.ends).toBe(0);
    expect(JSON.parse(run.output())).toMatchObject({ metrics: { 'hotline_turns_total{outcome="completed"}': 1 } });
  }));

it("is not ready before every part is there", () =>
  ready(async (world) => {
    await world.stop();
    world.output = "";
    const started = world.start();
    await world.waitFor(() => world.output.includes("http listens"), "HTTP");
    let seen = await world.http("/readyz");
    for (; seen.status !== 200; seen = await world.http("/readyz"))
      await new Promise((resolve) => setTimeout(resolve, 5));
    const { parts } = JSON.parse(seen.text) as { parts: Part[] };
    expect(parts.map((one) => one.name).sort()).toEqual(
      ["event loop", "redis", "telegram~main", "telegram~main sender", "web~main", "web~main sender", "worker"].sort(),
    );
    await started;
  }));

it("a Redis that stands still makes its part slow in /readyz, /metrics and one line of the log, and is well afterwards", () =>
  ready(async (world) => {
    const redis = Number(/"pid":(\d+),"msg":"embedded redis runs"/.exec(world.output)?.[1]);
    process.kill(redis, "SIGSTOP");
    await until(world, async () => (await part(world, "redis")).state === "degraded", "slow");
    expect((await part(world, "redis")).reason).toMatch(/^Redis is slow: \d+ ms for a PING$/);
    expect((await world.http("/readyz")).status).toBe(503);
    expect(await metric(world, "hotline_part_ready", '{part="redis"}')).toBe(0);
    expect(await metric(world, "hotline_redis_latency_seconds")).toBeGreaterThan(0.5);
    // It cannot be asked for the queue; everything else is told.
    expect(await metric(world, "hotline_activations", '{state="active"}')).toBeUndefined();
    process.kill(redis, "SIGCONT");
    await until(world, async () => (await world.http("/readyz")).status === 200, "ready again");
    await until(world, async () => changes(world, "redis").length === 2, "both changes are told");
    expect(changes(world, "redis")).toEqual(["degraded", "ready"]);
    expect(await metric(world, "hotline_part_ready", '{part="redis"}')).toBe(1);
  }));

it.concurrent("a service that is frozen for 8 s tells after the fact that its event loop stood still", () =>
  ready(async (world) => {
    expect(await metric(world, "hotline_event_loop_blocks_total")).toBe(0);
    process.kill(world.pid, "SIGSTOP");
    const frozenAt = Date.now();
    await world.waitFor(() => Date.now() - frozenAt >= 8000, "8 s");
    process.kill(world.pid, "SIGCONT");
    await until(world, async () => (await part(world, "event loop")).state === "degraded", "the block is told");
    expect((await part(world, "event loop")).reason).toMatch(/^the event loop stood still for (7|8|9|1\d)(\.\d)? s$/);
    expect(await metric(world, "hotline_event_loop_blocks_total")).toBe(1);
    expect(await metric(world, "hotline_event_loop_lag_seconds", '{stat="max"}')).toBeGreaterThan(6);
    expect(await metric(world, "hotline_part_ready", '{part="event loop"}')).toBe(0);
    await world.waitFor(() => changes(world, "event loop").length === 1, "one line");
    await until(world, async () => (await part(world, "event loop")).state === "ready", "30 s without", 60_000);
    await world.waitFor(() => changes(world, "event loop").length === 2, "the second line");
  }));

it.concurrent("a Telegram that does not answer any more makes the account degraded, in one line, until it answers", () =>
  ready(async (world) => {
    world.telegram.faults.arm({ kind: "hang", ms: 120_000 }, { method: "getUpdates" });
    const trouble = world.telegram.faults.arm({ kind: "badGateway" }, { method: "getUpdates", times: Infinity });
    // The poll that is out is answered by this message; the next one never is, and those after it badly.
    world.say("/id");
    await until(
      world,
      async () => (await part(world, "telegram~main")).state === "degraded",
      "the silence is told",
      75_000,
    );
    expect((await part(world, "telegram~main")).reason).toMatch(/cannot be reached|nothing was heard|502/);
    expect(await metric(world, "hotline_part_ready", '{part="telegram~main"}')).toBe(0);
    expect(await metric(world, "hotline_receiver_silence_seconds", '{account="telegram~main"}')).toBeGreaterThan(30);
    await world.waitFor(() => changes(world, "telegram~main").length > 0, "the line");
    trouble.disarm();
    await until(world, async () => (await part(world, "telegram~main")).state === "ready", "it answers", 75_000);
    await world.waitFor(() => changes(world, "telegram~main").length === 2, "the second line");
    expect(changes(world, "telegram~main")).toEqual(["degraded", "ready"]);
  }));
