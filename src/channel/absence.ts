import { clockTime } from "../lib/duration.ts";
import type { IngressWords } from "../model/catalog/ingress.ts";
import type { ChatKey, RequestNumber } from "../model/ids.ts";

/** A worker as the watch sees it. */
export interface WatchedWorker {
  readonly home: string;
  readonly pools: readonly string[];
  readonly host: string;
  readonly living: boolean;
  /** It stopped as asked, and counts as living until it had time to come back. */
  readonly leaving: boolean;
  /** Its last sign, ms since the epoch by Redis's clock. */
  readonly seenAt: number;
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

/** What is wrong for a chat. `outage` names it: each is told once. */
export interface Stranding {
  readonly outage: string;
  readonly host?: string;
  /** Last sign of the machine, or of the last one of its pool, ms since the epoch; absent: none was ever heard of. */
  readonly seenAt?: number;
  /** Another worker of its pool could go on, without the conversation. */
  readonly elsewhere: boolean;
  /** Its project is another machine's by now; its own may well answer. */
  readonly moved?: boolean;
}

/** What waits in a chat. */
export interface Backlog {
  /** Mail nobody dealt with. */
  readonly waiting: number;
  /** A turn is recorded. */
  readonly running: boolean;
}

/** Why nobody deals with a chat just now. */
export interface Absence extends Stranding {
  readonly project?: string;
  /** The machine stopped as asked and may be back at once; the watch does not tell of it (yet). */
  readonly leaving: boolean;
}

/** Asked by ingress about a chat. Undefined while somebody serves it, and when that is not known. */
export interface Absences {
  of(chat: ChatKey): Promise<Absence | undefined>;
  backlog(chat: ChatKey): Promise<Backlog>;
}

/** Why nobody serves a chat; undefined when somebody does, or is about to. Pure. */
export function strandingOf(
  { home }: StrandedChat,
  pool: string,
  workers: readonly WatchedWorker[],
): Stranding | undefined {
  const ofPool = workers.filter((worker) => worker.pools.includes(pool));
  const served = ofPool.some((worker) => worker.living);
  const last = latest(ofPool);
  // Named by the end of the one that lived longest, so that the next outage is another.
  const away = { outage: `pool-${pool}-${last?.until ?? 0}`, ...seen(last), elsewhere: false };
  if (home === undefined) return served ? undefined : away;
  const own = ofPool.filter((worker) => worker.home === home);
  const lastOwn = latest(own);
  if (lastOwn === undefined) {
    // Its project is worked on elsewhere by now, its conversation is where it was.
    if (served && workers.some((worker) => worker.home === home))
      return { outage: `moved-${home}-${pool}`, moved: true, elsewhere: true };
    // Nobody is known to have that home: the chat is free.
    return served ? undefined : away;
  }
  if (own.some((worker) => worker.living)) return undefined;
  return { outage: `${home}-${lastOwn.until}`, host: lastOwn.host, ...seen(lastOwn), elsewhere: served };
}

/** As {@link strandingOf}, for somebody who waits for an answer: a machine that is leaving gives none. Pure. */
export function absenceOf(chat: StrandedChat, pool: string, workers: readonly WatchedWorker[]): Absence | undefined {
  const project = chat.project === undefined ? {} : { project: chat.project };
  const stranding = strandingOf(chat, pool, workers);
  if (stranding !== undefined) return { ...stranding, ...project, leaving: false };
  const answering = workers.map((worker) => ({ ...worker, living: worker.living && !worker.leaving }));
  const soon = strandingOf(chat, pool, answering);
  return soon && { ...soon, ...project, leaving: true };
}

/** The answer to `/status` of a chat nobody serves, in lines. Pure. */
export function absenceLines(
  words: IngressWords,
  absence: Absence,
  backlog: Backlog & { readonly requests: readonly RequestNumber[] },
  timeZone: string | undefined,
): readonly string[] {
  const since = absence.seenAt === undefined ? undefined : clockTime(absence.seenAt, timeZone);
  const lines = [reasonOf(words, absence, since)];
  if (backlog.running) lines.push(words.turnUnknown);
  lines.push(words.waitsThere(backlog.waiting));
  if (backlog.requests.length > 0) lines.push(words.openThere(backlog.requests.map((n) => `#${n}`).join(" ")));
  return lines;
}

function reasonOf(words: IngressWords, { moved, host, project }: Absence, since: string | undefined): string {
  if (moved === true) return words.projectMoved(project);
  return host === undefined ? words.poolSince(project, since) : words.machineSince(host, since);
}

function latest(workers: readonly WatchedWorker[]): WatchedWorker | undefined {
  return workers.reduce<WatchedWorker | undefined>((a, b) => (a === undefined || b.until > a.until ? b : a), undefined);
}

function seen(worker: WatchedWorker | undefined): { readonly seenAt?: number } {
  return worker === undefined ? {} : { seenAt: worker.seenAt };
}
