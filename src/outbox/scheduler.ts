import type { ChatKey } from "../model/ids.ts";
import type { Budgets, Charge, Cost, LaneKind } from "./budget.ts";
import { createHeap, type Heap } from "./heap.ts";

/** Why a live frame is wanted. `first`: it shows the turn's first text. `refresh`: nothing is new, but time went on. */
export type LiveUrgency = "first" | "changed" | "refresh";

/** What to do next: a call of this chat now (budgets are spent already), or nothing before `waitUntil` (Infinity: nothing wanted). */
export type Pick = Picked | { readonly waitUntil: number };

/** A call of this chat, to be made now. */
export interface Picked {
  readonly chat: ChatKey;
  readonly lane: LaneKind;
  readonly charge: Charge;
}

/** `sent`: a call was made. `unchanged`: the frame on screen is still right, look again later. `skipped`: as if never picked. */
export type PickResult = "sent" | "unchanged" | "skipped";

/** Repetition of a frame in which nothing changed, ms, in private chats and groups. */
export interface RefreshTimes {
  readonly refreshMs: number;
  readonly refreshGroupMs: number;
}

/**
 * Fair choice among the chats of one account: durable calls (oldest first), then the first text of a turn, then the
 * stalest live frame. One call at a time per chat; a chat's durable work comes before its live frame. Pure over the
 * `now` it is given (ms), so that a simulation runs the very same code. O(log n) per step.
 *
 * With n chats streaming, stalest-first spaces the frames of each by n / accountPerSecond of itself.
 */
export interface Scheduler {
  /** The chat's next durable call. `since`: age that decides among chats (ms). `notBefore`: backoff. */
  wantDurable(
    chat: ChatKey,
    want: { readonly since: number; readonly cost: Cost; readonly notBefore?: number },
    now: number,
  ): void;
  /** A frame is wanted; the most urgent wish stands until a frame was picked. `cost` as the last frame had it. */
  wantLive(chat: ChatKey, urgency: LiveUrgency, cost: Cost, now: number): void;
  /** The chat has no running view any more. */
  endLive(chat: ChatKey): void;
  pick(now: number): Pick;
  /** The picked call is over; anything but `sent` gives its budget back. */
  finish(pick: Picked, result: PickResult, now: number): void;
  /** One more call within a pick (a fallback). */
  charge(charge: Charge, now: number): void;
  /** Budgets of the chat changed by a 429: its place is computed anew. */
  replan(chat: ChatKey, now: number): void;
  /** Takes a token for something unimportant, only if nothing waits for it. */
  spare(chat: ChatKey, now: number): boolean;
  /** Drops everything about the chat, unless a call of it is out. */
  forget(chat: ChatKey): void;
  /** Chats with something wanted or out. */
  readonly size: number;
}

interface Entry {
  readonly chat: ChatKey;
  readonly group: boolean;
  /** Raised with every change; older heap places are void. */
  version: number;
  out: boolean;
  /** A view runs; its last frame's time must not be forgotten. */
  watched: boolean;
  lastLiveAt: number;
  durable: { readonly since: number; readonly cost: Cost; readonly notBefore?: number } | undefined;
  live: { readonly urgency: LiveUrgency; readonly cost: Cost; readonly wantedAt: number } | undefined;
}

interface Place {
  readonly entry: Entry;
  readonly version: number;
}

const urgencies: readonly LiveUrgency[] = ["refresh", "changed", "first"];

/** A scheduler without wishes. `isGroup` as the channel says. */
export function createScheduler(budgets: Budgets, isGroup: (chat: ChatKey) => boolean, times: RefreshTimes): Scheduler {
  return new FairScheduler(budgets, isGroup, times);
}

class FairScheduler implements Scheduler {
  readonly #budgets: Budgets;
  readonly #isGroup: (chat: ChatKey) => boolean;
  readonly #times: RefreshTimes;
  readonly #entries = new Map<ChatKey, Entry>();
  /** By the time they become possible. */
  readonly #due = createHeap<Place>();
  /** Possible now: durable by age, first texts by age, frames by the age of what is shown. */
  readonly #ready: readonly Heap<Place>[] = [createHeap<Place>(), createHeap<Place>(), createHeap<Place>()];

  constructor(budgets: Budgets, isGroup: (chat: ChatKey) => boolean, times: RefreshTimes) {
    this.#budgets = budgets;
    this.#isGroup = isGroup;
    this.#times = times;
  }

  get size(): number {
    return this.#entries.size;
  }

  wantDurable(
    chat: ChatKey,
    want: { readonly since: number; readonly cost: Cost; readonly notBefore?: number },
    now: number,
  ): void {
    const entry = this.#entry(chat);
    entry.durable = want;
    this.#place(entry, now);
  }

  wantLive(chat: ChatKey, urgency: LiveUrgency, cost: Cost, now: number): void {
    const entry = this.#entry(chat);
    const old = entry.live;
    const raised = old === undefined || urgencies.indexOf(urgency) > urgencies.indexOf(old.urgency);
    entry.watched = true;
    if (!raised && old.cost === cost) return;
    entry.live = { urgency: raised ? urgency : old.urgency, cost, wantedAt: now };
    this.#place(entry, now);
  }

  endLive(chat: ChatKey): void {
    const entry = this.#entries.get(chat);
    if (entry === undefined) return;
    entry.watched = false;
    entry.live = undefined;
    if (entry.durable === undefined) entry.version++;
    this.#tidy(entry);
  }

  pick(now: number): Pick {
    this.#ripen(now);
    const found = this.#best();
    if (found === undefined) return { waitUntil: this.#nextDue() };
    const { entry } = found;
    const charge = this.#chargeOf(entry);
    const readyAt = this.#budgets.accountReadyAt(charge.lane, now);
    if (readyAt > now) return { waitUntil: Math.min(readyAt, this.#nextDue()) };
    this.#budgets.spend(charge, now);
    entry.out = true;
    entry.version++;
    if (charge.lane === "durable") entry.durable = undefined;
    else entry.live = undefined;
    return { chat: entry.chat, lane: charge.lane, charge };
  }

  finish(pick: Picked, result: PickResult, now: number): void {
    const entry = this.#entry(pick.chat);
    if (result !== "sent") this.#budgets.refund(pick.charge);
    if (pick.lane === "live" && result !== "skipped") entry.lastLiveAt = now;
    entry.out = false;
    this.#place(entry, now);
    this.#tidy(entry);
  }

  charge(charge: Charge, now: number): void {
    this.#budgets.spend(charge, now);
  }

  replan(chat: ChatKey, now: number): void {
    const entry = this.#entries.get(chat);
    if (entry !== undefined) this.#place(entry, now);
  }

  spare(chat: ChatKey, now: number): boolean {
    this.#ripen(now);
    if (this.#best() !== undefined || this.#budgets.accountReadyAt("live", now) > now) return false;
    const charge: Charge = { chat, group: false, cost: "none", lane: "live" };
    if (this.#budgets.chatReadyAt(charge, now) > now) return false;
    this.#budgets.spend(charge, now);
    return true;
  }

  forget(chat: ChatKey): void {
    const entry = this.#entries.get(chat);
    if (entry === undefined) return;
    entry.durable = undefined;
    entry.live = undefined;
    entry.watched = false;
    entry.version++;
    this.#tidy(entry);
  }

  #entry(chat: ChatKey): Entry {
    let entry = this.#entries.get(chat);
    if (entry === undefined) {
      const group = this.#isGroup(chat);
      entry = {
        chat,
        group,
        version: 0,
        out: false,
        watched: false,
        lastLiveAt: Number.NEGATIVE_INFINITY,
        durable: undefined,
        live: undefined,
      };
      this.#entries.set(chat, entry);
    }
    return entry;
  }

  #tidy(entry: Entry): void {
    if (!entry.out && !entry.watched && entry.durable === undefined && entry.live === undefined)
      this.#entries.delete(entry.chat);
  }

  /** Puts the entry where it belongs now; its earlier places become void. */
  #place(entry: Entry, now: number): void {
    entry.version++;
    if (entry.out || (entry.durable === undefined && entry.live === undefined)) return;
    const place: Place = { entry, version: entry.version };
    const at = this.#readyAt(entry, now);
    if (at > now) this.#due.push(at, place);
    else this.#ready[classOf(entry)]?.push(rankOf(entry), place);
  }

  #readyAt(entry: Entry, now: number): number {
    const byBudget = this.#budgets.chatReadyAt(this.#chargeOf(entry), now);
    if (entry.durable !== undefined) return Math.max(byBudget, entry.durable.notBefore ?? 0);
    switch (entry.live?.urgency) {
      case "changed":
        return Math.max(byBudget, entry.lastLiveAt + this.#budgets.spacingMs(entry.chat, entry.group, now));
      case "refresh":
        return Math.max(
          byBudget,
          entry.lastLiveAt + (entry.group ? this.#times.refreshGroupMs : this.#times.refreshMs),
        );
      default:
        return byBudget;
    }
  }

  #chargeOf(entry: Entry): Charge {
    const { chat, group } = entry;
    if (entry.durable !== undefined) return { chat, group, cost: entry.durable.cost, lane: "durable" };
    return { chat, group, cost: entry.live?.cost ?? "none", lane: "live" };
  }

  #ripen(now: number): void {
    for (let top = this.#due.peek(); top !== undefined && top.rank <= now; top = this.#due.peek()) {
      this.#due.pop();
      if (valid(top.value)) this.#place(top.value.entry, now);
    }
  }

  #best(): Place | undefined {
    for (const heap of this.#ready) {
      const top = firstValid(heap);
      if (top !== undefined) return top.value;
    }
    return undefined;
  }

  #nextDue(): number {
    return firstValid(this.#due)?.rank ?? Number.POSITIVE_INFINITY;
  }
}

function firstValid(heap: Heap<Place>): { readonly rank: number; readonly value: Place } | undefined {
  let top = heap.peek();
  while (top !== undefined && !valid(top.value)) {
    heap.pop();
    top = heap.peek();
  }
  return top;
}

/** Void places stay in their heap until they surface; an entry that left the map was raised in version first. */
function valid(place: Place): boolean {
  return place.version === place.entry.version;
}

function classOf(entry: Entry): number {
  if (entry.durable !== undefined) return 0;
  return entry.live?.urgency === "first" ? 1 : 2;
}

function rankOf(entry: Entry): number {
  if (entry.durable !== undefined) return entry.durable.since;
  return entry.live?.urgency === "first" ? entry.live.wantedAt : entry.lastLiveAt;
}
