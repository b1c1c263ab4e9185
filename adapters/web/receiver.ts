import type { InboundSink, TapReply, TranscriptEntry, TranscriptStore } from "../../src/channel/port.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { ChatKey } from "../../src/model/ids.ts";
import type { Person } from "../../src/model/message.ts";
import type { WebFiles } from "./files.ts";
import { bodyOf, eventOf, factsOf } from "./inbound.ts";
import { keyOf, type MessageBody, messageOf, writeOf } from "./messages.ts";
import type { FromPage, WebFile, WebMessage } from "./protocol.ts";

type Say = Extract<FromPage, { type: "say" }>;
type Tap = Extract<FromPage, { type: "tap" }>;

export interface ReceiverDeps {
  readonly account: string;
  readonly person: Person;
  readonly store: TranscriptStore;
  readonly files: WebFiles;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The way of what people do into the service. */
export interface Receiver {
  /** Takes what was written but not handed over when the service ended. Until aborted. */
  receive(sink: InboundSink, signal: AbortSignal): Promise<void>;
  /** Resolves once the message is written, and handed over (L1); one at a time per chat. Rejects when it is not: say it again. */
  say(say: Say): Promise<WebMessage | { readonly refused: "fileGone" | "empty" }>;
  tap(tap: Tap): Promise<TapReply>;
}

const pauseMs = 500;
/** What is pending is looked after this often, ms. */
const lookMs = 5000;

/** A message is written first, and pending until ingress took it: a page that goes away in between loses nothing. */
export function createReceiver(deps: ReceiverDeps): Receiver {
  const { account, store, files, clock, log, person } = deps;
  const order = new Map<ChatKey, Promise<unknown>>();
  let sink: InboundSink | undefined;

  async function inTurn<T>(chat: ChatKey, work: () => Promise<T>): Promise<T> {
    const before = order.get(chat) ?? Promise.resolve();
    const mine = before.then(work, work);
    order.set(chat, mine);
    try {
      return await mine;
    } finally {
      if (order.get(chat) === mine) order.delete(chat);
    }
  }

  function ready(): InboundSink {
    if (sink === undefined) throw new Error("the service is starting or ending");
    return sink;
  }

  async function handOver(entry: TranscriptEntry, to: InboundSink): Promise<void> {
    const { replyTo } = entry.body as MessageBody;
    const quoted = replyTo === undefined ? undefined : await store.entry(entry.chat, replyTo);
    await to.accept(eventOf(entry, quoted, person));
    await store.taken(entry.chat, entry.id);
  }

  async function write(say: Say): Promise<WebMessage | { readonly refused: "fileGone" | "empty" }> {
    const to = ready();
    const found = await Promise.all(say.files.map((id) => files.find(id)));
    if (found.includes(undefined)) return { refused: "fileGone" };
    if (say.text.trim() === "" && found.length === 0) return { refused: "empty" };
    const body = bodyOf(say, found as readonly WebFile[], clock.now());
    const entry = await store.add(keyOf(account, say.chat), `say-${say.id}`, writeOf(body));
    await handOverOf(entry.chat, to);
    return messageOf(entry);
  }

  /** What of a chat is pending, oldest first. What was taken before is not handed over again, however often it is said. */
  async function handOverOf(chat: ChatKey, to: InboundSink): Promise<void> {
    const left = (await store.pending()).filter((entry) => entry.chat === chat);
    for (const entry of left.sort((a, b) => a.seq - b.seq)) await handOver(entry, to);
  }

  /** Messages whose page went away while they could not be taken. */
  async function lookAfter(to: InboundSink, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(lookMs, signal).catch(() => undefined);
      try {
        const chats = new Set((await store.pending()).map((entry) => entry.chat));
        for (const chat of chats) if (!signal.aborted) await inTurn(chat, () => handOverOf(chat, to));
      } catch (error) {
        log.warn({ error }, "written messages are not handed over yet");
      }
    }
  }

  async function catchUp(to: InboundSink, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const left = [...(await store.pending())].sort((a, b) => a.seq - b.seq);
        for (const entry of left) await handOver(entry, to);
        return;
      } catch (error) {
        log.warn({ error }, "messages written before are not handed over yet");
        await clock.sleep(pauseMs, signal).catch(() => undefined);
      }
    }
  }

  return {
    async receive(to, signal) {
      // Nothing new before what is left: it would be out of order.
      await catchUp(to, signal);
      sink = to;
      await lookAfter(to, signal);
      sink = undefined;
      await Promise.allSettled(order.values());
    },
    say: (say) => inTurn(keyOf(account, say.chat), () => write(say)),
    async tap(tap) {
      const to = ready();
      const at = factsOf(keyOf(account, tap.chat));
      const message = tap.message === "" ? {} : { messageId: tap.message };
      return to.accept({ kind: "tap", dedupe: `tap-${tap.id}`, at, person, nonce: tap.nonce, ...message });
    },
  };
}
