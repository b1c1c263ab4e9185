/** Facts of a log line, as fields; never message text, never secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured logger, passed by argument. Events are lower case, present tense. */
export interface Logger {
  debug(fields: LogFields, event: string): void;
  info(fields: LogFields, event: string): void;
  warn(fields: LogFields, event: string): void;
  error(fields: LogFields, event: string): void;
  /** A logger whose lines carry `fields` as well. */
  child(fields: LogFields): Logger;
}

/** Drops every line. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
