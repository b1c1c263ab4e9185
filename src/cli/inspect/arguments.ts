import { startOfDay } from "../../lib/date-time.ts";
import type { InspectWords } from "../../model/catalog/inspect.ts";
import { chatMatcher } from "./chat-name.ts";

/** What was asked for. */
export type InspectCommand =
  | {
      readonly command: "turns";
      readonly configFile?: string;
      /** As written; see {@link chatMatcher}. */
      readonly chat?: string;
      /** `30d`, `12h`, `90m`, or a day: `2026-11-01`. */
      readonly since: string;
      readonly format: "table" | "json" | "jsonl";
      readonly out?: string;
    }
  | { readonly command: "audit"; readonly configFile?: string; readonly limit: number; readonly json: boolean }
  | {
      readonly command: "trace";
      readonly configFile?: string;
      readonly chat: string;
      /** 0: switch it off. */
      readonly minutes: number;
      readonly json: boolean;
    };

/** Options as they were written. */
export interface InspectValues {
  readonly config?: string | undefined;
  readonly json?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
  readonly since?: string | undefined;
  readonly out?: string | undefined;
  readonly limit?: string | undefined;
  readonly minutes?: string | undefined;
  readonly off?: boolean | undefined;
}

/** Their types, for `parseArgs`. */
export const inspectOptions = {
  jsonl: { type: "boolean" },
  since: { type: "string" },
  out: { type: "string" },
  limit: { type: "string" },
  minutes: { type: "string" },
  off: { type: "boolean" },
} as const;

/** Commands of this folder, and the options each takes. */
export const inspectCommands: Readonly<Record<InspectCommand["command"], readonly (keyof InspectValues)[]>> = {
  turns: ["config", "since", "json", "jsonl", "out"],
  audit: ["config", "limit", "json"],
  trace: ["config", "minutes", "off", "json"],
};

/** Lines of the audit at most, and without a word about it. */
const auditLimit = { most: 10_000, usual: 50 };
/** A day. */
const minutesLimit = { most: 1440, usual: 10 };

/** Reads the arguments of one of {@link inspectCommands}; a sentence where they are wrong. Pure. */
export function inspectCommand(
  name: InspectCommand["command"],
  values: InspectValues,
  chat: string | undefined,
  words: InspectWords,
): InspectCommand | string {
  const where = values.config === undefined ? {} : { configFile: values.config };
  if (chat !== undefined && chatMatcher(chat) === undefined) return words.noChatName(chat);
  switch (name) {
    case "turns": {
      const { since = "30d", out, json = false, jsonl = false } = values;
      if (json && jsonl) return words.jsonOrJsonl;
      if (!/^[1-9]\d{0,4}[mhd]$/.test(since) && startOfDay(since, "UTC") === undefined) return words.noDate(since);
      const format = json ? "json" : jsonl || out !== undefined ? "jsonl" : "table";
      return {
        command: name,
        ...where,
        ...(chat === undefined ? {} : { chat }),
        since,
        format,
        ...(out === undefined ? {} : { out }),
      };
    }
    case "audit": {
      const limit = bounded(values.limit, auditLimit);
      return limit === undefined
        ? words.noNumber("--limit", auditLimit.most)
        : { command: name, ...where, limit, json: values.json === true };
    }
    case "trace": {
      if (chat === undefined) return words.whichChat;
      if (values.off === true && values.minutes !== undefined) return words.minutesOrOff;
      const minutes = values.off === true ? 0 : bounded(values.minutes, minutesLimit);
      return minutes === undefined
        ? words.noNumber("--minutes", minutesLimit.most)
        : { command: name, ...where, chat, minutes, json: values.json === true };
    }
  }
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `since` as ms since the epoch; days begin in the time zone given. Pure. */
export function sinceMs(since: string, now: number, timeZone: string): number {
  const [, count, unit] = /^(\d+)([mhd])$/.exec(since) ?? [];
  if (unit === "m" || unit === "h" || unit === "d") return now - Number(count) * unitMs[unit];
  return startOfDay(since, timeZone) ?? now;
}

function bounded(
  text: string | undefined,
  limit: { readonly most: number; readonly usual: number },
): number | undefined {
  if (text === undefined) return limit.usual;
  const number = Number(text);
  return /^\d+$/.test(text) && number >= 1 && number <= limit.most ? number : undefined;
}
