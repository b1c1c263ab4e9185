import { type Logger as Pino, pino } from "pino";
import type { LogFields, Logger } from "../lib/log.ts";
import { describeFields } from "./describe-error.ts";
import { prettyLine } from "./pretty.ts";
import type { Redactor } from "./redact.ts";

/** A place lines go to; each ends in a line break and is redacted already. */
export type LogSink = (line: string) => void;

/** How the log looks. */
export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error";
  /** For people (terminal) instead of JSON, in this time zone. Absent: JSON. */
  readonly prettyIn?: string;
  readonly redact: Redactor;
  /** Usually standard error. */
  readonly sink: LogSink;
  /** Gets JSON, whatever `prettyIn` says. */
  readonly file?: LogSink;
}

/** The service's logger, the only user of pino. Every line passes the redactor as text, so no nesting hides a secret (L10). */
export function createLogger(options: LoggerOptions): Logger {
  const write = (json: string): void => {
    const line = options.redact(json);
    options.file?.(line);
    options.sink(options.prettyIn === undefined ? line : prettyLine(line, options.prettyIn));
  };
  return wrap(pino({ level: options.level, base: null }, { write }));
}

function wrap(target: Pino): Logger {
  return {
    debug: (fields, event) => log(target, "debug", fields, event),
    info: (fields, event) => log(target, "info", fields, event),
    warn: (fields, event) => log(target, "warn", fields, event),
    error: (fields, event) => log(target, "error", fields, event),
    child: (fields) => wrap(target.child(plain(fields))),
  };
}

function log(target: Pino, level: "debug" | "info" | "warn" | "error", fields: LogFields, event: string): void {
  if (target.isLevelEnabled(level)) target[level](plain(fields), event);
}

function plain(fields: LogFields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, describeFields(value)]));
}
