import { assertNever } from "../lib/assert-never.ts";
import { shortRef } from "../lib/ref.ts";
import { outboxWords } from "../model/catalog/outbox.ts";
import type { CallResult, OutboundCall, OutboxOp, Screen } from "../model/delivery.ts";
import type { ChatKey } from "../model/ids.ts";
import { backoffMs, type Desk, perform, persist } from "./desk.ts";

/** The head operation of a chat, rendered, and how far it got. */
export interface Work {
  readonly chat: ChatKey;
  readonly op: OutboxOp;
  /** Where the chat is now. */
  address: ChatKey;
  screen: Screen;
  calls: readonly OutboundCall[];
  next: number;
  /** Failed tries of the next call. */
  tries: number;
  /** Since when the outcome of the next call is unknown, ms. */
  unsureSince?: number | undefined;
  /** Set once a part was refused for good; the chat is told at the end, under this reference. */
  refused?: string;
  /** That note stands in `calls`: it is said once, and its own refusal is only logged. */
  noticed: boolean;
}

/** What follows a call: the work's next call (not before `at`, of the clock's uptime), the next operation, or nothing more for this chat. */
export type After =
  | { readonly kind: "again"; readonly at: number }
  | { readonly kind: "finished" }
  | { readonly kind: "gone" };

/** Reads and renders the head of a chat's outbox; undefined when it is empty. Operations that render to nothing are completed on the way. */
export async function loadWork(desk: Desk, chat: ChatKey): Promise<Work | undefined> {
  for (;;) {
    const { ops, screen, address, progress } = await persist(desk, () => desk.store.head(chat, 1));
    const [op] = ops;
    if (op === undefined) return undefined;
    const calls = rendered(desk, { ...op, chat: address }, screen);
    const own = progress?.op === op.id ? progress : undefined;
    const next = own?.calls ?? 0;
    if (own?.inflight === true) noteUnknown(desk, chat, op, calls[next]);
    const unsureSince = own?.inflight === true ? own.begunAt : undefined;
    const work: Work = { chat, op, address, screen, calls, next, tries: 0, unsureSince, noticed: false };
    if (own?.refused !== undefined) work.refused = own.refused;
    // A sender before us did not get to say it.
    if (next >= calls.length && work.refused !== undefined) appendNotice(desk, work, work.refused);
    if (next < work.calls.length) return work;
    await persist(desk, () => desk.store.complete(desk.epoch, chat, op.id));
  }
}

/** Makes the work's next call and records what became of it. Rejects only with `leaseLost` or the abort of the sender. */
export async function performNext(desk: Desk, work: Work): Promise<After> {
  const call = work.calls[work.next];
  if (call === undefined) return { kind: "finished" };
  if (!call.idempotent) {
    await persist(desk, () => desk.store.begin(desk.epoch, work.chat, work.op.id, work.next));
  }
  const begunAt = desk.clock.now();
  const result = await perform(desk, "durable", work, call, {
    key: `${work.chat}-${work.op.id}-${work.next}`,
    ...(work.unsureSince === undefined ? {} : { unsureSince: work.unsureSince }),
  });
  if (result.outcome === "unknown" && !call.idempotent) work.unsureSince ??= begunAt;
  return conclude(desk, work, call, result);
}

async function conclude(desk: Desk, work: Work, call: OutboundCall, result: CallResult): Promise<After> {
  switch (result.outcome) {
    case "done":
      return advance(desk, work, call, result);
    case "unknown":
      noteUnknown(desk, work.chat, work.op, call);
      return later(desk, work, result.reason);
    case "retry":
      return later(desk, work, result.reason);
    case "rateLimited":
    case "unauthorized":
      // Blocked by the budget, not by backoff: the call goes out the moment it may.
      return { kind: "again", at: 0 };
    case "moved":
      await persist(desk, () => desk.store.move(work.chat, result.to));
      await renderAgain(desk, work);
      return { kind: "again", at: 0 };
    case "gone":
      desk.log.warn({ chat: work.chat, reason: result.reason }, "chat is gone, its outbox is dropped");
      await persist(desk, () => desk.store.abandon(desk.epoch, work.chat, result.reason));
      return { kind: "gone" };
    case "refused":
      return refused(desk, work, call, result.reason);
    default:
      return assertNever(result);
  }
}

async function advance(
  desk: Desk,
  work: Work,
  call: OutboundCall,
  result: Extract<CallResult, { outcome: "done" }>,
): Promise<After> {
  const sent =
    call.slot === undefined || result.message === undefined ? undefined : { slot: call.slot, message: result.message };
  toNextCall(work);
  if (sent !== undefined || work.next < work.calls.length) {
    await persist(desk, () => desk.store.done(desk.epoch, work.chat, work.op.id, work.next, sent));
  }
  return goOn(desk, work);
}

/** The next call, the note about a refused part, or the end of the operation. */
async function goOn(desk: Desk, work: Work): Promise<After> {
  if (work.next >= work.calls.length && work.refused !== undefined) appendNotice(desk, work, work.refused);
  if (work.next < work.calls.length) return { kind: "again", at: 0 };
  await persist(desk, () => desk.store.complete(desk.epoch, work.chat, work.op.id));
  return { kind: "finished" };
}

function later(desk: Desk, work: Work, reason: string): After {
  work.tries++;
  const delayMs = backoffMs(desk, work.tries);
  desk.log.warn(
    { chat: work.chat, op: work.op.id, tries: work.tries, delayMs, reason },
    "durable call fails, trying again",
  );
  return { kind: "again", at: desk.clock.uptime() + delayMs };
}

/** A refused part is replaced by its fallback, or left out: the other parts still go out, and the chat is told (L5, L12). */
async function refused(desk: Desk, work: Work, call: OutboundCall, reason: string): Promise<After> {
  if (call.fallback !== undefined) {
    work.calls = work.calls.with(work.next, call.fallback);
    return { kind: "again", at: 0 };
  }
  const silent = work.op.body.op === "mark" || work.op.body.op === "endLive" || work.noticed;
  const ref = work.refused ?? shortRef();
  const facts = {
    chat: work.chat,
    op: work.op.id,
    kind: work.op.body.op,
    method: call.method,
    part: work.next,
    reason,
  };
  if (silent) desk.log.warn(facts, "platform refuses a call");
  else {
    work.refused = ref;
    desk.log.error({ ...facts, ref }, "platform refuses a message");
  }
  toNextCall(work);
  if (!silent) await persist(desk, () => desk.store.done(desk.epoch, work.chat, work.op.id, work.next, undefined, ref));
  return goOn(desk, work);
}

function toNextCall(work: Work): void {
  work.next++;
  work.tries = 0;
  work.unsureSince = undefined;
}

function appendNotice(desk: Desk, work: Work, ref: string): void {
  if (work.noticed) return;
  work.noticed = true;
  work.calls = [...work.calls, ...notice(desk, { ...work.op, chat: work.address }, work.screen, ref)];
}

function notice(desk: Desk, op: OutboxOp, screen: Screen, ref: string): readonly OutboundCall[] {
  const text = outboxWords[desk.language].notShown(ref);
  return desk.channel.render({ ...op, body: { op: "message", content: { pieces: [{ as: "text", text }] } } }, screen);
}

/** A message no adapter can render must not stop those behind it: the chat is told instead. */
function rendered(desk: Desk, op: OutboxOp, screen: Screen): readonly OutboundCall[] {
  try {
    return desk.channel.render(op, screen);
  } catch (error) {
    const ref = shortRef();
    desk.log.error({ err: error, chat: op.chat, op: op.id, kind: op.body.op, ref }, "operation cannot be rendered");
    return op.body.op === "mark" || op.body.op === "endLive" ? [] : notice(desk, op, screen, ref);
  }
}

async function renderAgain(desk: Desk, work: Work): Promise<void> {
  const head = await persist(desk, () => desk.store.head(work.chat, 1));
  work.address = head.address;
  work.screen = head.screen;
  work.calls = rendered(desk, { ...work.op, chat: head.address }, head.screen);
}

function noteUnknown(desk: Desk, chat: ChatKey, op: OutboxOp, call: OutboundCall | undefined): void {
  if (call === undefined || call.idempotent) return;
  if (!desk.channel.capabilities.idempotentSends) desk.metrics?.ambiguousSend();
  desk.log.warn({ chat, op: op.id, method: call.method }, "outcome of a send is unknown, sending again");
}
