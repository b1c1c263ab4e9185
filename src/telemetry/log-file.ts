import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync, writeSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";

/** Where and how long. */
export interface LogFileOptions {
  /** `/var/log/hotline.log` is written as `/var/log/hotline-2026-11-21.log`. */
  readonly path: string;
  /** Files older than this are removed at each change of day; 0 keeps all. */
  readonly days: number;
  /** Zone whose midnight changes the file. */
  readonly timeZone: string;
  /** ms since the epoch. */
  readonly now: () => number;
  /** Told once per outage; logging goes on without the file. */
  readonly onError: (error: unknown) => void;
}

const dayMs = 86_400_000;
/** After a failed write (disk full, folder gone) the file is tried again after this long. */
const retryMs = 60_000;

/** Appends lines to one file per day (0600). Synchronous, so that the last line before a crash is there. Never throws. */
export function createLogFile(options: LogFileOptions): { write(line: string): void; close(): void } {
  const dayOf = new Intl.DateTimeFormat("sv-SE", {
    timeZone: options.timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  let open: { readonly fd: number; readonly day: string } | undefined;
  let notBefore = 0;

  const close = (): void => {
    if (open !== undefined) closeSync(open.fd);
    open = undefined;
  };
  const fdOf = (day: string): number => {
    if (open?.day === day) return open.fd;
    close();
    mkdirSync(dirname(options.path), { recursive: true });
    open = { day, fd: openSync(pathOf(options.path, day), "a", 0o600) };
    if (options.days > 0) removeOld(options.path, options.now() - options.days * dayMs);
    return open.fd;
  };
  return {
    write(line) {
      if (options.now() < notBefore) return;
      try {
        writeSync(fdOf(dayOf.format(options.now())), line);
      } catch (error) {
        notBefore = options.now() + retryMs;
        options.onError(error);
      }
    },
    close,
  };
}

function pathOf(path: string, day: string): string {
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)}-${day}${extension}`);
}

function removeOld(path: string, before: number): void {
  const extension = extname(path);
  const stem = `${basename(path, extension)}-`;
  for (const name of readdirSync(dirname(path))) {
    const day =
      name.startsWith(stem) && name.endsWith(extension) ? name.slice(stem.length, name.length - extension.length) : "";
    const file = join(dirname(path), name);
    if (/^\d{4}-\d\d-\d\d$/.test(day) && statSync(file).mtimeMs < before) rmSync(file, { force: true });
  }
}
