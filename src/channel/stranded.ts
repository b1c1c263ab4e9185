import { type Clock, elapsedMs, momentOf } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { ingressWords } from "../model/catalog/ingress.ts";
import type { ChatKey } from "../model/ids.ts";
import { createMint } from "../model/mint.ts";
import type { Language } from "../model/view.ts";
import { noteBody } from "./notice.ts";
import type { Once } from "./once.ts";
import type { IngressStore } from "./port.ts";

/** A worker as the watch sees it. */
export interface WatchedWorker {
  readonly home: string;
  readonly pools: readonly string[];
  readonly host: string;
  readonly living: boolean;
  /** Names its outage. */
  readonly until: number;
}

/** A chat that needs an owner and has none. */
export interface StrandedChat {
  readonly chat: ChatKey;
  /** Codex home of its conversation. */
  readonly home?: string;
  readonly project?: string;
}

export interface StrandedDeps {
  readonly workers: () => Promise<readonly WatchedWorker[]>;
  readonly chats: () => Promise<readonly StrandedChat[]>;
  readonly poolOf: (project: string | undefined) => Promise<string>;
  readonly store: Pick<IngressStore, "say" | "language">;
  readonly once: Once;
  readonly language: Language;
  readonly nonce: () => string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is wrong for a chat. `outage` names it: each is told once. */
export interface Stranding {
  readonly outage: string;
  readonly host?: string;
  /** Another worker of its pool could go on, without the conversation. */
  readonly elsewhere: boolean;
}

/** Looks as often, ms; with the 5 s a worker counts as living after its last sign, a chat is told within 8 s. */
const lookMs = 2000;
/** After a start, or a time without looks, workers get this long to be heard of, ms. */
const graceMs = 10_000;

/** Why nobody serves a chat; undefined when somebody does, or is about to. Pure. */
export function strandingOf(
  { home }: StrandedChat,
  pool: string,
  workers: readonly WatchedWorker[],
): Stranding | undefined {
  const ofPool = workers.filter((worker) => worker.pools.includes(pool));
  const served = ofPool.some((worker) => worker.living);
  // Named by the end of the one that lived longest, so that the next outage is another.
  const away = { outage: `pool-${pool}-${Math.max(0, ...ofPool.map((worker) => worker.until))}`, elsewhere: false };
  if (home === undefined) return served ? undefined : away;
  const own = workers.filter((worker) => worker.home === home);
  const last = own.reduce<WatchedWorker | undefined>(
    (a, b) => (a === undefined || b.until > a.until ? b : a),
    undefined,
  );
  // Nobody is known to have that home: the chat is free.
  if (last === undefined) return served ? undefined : away;
  if (own.some((worker) => worker.living)) return undefined;
  return { outage: `${home}-${last.until}`, host: last.host, elsewhere: served };
}

/**
 * Tells chats whose machine does not answer, once per outage, whichever gateway sees it first; their mail waits. Until
 * aborted; never rejects. A gateway that dies between marking and saying it leaves that chat untold.
 */
export async function watchStranded(deps: StrandedDeps, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps;
  let [distrustedAt, lookedAt] = [momentOf(clock), momentOf(clock)];
  let told: ReadonlySet<string> = new Set();
  while (!signal.aborted) {
    await clock.sleep(lookMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    // Frozen, or without Redis: nobody else could be heard of either.
    if (elapsedMs(clock, lookedAt) > 2 * lookMs) distrustedAt = momentOf(clock);
    try {
      const workers = await deps.workers();
      if (elapsedMs(clock, distrustedAt) >= graceMs) told = await look(deps, workers, told);
      lookedAt = momentOf(clock);
    } catch (error) {
      log.warn({ error }, "chats without a machine are not looked for");
    }
  }
}

/** `told`: what this gateway told, or found told, in the looks before. */
async function look(
  deps: StrandedDeps,
  workers: readonly WatchedWorker[],
  told: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const now = new Set<string>();
  for (const chat of await deps.chats()) {
    const stranding = strandingOf(chat, await deps.poolOf(chat.project), workers);
    if (stranding === undefined) continue;
    const name = `${chat.chat} ${stranding.outage}`;
    if (!told.has(name)) await tellOnce(deps, chat, stranding);
    now.add(name);
  }
  return now;
}

async function tellOnce(deps: StrandedDeps, { chat, project }: StrandedChat, stranding: Stranding): Promise<void> {
  await deps.once.run(chat, `away-${stranding.outage}`, async () => {
    const words = ingressWords[(await deps.store.language(chat)) ?? deps.language];
    const { host, elsewhere } = stranding;
    const mint = createMint(chat, deps.nonce);
    const text = host === undefined ? words.poolAway(project) : words.machineAway(host);
    const buttons = elsewhere ? { buttons: [mint.button(words.goOnElsewhere, { act: "rehome" })] } : {};
    await deps.store.say(chat, noteBody({ text, ...buttons }), mint.records);
    deps.log.warn({ chat, host, project }, "chat waits for a machine that does not answer");
  });
}
