import { expect, test } from "vitest";
import { resetTime, toFailure } from "../../../src/codex/failure.ts";
import type { FailureReason } from "../../../src/model/turn.ts";

const now = new Date(2026, 10, 21, 5, 22).getTime();

test.for<readonly [unknown, string, FailureReason, number?]>([
  ["usageLimitExceeded", "limit", "usageLimit"],
  ["rateLimitExceeded", "slow down", "rateLimited"],
  [{ responseTooManyFailedAttempts: { httpStatusCode: 429 } }, "429", "rateLimited", 429],
  [{ responseTooManyFailedAttempts: { httpStatusCode: 502 } }, "502", "providerError", 502],
  ["serverOverloaded", "busy", "overloaded"],
  ["contextWindowExceeded", "full", "contextFull"],
  ["unauthorized", "sign in", "unauthorized"],
  [{ httpConnectionFailed: { httpStatusCode: 401 } }, "401", "unauthorized", 401],
  [{ httpConnectionFailed: { httpStatusCode: null } }, "refused", "network"],
  [{ responseStreamDisconnected: { httpStatusCode: null } }, "cut", "network"],
  ["internalServerError", "500", "providerError"],
  ["badRequest", "bad", "badRequest"],
  ["other", '{"error":{"message":"no such model"}}', "badRequest"],
  ["other", "stream disconnected before completion: stream closed before response.completed", "network"],
  ["other", "Missing environment variable: `KEY`.", "unauthorized"],
  ["somethingNew", "?", "other"],
  [{ somethingNew: 1 }, "?", "other"],
  [null, "?", "other"],
])("%j (%s) is %s", ([codexErrorInfo, message, reason, httpStatus]) => {
  const info = codexErrorInfo as string | Record<string, unknown> | null;
  expect(toFailure({ message, codexErrorInfo: info }, now)).toEqual({
    reason,
    message,
    ...(httpStatus === undefined ? {} : { httpStatus }),
  });
});

test.for([
  ["… or try again at Nov 22nd, 2026 11:22 AM.", new Date(2026, 10, 22, 11, 22).getTime()],
  ["try again at Jan 1st, 2027 12:05 AM.", new Date(2027, 0, 1, 0, 5).getTime()],
  ["try again at 2:20 PM.", new Date(2026, 10, 21, 14, 20).getTime()],
  ["try again at 1:00 AM.", new Date(2026, 10, 22, 1, 0).getTime()],
  ["try again later.", undefined],
] as const)("the reset time of %s", ([message, at]) => {
  expect(resetTime(message, now)).toBe(at);
});

test("further details are kept with the message, once", () => {
  expect(toFailure({ message: "a", additionalDetails: "b" }, now).message).toBe("a: b");
  expect(toFailure({ message: "a", additionalDetails: "a" }, now).message).toBe("a");
});
