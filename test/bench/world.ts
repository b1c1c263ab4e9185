import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ServiceWorld, type WorldOptions } from "../e2e/harness.ts";
import type { Chat, ChatMessage } from "../emulators/telegram/chats.ts";
import type { Exchange } from "../emulators/telegram/transcript.ts";
import type { WireUser } from "../emulators/telegram/wire.ts";
import { makeCheckout } from "./bare.ts";
import { ServiceTap } from "./tap.ts";

/** One of many private chats. */
export interface Person {
  readonly user: WireUser;
  readonly chat: Chat;
}

/** What a bench measures in: a world, its chats, and the tap on its service. */
export interface Place {
  readonly world: ServiceWorld;
  readonly people: readonly Person[];
  readonly tap: ServiceTap;
}

const firstId = 2001;

/** A world with `people` owners and logs as in production; ended, whatever happens. The service is not started yet. */
export async function inWorld<T>(
  options: { readonly people?: number; readonly tapped?: boolean; readonly codex?: WorldOptions["codex"] },
  use: (place: Place) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "hotline-bench-"));
  const tap = new ServiceTap(folder);
  const ids = Array.from({ length: options.people ?? 1 }, (_, at) => firstId + at);
  const world = await ServiceWorld.create({
    config: {
      log: { level: "info", pretty: false },
      access: { owners: ids.map((id) => `telegram:${id}`) },
    },
    ...(options.codex === undefined ? {} : { codex: options.codex }),
    ...(options.tapped === true ? { env: tap.env } : {}),
  });
  try {
    makeCheckout(world.project);
    const people = ids.map((id) => {
      const user = world.telegram.user(id, { first_name: `P${id}` });
      return { user, chat: world.telegram.privateChat(user) };
    });
    return await use({ world, people, tap });
  } finally {
    if (world.telegram.violations.length > 0) console.error("violations:", world.telegram.violations);
    await world.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes as a person; when, on the scale of `performance.now()`, before the platform even knew. */
export function say({ world }: Place, person: Person, text: string): number {
  const at = performance.now();
  world.telegram.phone.say(person.chat, person.user, text);
  return at;
}

/** When the platform's answer with the latest update was written: from then on the message is ours. */
export function handedAt({ world }: Place, since: number): number {
  const polls = world.telegram.transcript.exchanges.filter((one) => one.answeredAt > since && hasUpdates(one));
  const [first] = polls;
  if (first === undefined) throw new Error("no update was handed over");
  return first.answeredAt;
}

function hasUpdates({ method, response }: Exchange): boolean {
  return method === "getUpdates" && /"update_id"/.test(JSON.stringify(response?.body ?? null));
}

/** The request that carries `text` to the model. */
export function asked({ world }: Place, text: string, timeoutMs = 60_000) {
  return world.model.waitFor((request) => request.userTexts.at(-1) === text, timeoutMs);
}

/** A call of the service about a person's chat that fits; the first after `since`. */
export function called(
  { world }: Place,
  person: Person,
  method: RegExp,
  words: string,
  since: number,
  timeoutMs = 60_000,
): Promise<Exchange> {
  const fits = (one: Exchange): boolean =>
    one.at >= since &&
    method.test(one.method) &&
    one.params.chat_id === person.chat.id &&
    JSON.stringify(one.params).includes(words);
  return world.telegram.waitFor(() => lastMatching(world.telegram.transcript.exchanges, fits, since), timeoutMs);
}

/** Exchanges are ordered by their answers, so all since then are looked at, newest first. */
function lastMatching(all: readonly Exchange[], fits: (one: Exchange) => boolean, since: number): Exchange | undefined {
  let found: Exchange | undefined;
  for (let at = all.length - 1; at >= 0; at -= 1) {
    const one = all[at];
    if (one === undefined || one.answeredAt < since) break;
    if (fits(one)) found = one;
  }
  return found;
}

/** The bot's messages in a person's chat that hold `words`. */
export function shown({ world }: Place, person: Person, words: string): readonly ChatMessage[] {
  return world.telegram.fromBot(person.chat).filter((message) => message.text.includes(words));
}

/** Lets time pass on purpose: budgets fill, frames age. */
export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks every 50 ms. Rejects after `timeoutMs`. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await rest(50);
  }
}
