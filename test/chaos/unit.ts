import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { BuiltService } from "../e2e/service.ts";
import { signal } from "../fixtures/signal.ts";
import type { Interruption } from "./line.ts";
import type { Random } from "./random.ts";

/** What happened when, for the timeline. */
export type Note = (what: string) => void;

/** systemd would wait 90 s. */
const stopPatienceMs = 45_000;
const readyPatienceMs = 20_000;
const preload = new URL("preload.mjs", import.meta.url).href;

/**
 * One process of the service, kept running as systemd would: whenever it ends while it is wanted, it is started again
 * after a short seeded pause.
 */
export class Unit {
  readonly name: string;
  readonly service: BuiltService;
  /** Deaths and freezes, oldest first. */
  readonly interruptions: (Interruption & { until: number })[] = [];
  /** Ends nobody here caused: when and with which code. */
  readonly surprises: string[] = [];
  readonly #args: readonly string[];
  readonly #random: Random;
  readonly #note: Note;
  /** Where in its output the running one begins. */
  #from = 0;
  #wanted = false;
  #expected = false;
  #running: Promise<void> = Promise.resolve();

  /** `dir` holds its `hotline.yaml`. */
  constructor(name: string, dir: string, args: readonly string[], random: Random, note: Note) {
    this.name = name;
    this.service = new BuiltService(dir);
    this.#args = args;
    this.#random = random;
    this.#note = note;
  }

  start(): void {
    this.#wanted = true;
    this.#order({ shiftMs: 0, blockMs: 0 });
    this.#running = this.#keep();
  }

  kill(): Promise<void> {
    this.#strike(`kill -9 of the ${this.name}`);
    this.#expected = true;
    return this.service.kill();
  }

  /** SIGTERM, without waiting. */
  terminate(): void {
    this.#strike(`SIGTERM to the ${this.name}`);
    this.#expected = true;
    signal(this.service.pid, "SIGTERM");
  }

  /** SIGSTOP, or SIGCONT. */
  freeze(frozen: boolean): void {
    if (frozen) this.#strike(`SIGSTOP of the ${this.name}`, Number.POSITIVE_INFINITY);
    else for (const one of this.interruptions) one.until = Math.min(one.until, Date.now());
    signal(this.service.pid, frozen ? "SIGSTOP" : "SIGCONT");
  }

  /** Its event loop stands still; with a shift its clock runs ahead, until the next order. */
  disturb(orders: { readonly shiftMs: number; readonly blockMs: number }): void {
    if (orders.blockMs > 0) this.#strike(`blocked event loop of the ${this.name}`, orders.blockMs);
    this.#order(orders);
    if (this.ready) signal(this.service.pid, "SIGUSR2");
  }

  /** It has printed its banner: its handlers stand. */
  get ready(): boolean {
    return this.service.output.includes("Health: http", this.#from);
  }

  /** Waits for that while it is being started; false when it takes too long. */
  async getsReady(): Promise<boolean> {
    const ends = Date.now() + readyPatienceMs;
    while (!this.ready && Date.now() < ends) await new Promise((resolve) => setTimeout(resolve, 50));
    return this.ready;
  }

  /** A clean end for good: its exit code, `stuck` when it had to be killed. */
  async stop(): Promise<number | null | "stuck"> {
    this.#wanted = false;
    this.#expected = true;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<"stuck">((resolve) => {
      timer = setTimeout(resolve, stopPatienceMs, "stuck");
    });
    const code = await Promise.race([this.service.stop(), patience]);
    clearTimeout(timer);
    if (code === "stuck") await this.service.kill();
    await this.#running;
    return code;
  }

  async #keep(): Promise<void> {
    while (this.#wanted) {
      this.#from = this.service.output.length;
      const env = { NODE_OPTIONS: `--import ${preload}`, CHAOS_ORDERS: join(this.service.dir, "orders.json") };
      const code = await this.service.start(env, this.#args);
      if (!this.#wanted) return;
      if (!this.#expected) this.#surprise(code);
      this.#expected = false;
      await new Promise((resolve) => setTimeout(resolve, this.#random.between(200, 1_500)));
    }
  }

  #surprise(code: number | null): void {
    this.surprises.push(`the ${this.name} ended by itself with ${code}`);
    this.#note(`the ${this.name} ended by itself with ${code}`);
    this.#strike(`end of the ${this.name}`);
  }

  #strike(what: string, lastsMs = 0): void {
    this.interruptions.push({ at: Date.now(), until: Date.now() + lastsMs, what });
  }

  #order(orders: { readonly shiftMs: number; readonly blockMs: number }): void {
    writeFileSync(join(this.service.dir, "orders.json"), JSON.stringify(orders));
  }
}
