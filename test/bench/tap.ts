import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What the service does on its connections to Codex. */
type Moment = "turn/start" | "item/agentMessage/delta" | "turn/completed";

/** Added to a monotonic time in ns, as ms, it gives a time of this process's `performance.now()`. */
const offsetMs = performance.now() - Number(process.hrtime.bigint()) / 1e6;

/** Reads what `tap.mjs`, loaded into the service, notes. */
export class ServiceTap {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, "tap.txt");
  }

  /** Environment that puts the tap into a service. */
  get env(): Readonly<Record<string, string>> {
    return {
      NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, "tap.mjs")).href}`,
      BENCH_TAP: this.#file,
    };
  }

  /** The first such moment after `since`, on the scale of `performance.now()`. */
  after(what: Moment, since: number): number {
    const times = readFileSync(this.#file, "utf8")
      .split("\n")
      .filter((line) => line.startsWith(`${what} `))
      .map((line) => Number(line.slice(what.length + 1)) / 1e6 + offsetMs);
    const found = times.find((time) => time > since);
    if (found === undefined) throw new Error(`the service noted no ${what}`);
    return found;
  }
}
