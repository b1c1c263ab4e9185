import { afterAll, beforeAll, expect, test } from "vitest";
import type { TurnFailure } from "../../../src/model/turn.ts";
import * as model from "../../emulators/model/steps.ts";
import { type Lab, openLab } from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ home: { retries: 1, idleTimeoutMs: 500 } });
});
afterAll(() => lab.close());

const resetsAt = Math.floor(Date.now() / 60_000) * 60 + 30 * 3600;
const always = (step: model.Step): model.Step[] => [step, step, step, step];

const table: readonly (readonly [name: string, steps: readonly model.Step[], failure: Partial<TurnFailure>])[] = [
  ["429", [model.rateLimited()], { reason: "rateLimited", httpStatus: 429 }],
  ["usage limit", [model.usageLimit(resetsAt)], { reason: "usageLimit", retryAt: resetsAt * 1000 }],
  ["quota", [model.failed("insufficient_quota")], { reason: "usageLimit" }],
  ["500 always", [model.status(500)], { reason: "providerError" }],
  ["503", [model.overloaded()], { reason: "overloaded" }],
  ["400", [model.status(400)], { reason: "badRequest" }],
  ["401", [model.status(401)], { reason: "unauthorized", httpStatus: 401 }],
  ["404", [model.status(404)], { reason: "badRequest", httpStatus: 404 }],
  ["context full", [model.failed("context_length_exceeded")], { reason: "contextFull" }],
  ["malformed stream", always(model.malformed), { reason: "network" }],
  ["silence", always(model.silence), { reason: "network" }],
];

test.for(table)("a turn fails with a reason: %s", async ([name, steps, failure]) => {
  const { session, events } = await lab.open();
  lab.model.on(name, steps);
  await lab.say(session, name);
  const { ended } = await events.turn();
  expect(ended.outcome).toBe("failed");
  expect(ended.failure).toMatchObject(failure);
  await lab.say(session, "and then");
  expect((await events.turn(2)).ended.outcome).toBe("completed");
  await session.end();
});

test("one 500 is retried in silence; a 429 with a time is waited for", async () => {
  const { session, events } = await lab.open();
  lab.model.on("hiccup", [model.status(500, { times: 1 }), model.rateLimited(1), model.text("fine")]);
  await lab.say(session, "hiccup");
  expect((await events.turn()).ended.outcome).toBe("completed");
  expect(events.texts).toEqual(["fine"]);
  await session.end();
});

test("a cut stream is streamed again under a new item; the first never completes", async () => {
  const { session, events } = await lab.open();
  lab.model.on("cut", [model.text(["a ", "b ", "c"], { cutAfter: 2 }), model.text(["a ", "b ", "c"])]);
  await lab.say(session, "cut");
  expect((await events.turn()).ended.outcome).toBe("completed");
  const [first, second] = events.of("messageStarted");
  expect(second?.itemId).not.toBe(first?.itemId);
  expect(events.of("messageCompleted").map((e) => [e.itemId, e.text])).toEqual([[second?.itemId, "a b c"]]);
  const order = events.all.map((e) => e.kind);
  expect(order.indexOf("retrying")).toBeLessThan(order.lastIndexOf("messageStarted"));
  await session.end();
});

test("a message cut off before the response completed is told twice", async () => {
  const { session, events } = await lab.open();
  lab.model.on("late cut", [model.text("same"), model.cut, model.text("same")]);
  await lab.say(session, "late cut");
  await events.turn();
  expect(events.texts).toEqual(["same", "same"]);
  expect(events.of("retrying")).toHaveLength(1);
  await session.end();
});

test("a refused connection fails the turn instead of retrying for ever", async () => {
  const { session, events } = await lab.open();
  lab.model.on("gone", [model.refuse(Number.POSITIVE_INFINITY)]);
  const back = new URL(lab.model.baseUrl).port;
  await lab.say(session, "gone");
  const { ended } = await events.turn();
  expect(ended).toMatchObject({ outcome: "failed", failure: { reason: "network" } });
  await lab.model.start(Number(back));
  await lab.say(session, "back");
  expect((await events.turn(2)).ended.outcome).toBe("completed");
  await session.end();
});
