import type { LoadedConfig } from "../../config/load.ts";
import type { Logger } from "../lib/log.ts";
import { createLogFile } from "../telemetry/log-file.ts";
import { createLogger } from "../telemetry/logger.ts";
import { createRedactor, type Redactor } from "../telemetry/redact.ts";

/** The log of a running service. */
export interface ServiceLog {
  readonly logger: Logger;
  readonly redact: Redactor;
  close(): void;
}

/** Logs to standard error (standard output is for the operator's lines), and to a file per day if configured. */
export function openServiceLog(config: LoadedConfig): ServiceLog {
  const redact = createRedactor(config.secrets);
  const toStderr = (line: string): void => void process.stderr.write(line);
  const pretty = config.log.pretty === "auto" ? process.stderr.isTTY : config.log.pretty;
  const file =
    config.log.file === false
      ? undefined
      : createLogFile({
          path: config.log.file,
          days: config.retention.logDays,
          timeZone: config.timezone,
          now: Date.now,
          onError: (error) =>
            toStderr(
              redact(
                `${JSON.stringify({ level: 40, time: Date.now(), msg: "log file fails", reason: String(error) })}\n`,
              ),
            ),
        });
  const logger = createLogger({
    level: config.log.level,
    redact,
    sink: toStderr,
    ...(pretty ? { prettyIn: config.timezone } : {}),
    ...(file === undefined ? {} : { file: file.write }),
  });
  return { logger, redact, close: () => file?.close() };
}
