import type { FailureReason, TurnFailure } from "../model/turn.ts";
import type { TurnErrorRead } from "./protocol/read.ts";

const byName: Readonly<Record<string, FailureReason>> = {
  usageLimitExceeded: "usageLimit",
  sessionBudgetExceeded: "usageLimit",
  rateLimitExceeded: "rateLimited",
  serverOverloaded: "overloaded",
  flexUnavailable: "overloaded",
  policyCapacityUnavailable: "overloaded",
  contextWindowExceeded: "contextFull",
  unauthorized: "unauthorized",
  badRequest: "badRequest",
  modelNotFound: "badRequest",
  internalServerError: "providerError",
  responseTooManyFailedAttempts: "providerError",
  httpConnectionFailed: "network",
  responseStreamConnectionFailed: "network",
  responseStreamDisconnected: "network",
};

const byStatus: Readonly<Record<number, FailureReason>> = {
  400: "badRequest",
  401: "unauthorized",
  403: "unauthorized",
  404: "badRequest",
  429: "rateLimited",
  503: "overloaded",
};

/** Translates app-server's error of a turn. `now` (ms) dates a reset time that is told without a day. */
export function toFailure(error: TurnErrorRead, now: number): TurnFailure {
  const { name, httpStatus } = readInfo(error.codexErrorInfo);
  const details = error.additionalDetails ?? "";
  const message = details === "" || details === error.message ? error.message : `${error.message}: ${details}`;
  const retryAt = resetTime(error.message, now);
  return {
    reason: reasonOf(name, httpStatus, error.message),
    message,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    ...(retryAt === undefined ? {} : { retryAt }),
  };
}

function readInfo(info: TurnErrorRead["codexErrorInfo"]): { name: string; httpStatus?: number } {
  if (info === null || info === undefined) return { name: "other" };
  if (typeof info === "string") return { name: info };
  const [entry] = Object.entries(info);
  if (entry === undefined) return { name: "other" };
  const [name, detail] = entry;
  const status =
    typeof detail === "object" && detail !== null && "httpStatusCode" in detail ? detail.httpStatusCode : undefined;
  return typeof status === "number" ? { name, httpStatus: status } : { name };
}

function reasonOf(name: string, httpStatus: number | undefined, message: string): FailureReason {
  if (httpStatus !== undefined) return byStatus[httpStatus] ?? (httpStatus >= 500 ? "providerError" : "other");
  const known = byName[name];
  if (known !== undefined) return known;
  // `other` covers a 400 (message = raw body) and streams that broke too often; only the words tell.
  if (/^stream disconnected|stream closed before|idle timeout/i.test(message)) return "network";
  if (/^\s*\{\s*"(error|detail)"/.test(message)) return "badRequest";
  if (/missing environment variable/i.test(message)) return "unauthorized";
  return "other";
}

const resetWords = /try again at (?:([A-Z][a-z]{2}) (\d{1,2})(?:st|nd|rd|th)?,? (\d{4}) )?(\d{1,2}):(\d{2}) ?(AM|PM)/i;
const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/**
 * The reset time in a usage-limit message ("try again at Nov 22nd, 2026 11:22 AM", or only "2:20 PM"), ms since the
 * epoch. App-server tells it in its local time zone, which is ours. Undefined when there is none.
 */
export function resetTime(message: string, now: number): number | undefined {
  const found = resetWords.exec(message);
  if (found === null) return undefined;
  const [, month, day, year, hour, minute, half] = found;
  const at = new Date(now);
  const hours = (Number(hour) % 12) + (half?.toUpperCase() === "PM" ? 12 : 0);
  if (month !== undefined) at.setFullYear(Number(year), months.indexOf(month.toLowerCase()), Number(day));
  at.setHours(hours, Number(minute), 0, 0);
  if (month === undefined && at.getTime() < now - 60_000) at.setDate(at.getDate() + 1);
  return at.getTime();
}
