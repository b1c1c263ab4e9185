import { afterEach, expect, it } from "vitest";
import { gate, shell, text } from "../emulators/model/steps.ts";
import { readPrometheusText } from "../fixtures/prometheus-text.ts";
import { Fleet } from "./fleet-world.ts";

let fleet: Fleet;

afterEach(async () => {
  expect(fleet.telegram.violations).toEqual([]);
  await fleet.dispose();
});

const lastFrame = () => fleet.telegram.drafts(fleet.chat).at(-1)?.frames.at(-1)?.text;
const finals = (part: string): number => fleet.sent().filter((m) => m.text.includes(part)).length;

/** One gateway, one worker. */
async function pair() {
  const gateway = await fleet.machine("gateway", { role: "gateway" });
  const worker = await fleet.machine("worker", { role: "worker" });
  await Promise.all([gateway.start(), worker.start()]);
  return { gateway, worker };
}

/** The second stands by; the chat has had an answer. */
async function twoGateways() {
  const one = await fleet.machine("one", { role: "gateway" });
  const two = await fleet.machine("two", { role: "gateway" });
  const worker = await fleet.machine("worker", { role: "worker" });
  await one.start();
  await Promise.all([two.start(), worker.start()]);
  fleet.say("hello");
  await fleet.message("echo: hello");
  return { one, two };
}

/** A turn runs until its gate is opened. */
async function working() {
  const open = gate();
  const before = fleet.model.requests.length;
  fleet.model.on("work", [text(["First half", open, ", second half."])]);
  fleet.say("work");
  await fleet.waitFor(() => fleet.model.requests.length > before, "the turn");
  return open;
}

it("a chat works on the machine that has its project, and moves with /project", async () => {
  fleet = await Fleet.create();
  const gateway = await fleet.machine("gateway", { role: "gateway", projects: {} });
  const first = await fleet.machine("first", { role: "worker", projects: { app: "default" } });
  const second = await fleet.machine("second", { role: "worker", pool: "far", projects: { lib: "far" } });
  await Promise.all([gateway.start(), first.start(), second.start()]);
  // The gateway has no project, and names none.
  fleet.say("/start");
  await fleet.message("This bot works with Codex. Write");
  fleet.model.on("where", [shell("pwd"), text("Done here.")]);
  fleet.say("where");
  await fleet.message("Done here.");
  expect(await first.service.codexPids()).toHaveLength(1);
  expect(await second.service.codexPids()).toEqual([]);

  fleet.say("/project");
  const asked = await fleet.message("This chat works in app.");
  fleet.telegram.phone.tap(asked, "lib", fleet.owner);
  await fleet.message("This chat works in lib from now on.");
  fleet.model.on("there", [shell("pwd"), text("Done there.")]);
  fleet.say("there");
  await fleet.message("Done there.");
  expect(await second.service.codexPids()).toHaveLength(1);
  const outputs = fleet.model.requests.flatMap(
    (r) => JSON.stringify(r.body).match(/\/projects\/(app|lib)(?=\\n|\\)/g) ?? [],
  );
  expect(new Set(outputs)).toEqual(new Set(["/projects/app", "/projects/lib"]));

  // Each tells what it has.
  const [sends, works] = await Promise.all(
    [gateway, first].map(async (one) => readPrometheusText((await one.http("/metrics")).text)),
  );
  const completed = (of: typeof works) => of?.get("hotline_turns_total")?.samples.get('{outcome="completed"}');
  const calls = (of: typeof works) => of?.get("hotline_calls_total")?.samples.size;
  expect([completed(sends), completed(works)]).toEqual([0, 1]);
  expect([calls(works), sends?.get("hotline_slots")?.samples.size]).toEqual([0, 0]);
  expect(calls(sends)).toBeGreaterThan(0);
  expect([...(works?.get("hotline_part_ready")?.samples ?? [])].filter(([part]) => part.includes("telegram"))).toEqual(
    [],
  );
});

it("L1: a machine that dies is told in its chats within 10 s, and their messages wait for it", async () => {
  fleet = await Fleet.create();
  const { gateway, worker } = await pair();
  fleet.say("hello");
  await fleet.message("echo: hello");
  await fleet.trusted();
  const open = await working();
  await worker.die();
  const died = Date.now();
  await fleet.message("does not answer", 12_000);
  expect(Date.now() - died).toBeLessThan(10_000);
  fleet.say("while away");
  // A person who asks gets an answer; the frame no longer counts the time of a turn nobody sees.
  fleet.say("/status");
  const status = await fleet.message("has not answered since", 10_000);
  expect(status.text).toContain("A turn was running there.");
  fleet.say("/project");
  await fleet.message("/project is kept.", 10_000);
  await fleet.waitFor(() => lastFrame()?.includes("No sign of the machine"), "the frame stands still");
  expect((await gateway.http("/readyz")).status).toBe(503);
  open.open();
  await worker.start();
  await fleet.message("echo: while away");
  await fleet.message("restarted during this turn");
  expect(finals("echo: while away")).toBe(1);
  await fleet.message("It is back, and takes what waited.");
  expect(finals("does not answer")).toBe(0);
  await gateway.reports(`"ready":true`);
});

it("L8: workers are restarted one after the other, and no turn is lost or told about", async () => {
  fleet = await Fleet.create();
  const { worker } = await pair();
  const open = await working();
  expect(await worker.service.stop()).toBe(0);
  fleet.say("more");
  await worker.start();
  open.open();
  await fleet.message("second half.");
  await fleet.message("echo: more");
  expect(finals("second half.")).toBe(1);
  expect(finals("does not answer")).toBe(0);
});

it("a worker that waits for its turns leaves new chats to another of its pool", async () => {
  fleet = await Fleet.create();
  const gateway = await fleet.machine("gateway", { role: "gateway" });
  const one = await fleet.machine("one", { role: "worker" });
  const two = await fleet.machine("two", { role: "worker" });
  await Promise.all([gateway.start(), one.start()]);
  const open = await working();
  await two.start();
  const drain = one.drain();
  await fleet.message("restarts once this turn has ended");
  const grace = fleet.telegram.user(1002, { username: "grace", first_name: "Grace", language_code: "en" });
  const other = fleet.telegram.privateChat(grace);
  for (const words of ["hello", "and again"]) {
    fleet.telegram.phone.say(other, grace, words);
    await fleet.message(`echo: ${words}`, 20_000, other);
  }
  expect(await two.service.codexPids()).toHaveLength(1);
  expect(await one.service.codexPids()).toHaveLength(1);
  // What the other machine does is told, and not waited for.
  const screen = await one.status();
  expect(screen).toMatch(/ · worker · .* · stopping once 1 turn has ended$/m);
  expect(screen).toMatch(/^ {2}gateway +\S+ +pid \d+ /m);
  expect(screen.match(/^ {2}worker +\S+ +pid \d+ +default +app/gm)).toHaveLength(2);
  expect((await one.http("/readyz")).text).toContain("stopping once 1 turn has ended");
  open.open();
  await fleet.message("second half.");
  expect(await drain.ends).toBe(0);
});

it("a stop comes to its end though Redis went away for good", async () => {
  fleet = await Fleet.create();
  const machine = await fleet.machine("machine", { role: "all" });
  await machine.start();
  fleet.say("hello");
  await fleet.message("echo: hello");
  await fleet.redis.cut();
  expect(await machine.service.stop()).toBe(0);
});

it("L1: a second gateway takes over from one that was killed, within 10 s and without a storm of conflicts", async () => {
  fleet = await Fleet.create();
  const { one, two } = await twoGateways();
  expect((await two.http("/readyz")).text).toContain("stands by");
  await one.service.kill();
  const died = Date.now();
  for (const n of [1, 2, 3]) fleet.say(`message ${n}`);
  await fleet.message("message 3", 15_000);
  expect(Date.now() - died).toBeLessThan(10_000);
  expect(fleet.model.userTexts().filter((t) => t.startsWith("message"))).toEqual([
    "message 1",
    "message 2",
    "message 3",
  ]);
  expect(one.service.output + two.service.output).not.toContain("Another program polls");
});

it("L3: a gateway that was frozen and comes back neither receives nor sends twice", async () => {
  fleet = await Fleet.create();
  const { one } = await twoGateways();
  one.freeze();
  fleet.say("while frozen");
  await fleet.message("echo: while frozen", 15_000);
  one.thaw();
  fleet.say("after the thaw");
  await fleet.message("echo: after the thaw");
  await one.reports("stands by: another gateway receives");
  expect(finals("echo: while frozen")).toBe(1);
  expect(finals("echo: after the thaw")).toBe(1);
  expect(fleet.model.userTexts()).toEqual(["hello", "while frozen", "after the thaw"]);
});

it("L3: a frozen worker's chat goes on in the same Codex on the next, and the thawed one changes nothing", async () => {
  fleet = await Fleet.create();
  const codex = { approvalPolicy: "untrusted" };
  const gateway = await fleet.machine("gateway", { role: "gateway" });
  const one = await fleet.machine("one", { role: "worker", codex });
  await Promise.all([gateway.start(), one.start()]);
  fleet.model.on("push", [shell("printf pushed"), text("Pushed.")]);
  fleet.say("push");
  const card = await fleet.message("printf pushed");
  const before = await one.service.codexPids();
  expect(before).toHaveLength(1);
  const two = await fleet.machine("two", { role: "worker", homeOf: one, codex });
  await two.start();
  one.freeze();
  fleet.telegram.phone.tap(card, "Approve", fleet.owner);
  await fleet.message("Pushed.", 20_000);
  one.thaw();
  fleet.say("still there?");
  await fleet.message("echo: still there?");
  expect(finals("Pushed.")).toBe(1);
  expect(await one.service.codexPids()).toEqual(before);
  expect(await two.service.codexPids()).toEqual([]);
  expect(fleet.model.userTexts()).toEqual(["push", "still there?"]);
});
