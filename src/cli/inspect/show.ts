import { dateTime, timeOfDay } from "../../lib/date-time.ts";
import { shortDuration } from "../../lib/duration.ts";
import type { InspectWords } from "../../model/catalog/inspect.ts";
import type { TraceLine } from "../../model/trace.ts";
import type { TurnLogEntry } from "../../model/turn-log.ts";
import { columns } from "../columns.ts";
import type { AuditEntry } from "./port.ts";

/** A table of turns, newest last. Pure. */
export function turnTable(turns: readonly TurnLogEntry[], words: InspectWords, timeZone: string): readonly string[] {
  const rows = [...turns]
    .sort((a, b) => a.times.ended - b.times.ended)
    .map((turn) => [
      dateTime(turn.times.ended, timeZone),
      turn.chat,
      turn.by?.name ?? "-",
      words.outcomes[turn.outcome] + (turn.code === undefined ? "" : ` (${turn.code})`),
      shortDuration(turn.times.ended - turn.times.taken),
      String(turn.commands.length + (turn.truncated?.commands ?? 0)),
      turn.diff === undefined ? "-" : `${turn.diff.files} +${turn.diff.added} −${turn.diff.removed}`,
      turn.usage === undefined ? "-" : String(turn.usage.total),
      turn.turnId ?? "-",
    ]);
  return columns([words.turnColumns, ...rows]);
}

/** A table of decisions, as they come. Pure. */
export function auditTable(lines: readonly AuditEntry[], words: InspectWords, timeZone: string): readonly string[] {
  return columns([
    words.auditColumns,
    ...lines.map(({ at, who, result, chat, what }) => [dateTime(at, timeZone), who, result, chat, what]),
  ]);
}

/** One line of a trace. Pure. */
export function traceText(line: TraceLine, words: InspectWords, timeZone: string): string {
  const facts = Object.entries(line.facts ?? {}).map(([name, value]) => `${name}=${value}`);
  return [
    timeOfDay(line.at, timeZone),
    line.dir === "in" ? "←" : "→",
    line.part,
    line.method,
    line.id === undefined ? undefined : `#${line.id}`,
    line.kind === "answer" ? words.answer : undefined,
    line.times === undefined ? undefined : `×${line.times}`,
    line.outcome,
    line.error === undefined ? undefined : `${words.error} ${line.error}`,
    line.ms === undefined ? undefined : `${line.ms} ms`,
    line.size === undefined ? undefined : words.chars(line.size),
    ...facts,
  ]
    .filter((part) => part !== undefined)
    .join(" ")
    .replaceAll(/\p{Cc}+/gu, " ");
}
