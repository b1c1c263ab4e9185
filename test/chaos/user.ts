import type { TapSeen } from "./evidence.ts";
import type { Line, Seen } from "./line.ts";
import type { Random } from "./random.ts";
import { answeredIn, askedIn, type Wish, written } from "./words.ts";

const lookMs = 200;
/** Then a person writes on, answered or not. */
const patienceMs = 40_000;
const notice =
  /^(?:Codex stopped during|The service restarted during|Stopped after|Stopped before|Codex could not take)|^ref \w+/m;

/** A person: writes numbered messages, now and then into a running turn, answers cards, sometimes stops. */
export class User {
  readonly line: Line;
  /** What they wrote, in order; `stopAfter`: a `/stop` followed. */
  readonly said: { readonly id: string; readonly at: number; stopAfter: boolean }[] = [];
  readonly taps: TapSeen[] = [];
  readonly #random: Random;
  readonly #pauseMs: readonly [number, number];
  readonly #pressed = new Set<number>();
  readonly #answering = new Set<Promise<void>>();
  #place = 0;

  /** `pauseMs`: between an answer and the next message. */
  constructor(line: Line, random: Random, pauseMs: readonly [number, number]) {
    this.line = line;
    this.#random = random;
    this.#pauseMs = pauseMs;
  }

  /** Writes until told to end, and then answers what is still asked. */
  async live(writing: () => boolean): Promise<void> {
    await rest(this.#random.between(0, this.#pauseMs[1]));
    while (writing()) {
      await this.#round();
      if (writing()) await rest(this.#random.between(...this.#pauseMs));
    }
  }

  /** The last words, once nothing goes wrong any more: true when they, and all cards, were answered before `deadline`. */
  async settle(deadline: number): Promise<boolean> {
    while (Date.now() < deadline) {
      const id = this.#write("quick");
      const ends = Math.min(deadline, Date.now() + patienceMs);
      await this.#watch([id], ends);
      await Promise.all(this.#answering);
      if (this.#answered(id)) return true;
    }
    return false;
  }

  /** Reacts to what came since: a message the platform delivered late is answered late. */
  look(): void {
    const seen = this.line.seen(this.#place);
    for (const message of seen) this.#react(message);
    this.#place += seen.length;
  }

  async #round(): Promise<void> {
    const random = this.#random;
    const ids = [this.#write(random.pick(["quick", "quick", "slow", "slow", "ask"] as const))];
    if (random.chance(0.35)) {
      await rest(random.between(0, 2_500));
      ids.push(this.#write(random.pick(["quick", "slow", "ask"] as const)));
      if (random.chance(0.3)) ids.push(this.#write("quick"));
    }
    if (random.chance(0.08)) {
      await rest(random.between(0, 3_000));
      // It also takes back what waits from earlier rounds.
      for (const said of this.said) said.stopAfter = true;
      this.line.say("/stop");
    }
    await this.#watch(ids, Date.now() + patienceMs);
  }

  #write(wish: Wish): string {
    const id = `${this.line.name}-${this.said.length + 1}`;
    const streamMs = wish === "slow" ? this.#random.between(3_000, 20_000) : 0;
    this.said.push({ id, at: Date.now(), stopAfter: false });
    this.line.say(written({ id, wish, streamMs }), id);
    return id;
  }

  /** Looks at the chat until all of them have ended. */
  async #watch(ids: readonly string[], until: number): Promise<void> {
    const from = this.#place;
    while (Date.now() < until) {
      const seen = this.line.seen(from);
      for (const message of seen) this.#react(message);
      this.#place = from + seen.length;
      if (ids.every((id) => ended(seen, id))) return;
      await rest(lookMs);
    }
  }

  #answered(id: string): boolean {
    return this.line.seen(0).some(({ text }) => answeredIn(text).includes(id));
  }

  /** Each card and each notice once. */
  #react(message: Seen): void {
    if (this.#pressed.has(message.place) || message.buttons.length === 0) return;
    const asked = askedIn(message.sent);
    const act =
      asked !== undefined && message.buttons.includes("Approve")
        ? () => this.#decide(message.place, asked)
        : notice.test(message.text)
          ? () => this.#goOn(message)
          : undefined;
    if (act === undefined) return;
    this.#pressed.add(message.place);
    const task = act().finally(() => this.#answering.delete(task));
    this.#answering.add(task);
  }

  /** Late, twice, after a stranger, now and then: until the card is answered. */
  async #decide(place: number, id: string): Promise<void> {
    const random = this.#random;
    await rest(random.chance(0.2) ? random.between(3_000, 9_000) : random.between(200, 1_500));
    const label = random.chance(0.75) ? "Approve" : "Decline";
    if (random.chance(0.15)) await this.#tap(place, id, label, "stranger");
    const twice = random.chance(0.2) ? this.#tap(place, id, label, "owner") : undefined;
    while (await this.#tap(place, id, label, "owner")) await rest(1_000);
    await twice;
  }

  /** True: nothing came, and the card still asks. */
  async #tap(place: number, id: string, label: TapSeen["label"], by: TapSeen["by"]): Promise<boolean> {
    if (!this.#shows(place, label)) return false;
    const toast = await this.line.press(place, label, by);
    this.taps.push({ id, by, label, ...(toast === undefined ? {} : { toast }) });
    return toast === undefined && this.#shows(place, label);
  }

  async #goOn(message: Seen): Promise<void> {
    const label = ["Continue", "Try now"].find((one) => message.buttons.includes(one));
    if (label === undefined || (label === "Continue" && this.#random.chance(0.5))) return;
    await rest(this.#random.between(300, 2_000));
    if (this.#shows(message.place, label)) await this.line.press(message.place, label, "owner");
  }

  #shows(place: number, label: string): boolean {
    return this.line.seen(place)[0]?.buttons.includes(label) === true;
  }
}

/** It was answered, or a notice told the end of a turn around it. */
function ended(seen: readonly Seen[], id: string): boolean {
  return seen.some(({ text }) => answeredIn(text).includes(id) || notice.test(text));
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
