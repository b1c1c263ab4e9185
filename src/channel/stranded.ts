import { type Clock, elapsedMs, momentOf } from "../lib/clock.ts";
import { clockTime } from "../lib/duration.ts";
import type { Logger } from "../lib/log.ts";
import { type IngressWords, ingressWords } from "../model/catalog/ingress.ts";
import type { ChatKey } from "../model/ids.ts";
import { createMint } from "../model/mint.ts";
import type { Language } from "../model/view.ts";
import {
  type Absences,
  absenceOf,
  type Backlog,
  type StrandedChat,
  type Stranding,
  strandingOf,
  type WatchedWorker,
} from "./absence.ts";
import { noteBody } from "./notice.ts";
import type { Once } from "./once.ts";
import type { IngressStore } from "./port.ts";

export interface StrandedDeps {
  readonly workers: () => Promise<readonly WatchedWorker[]>;
  readonly chats: () => Promise<readonly StrandedChat[]>;
  /** A chat's place among the workers. */
  readonly route: (chat: ChatKey) => Promise<Omit<StrandedChat, "chat">>;
  readonly backlog: (chat: ChatKey) => Promise<Backlog>;
  readonly poolOf: (project: string | undefined) => Promise<string>;
  readonly store: Pick<IngressStore, "say" | "language">;
  readonly once: Once;
  readonly language: Language;
  /** IANA zone of times of day; the machine's when absent. */
  readonly timeZone?: string | undefined;
  readonly nonce: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The watch over machines, and what ingress asks it. */
export interface StrandedWatch extends Absences {
  /**
   * Tells chats whose machine does not answer, once per outage, whichever gateway sees it first; their mail waits. The
   * note is changed when the machine is back. Until aborted; never rejects. A gateway that dies between marking and
   * saying it leaves that chat untold; an outage that ends while no gateway runs leaves the note as it is.
   */
  run(signal: AbortSignal): Promise<void>;
}

/** Looks as often, ms; with the 5 s a worker counts as living after its last sign, a chat is told within 8 s. */
const lookMs = 2000;
/** After a start, or a time without looks, workers get this long to be heard of, ms. */
const graceMs = 10_000;

/** A chat that was told, by this gateway or another. */
interface Told {
  readonly chat: StrandedChat;
  readonly stranding: Stranding;
}

/** The name under which an outage is told once in a chat; also the slot of its note. */
export function awayNote(outage: string): string {
  return `away-${outage}`;
}

/** See {@link StrandedWatch}. */
export function createStrandedWatch(deps: StrandedDeps): StrandedWatch {
  const { clock, log } = deps;
  let [distrustedAt, lookedAt] = [momentOf(clock), momentOf(clock)];
  let seenBefore: readonly WatchedWorker[] = [];
  let seen: readonly WatchedWorker[] = [];
  let told: ReadonlyMap<string, Told> = new Map();

  const isTrusted = (): boolean =>
    elapsedMs(clock, distrustedAt) >= graceMs && elapsedMs(clock, lookedAt) <= 2 * lookMs;

  return {
    backlog: deps.backlog,
    async of(chat) {
      if (!isTrusted()) return undefined;
      const route = await deps.route(chat);
      const pool = await deps.poolOf(route.project);
      // Redis may have stood still while it was asked.
      if (!isTrusted()) return undefined;
      const before = absenceOf({ chat, ...route }, pool, seenBefore);
      const now = absenceOf({ chat, ...route }, pool, seen);
      if (now === undefined) return undefined;
      // Silent in one look, a worker may just be late; that it leaves it told itself, and what the chat was told stands.
      const sure = before !== undefined || now.leaving || told.has(`${chat} ${now.outage}`);
      return sure ? now : undefined;
    },
    async run(signal) {
      [distrustedAt, lookedAt] = [momentOf(clock), momentOf(clock)];
      while (!signal.aborted) {
        await clock.sleep(lookMs, signal).catch(() => undefined);
        if (signal.aborted) return;
        try {
          const found = await deps.workers();
          // Frozen, or without Redis, be it while it was asked: nobody else could be heard of either.
          if (elapsedMs(clock, lookedAt) > 2 * lookMs) distrustedAt = momentOf(clock);
          [seenBefore, seen] = [seen, found];
          if (elapsedMs(clock, distrustedAt) >= graceMs) told = await look(deps, seen, told);
          lookedAt = momentOf(clock);
        } catch (error) {
          log.warn({ error }, "chats without a machine are not looked for");
        }
      }
    },
  };
}

/** `told`: what this gateway told, or found told, in the looks before. */
async function look(
  deps: StrandedDeps,
  workers: readonly WatchedWorker[],
  told: ReadonlyMap<string, Told>,
): Promise<ReadonlyMap<string, Told>> {
  const now = new Map<string, Told>();
  for (const chat of await deps.chats()) {
    const stranding = strandingOf(chat, await deps.poolOf(chat.project), workers);
    if (stranding === undefined) continue;
    const name = `${chat.chat} ${stranding.outage}`;
    if (!told.has(name)) await tellAway(deps, chat, stranding);
    now.set(name, { chat, stranding });
  }
  const away = new Set([...now.values()].map((one) => one.chat.chat));
  for (const [name, one] of told) if (!now.has(name) && !away.has(one.chat.chat)) await tellBack(deps, one, workers);
  return now;
}

async function tellAway(deps: StrandedDeps, { chat, project }: StrandedChat, stranding: Stranding): Promise<void> {
  const slot = awayNote(stranding.outage);
  await deps.once.run(chat, slot, async () => {
    const words = await wordsOf(deps, chat);
    const { host, elsewhere, moved = false } = stranding;
    const mint = createMint(chat, deps.nonce);
    const away = host === undefined ? words.poolAway(project) : words.machineAway(host);
    const text = moved ? words.projectMoved(project) : away;
    const label = moved ? words.startThere : words.goOnElsewhere;
    const buttons = elsewhere ? { buttons: [mint.button(label, { act: "rehome" })] } : {};
    await deps.store.say(chat, noteBody({ text, slot, ...buttons }), mint.records);
    deps.log.warn({ chat, host, project, moved }, "chat waits for a machine");
  });
}

/** The chat is served again: by its own machine, or by another that took it over. */
async function tellBack(
  deps: StrandedDeps,
  { chat: { chat, home, project }, stranding }: Told,
  workers: readonly WatchedWorker[],
): Promise<void> {
  const pool = await deps.poolOf(project);
  const served = workers.some((one) => one.living && one.pools.includes(pool));
  const back = workers.some(
    (one) => one.living && one.pools.includes(pool) && (home === undefined || one.home === home),
  );
  if (!back && !served) return;
  await deps.once.run(chat, `back-${stranding.outage}`, async () => {
    const words = await wordsOf(deps, chat);
    const { host, seenAt, moved = false } = stranding;
    const since = seenAt === undefined ? undefined : clockTime(seenAt, deps.timeZone);
    const now = clockTime(deps.clock.now(), deps.timeZone);
    const again = host === undefined ? words.poolBack(project, since, now) : words.machineBack(host, since, now);
    const text = !back ? words.movesOn : moved ? words.projectBack(project) : again;
    const content = { pieces: [{ as: "text" as const, text }] };
    await deps.store.say(chat, { op: "edit", slot: awayNote(stranding.outage), content, orSend: true });
    deps.log.info({ chat, host, project }, "chat is served again");
  });
}

async function wordsOf(deps: StrandedDeps, chat: ChatKey): Promise<IngressWords> {
  return ingressWords[(await deps.store.language(chat)) ?? deps.language];
}
