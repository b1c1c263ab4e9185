import type { ProcessRecord } from "../codex/port.ts";
import { momentOf } from "../lib/clock.ts";
import type { ChatKey } from "../model/ids.ts";
import type { Activations, RunOutcome } from "../queue/port.ts";
import { ChatActor } from "./actor.ts";
import type { ActorParts } from "./context.ts";
import type { Holding } from "./runtime-state.ts";
import type { RuntimeSnapshot } from "./snapshot.ts";

/** Renewal of leases, a third of the 5 s they live, ms; also the actors' clock tick. */
const renewMs = 1600;
/** Flagged chats without an owner for this long are woken again, ms; the sweep runs as often. */
const sweepMs = 2000;
const pollMs = 100;
/** How long a drain waits for turns that wait for a person, ms; they live on then, and can be answered afterwards. */
const askingMs = 600_000;
/** How long `stop now` waits for interrupted turns to end, ms. */
const stopNowMs = 15_000;

/** Everything the dispatcher is made of. */
export interface DispatcherParts extends ActorParts {
  readonly activations: Activations;
  /** Live codex processes before idle ones are given up. */
  readonly maxProcesses: number;
}

/**
 * Hosts the chat actors of this node: runs activations, renews leases, rings doorbells, sweeps up chats whose wake-up
 * was lost, and finds chats again whose Codex outlived us.
 */
export interface Dispatcher {
  /** Resolves once chats with a living recorded process are woken and activations are taken. */
  start(): Promise<void>;
  /**
   * No new turn begins from now on: what would begin one waits, unread, for the next start. Resolves once no turn runs but
   * those that wait for a person for ten minutes more. What else chats send is taken as always, answers above all.
   */
  drain(): Promise<void>;
  /** `keep`: running turns go on without us. `drain`: they are waited for first. `now`: they are interrupted. */
  stop(mode: "keep" | "drain" | "now"): Promise<void>;
  snapshot(): readonly RuntimeSnapshot[];
}

/** See {@link Dispatcher}. */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { store, activations, log, clock } = parts;
  const actors = new Map<ChatKey, { readonly actor: ChatActor; readonly done: Promise<void> }>();
  const runs = new Map<ChatKey, Promise<RunOutcome>>();
  const stopping = new AbortController();
  let holding: Holding | undefined;
  const actorParts: ActorParts = {
    ...parts,
    holding: () => holding,
    standIn: (chat) => activations.holds(chat),
  };

  /**
   * A job handed out twice (a stalled lock), or beside {@link runNow}, joins the run that is here, be it still claiming:
   * a second claim would fence the first actor off, and its end would leave the second one without renewal for ever.
   */
  const run = (chat: ChatKey): Promise<RunOutcome> => {
    const here = runs.get(chat);
    if (here !== undefined) return here;
    const mine = host(chat).finally(() => runs.delete(chat));
    runs.set(chat, mine);
    return mine;
  };

  const host = async (chat: ChatKey): Promise<RunOutcome> => {
    if (stopping.signal.aborted) return { outcome: "done" };
    const claimedAt = momentOf(clock);
    const claimed = await store.claim(chat);
    if ("heldMs" in claimed) return { outcome: "busy", retryMs: claimed.heldMs };
    if ("elsewhere" in claimed) return passOn(chat);
    const actor = new ChatActor(actorParts, claimed.lease, claimed.record, claimedAt);
    const done = actor.run().finally(() => actors.delete(chat));
    actors.set(chat, { actor, done });
    // Claimed while the stop began: nobody else will tell it.
    if (stopping.signal.aborted) actor.close();
    await done;
    return actor.handedOver ? passOn(chat) : { outcome: "done" };
  };

  /** Another worker has the chat's project or conversation. */
  const passOn = async (chat: ChatKey): Promise<RunOutcome> => {
    await activations.wake(chat);
    return { outcome: "done" };
  };

  /** Runs a chat of this node's without an activation; when somebody else has it after all, it is woken the usual way. */
  const runNow = (chat: ChatKey): void => {
    run(chat)
      .then((result) => (result.outcome === "busy" ? activations.wake(chat) : undefined))
      .catch((error: unknown) => log.error({ error, chat }, "chat is not run at once, the sweep will"));
  };

  const renew = async (): Promise<void> => {
    const held = [...actors.values()];
    if (held.length > 0) {
      const askedAt = momentOf(clock);
      const unread = await store.renew(held.map((h) => h.actor.lease));
      held.forEach(({ actor }, at) => {
        const state = unread[at];
        if (state !== "lost") actor.renewed(askedAt);
        if (state === "lost") actor.post({ kind: "abandon" });
        else actor.post({ kind: state === 0 ? "tick" : "doorbell" });
        if (state !== 0 && state !== "lost") actor.post({ kind: "tick" });
      });
    }
    yieldIdle();
  };

  /** More processes than wanted: the least recently used idle one goes. */
  const yieldIdle = (): void => {
    const live = [...actors.values()].flatMap(({ actor }) => (actor.snapshot().pid === undefined ? [] : [actor]));
    const idle = live
      .filter((actor) => actor.idleSince !== undefined)
      .sort((x, y) => (x.idleSince ?? 0) - (y.idleSince ?? 0));
    for (const actor of idle.slice(0, Math.max(0, live.length - parts.maxProcesses))) actor.post({ kind: "park" });
  };

  const sweep = async (): Promise<void> => {
    for (const chat of await store.unowned(sweepMs)) if (!actors.has(chat)) await activations.wake(chat);
  };

  const every = async (ms: number, what: string, work: () => Promise<void>): Promise<void> => {
    while (!stopping.signal.aborted) {
      try {
        await work();
      } catch (error) {
        log.warn({ error }, `${what} fails, trying again`);
      }
      await clock.sleep(ms, stopping.signal).catch(() => undefined);
    }
  };

  const drain = async (): Promise<void> => {
    if (holding === undefined) {
      holding = "drain";
      for (const { actor } of actors.values()) actor.post({ kind: "pause", why: "drain" });
    }
    const since = clock.uptime();
    const waitedFor = (actor: ChatActor): boolean =>
      actor.busy && !(actor.asking && clock.uptime() - since >= askingMs);
    while (!stopping.signal.aborted && [...actors.values()].some(({ actor }) => waitedFor(actor)))
      await clock.sleep(pollMs);
  };

  return {
    snapshot: () => [...actors.values()].map(({ actor }) => actor.snapshot()),
    async start() {
      await store.onDoorbell((chat) => actors.get(chat)?.actor.post({ kind: "doorbell" }));
      const recorded = await store.chatsWithProcess();
      await parts.codex.sweep(recorded.map((r): ProcessRecord => r.process));
      // Chats whose Codex may still work come first, and at once: their old activation is locked until it stalls.
      for (const { chat } of recorded) runNow(chat);
      await activations.consume((chat) => run(chat));
      void every(renewMs, "renewal", renew);
      void every(sweepMs, "sweep", sweep);
    },
    drain,
    async stop(mode) {
      if (mode === "drain") await drain();
      holding ??= "stop";
      // What nobody took yet is for others, or for the next start.
      await activations.hold("all");
      if (mode === "now") await interruptTurns(actors, parts);
      stopping.abort(new Error("the service stops"));
      const held = [...actors.values()];
      // An idle process has nothing to survive for; a running turn does.
      for (const { actor } of held) {
        actor.post(actor.busy ? { kind: "pause", why: "stop" } : { kind: "park" });
        actor.close();
      }
      await Promise.race([Promise.all(held.map((h) => h.done)), clock.sleep(stopNowMs)]);
      // What still hangs is left as a kill would leave it: a stop must come to its end.
      const late = clock.sleep(stopNowMs).then(() => log.warn({ chats: actors.size }, "stop leaves what does not end"));
      await Promise.race([activations.close(), late]);
    },
  };
}

async function interruptTurns(
  actors: ReadonlyMap<ChatKey, { readonly actor: ChatActor }>,
  { clock }: DispatcherParts,
): Promise<void> {
  for (const { actor } of actors.values()) actor.post({ kind: "interrupt" });
  const until = clock.uptime() + stopNowMs;
  while ([...actors.values()].some(({ actor }) => actor.busy) && clock.uptime() < until) await clock.sleep(pollMs);
}
