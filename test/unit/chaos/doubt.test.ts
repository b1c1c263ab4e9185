import { expect, it } from "vitest";
import { doubtOf, type Send } from "../../chaos/doubt.ts";

const ok: Send["response"] = { status: 200, body: { ok: true } };
const send = (more: Partial<Send> = {}): Send => ({
  at: 1_000,
  answeredAt: 1_005,
  aborted: false,
  response: ok,
  ...more,
});
const kill = (at: number) => ({ at, until: at, what: "kill -9 of the service" });
const doubt = (
  one: Send,
  ended: Parameters<typeof doubtOf>[1] = [],
  outages: Parameters<typeof doubtOf>[2] = [],
): string | undefined => doubtOf(one, ended, outages, 0);

it("a send that was answered leaves no doubt", () => {
  expect(doubt(send())).toBeUndefined();
  expect(doubt(send(), [kill(399), kill(3_006)])).toBeUndefined();
});

it("no answer, a 5xx and a connection that was gone leave one", () => {
  expect(doubt(send({ response: undefined }))).toContain("gave no answer");
  expect(doubt(send({ response: { status: 502, body: { ok: false } } }))).toContain("answered 502");
  expect(doubt(send({ aborted: true }))).toContain("had gone");
});

it("a sender that died within 2 s of it, or just before it was read, may not have noted it", () => {
  expect(doubt(send(), [kill(3_005)])).toBe("kill -9 of the service 2000 ms after the answer");
  expect(doubt(send(), [kill(600)])).toBe("kill -9 of the service 405 ms before the answer");
});

it("one that stood still from before it noted nothing in time", () => {
  const frozen = { at: 100, until: 9_000, what: "SIGSTOP of the service" };
  expect(doubt(send(), [frozen])).toContain("SIGSTOP");
  expect(doubt(send(), [{ ...frozen, until: 300 }])).toBeUndefined();
});

it("without Redis nothing is noted until it is back", () => {
  const outage = { from: 500, to: 20_000 };
  expect(doubt(send(), [kill(21_000)], [outage])).toContain("without Redis");
  expect(doubt(send(), [], [outage])).toBeUndefined();
});
