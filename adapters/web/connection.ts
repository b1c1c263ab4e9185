import type { RawData, WebSocket } from "ws";
import type { TranscriptEntry, TranscriptStore } from "../../src/channel/port.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import { webWords } from "../../src/model/catalog/web.ts";
import type { ChatKey } from "../../src/model/ids.ts";
import type { Language } from "../../src/model/view.ts";
import { onWire, type WholeFrame } from "./live.ts";
import { chatOf, keyOf, messageOf } from "./messages.ts";
import type { Audience, Pages } from "./pages.ts";
import type { FromPage, OperationsView, ToPage } from "./protocol.ts";
import { readFromPage, type Unacceptable } from "./read.ts";
import type { Receiver } from "./receiver.ts";

/** What every connection works with. */
export interface ConnectionDeps {
  readonly account: string;
  readonly language: Language;
  readonly store: TranscriptStore;
  readonly pages: Pages;
  readonly receiver: Receiver;
  readonly clock: Clock;
  readonly log: Logger;
  /** What the page is told first, apart from numbers and clock. */
  readonly about: () => Omit<Extract<ToPage, { type: "welcome" }>, "type" | "seq" | "now" | "reset">;
  readonly operations: () => Promise<OperationsView>;
  /** Stops the turn of any chat that began then, ms since the epoch; `id`: of this wish. False when it does not run. */
  readonly stopTurn: (chat: ChatKey, startedAt: number, id: string) => Promise<boolean>;
}

const pageSize = 50;
/** More changes than this are not caught up on: the page reads what it shows anew. */
const catchUpLimit = 500;
/** A page of messages is cut before it gets larger than this, a catch-up given up; one message always fits. Bytes, about. */
const pageBytes = 2_000_000;
/** A socket that says nothing is closed after this, ms. */
const helloMs = 15_000;
const watchMs = 1000;
const retryMs = 500;
/** A page that reads this much slower than it is written to is cut off, bytes; it comes back and catches up. */
const backlogBytes = 64_000_000;
/** Close code: come back at once. */
const comeBack = 1012;

/** One open page, until its socket closes. */
export function serveConnection(socket: WebSocket, deps: ConnectionDeps): void {
  new Connection(socket, deps).start();
}

/** The chat on the page, and the frame it has of it. */
interface Shown {
  readonly chat: ChatKey;
  frame: WholeFrame | undefined;
  /** Something newer than what stands in Redis was shown already. */
  heard: boolean;
}

class Connection implements Audience {
  readonly #socket: WebSocket;
  readonly #deps: ConnectionDeps;
  readonly #closed = new AbortController();
  /** Kept back until the page has caught up, so that numbers never go backwards. */
  #held: ToPage[] | undefined = [];
  #shown: Shown | undefined;
  /** One message after the other, as they were written. */
  #saying: Promise<void> = Promise.resolve();
  #watching = false;

  constructor(socket: WebSocket, deps: ConnectionDeps) {
    this.#socket = socket;
    this.#deps = deps;
  }

  start(): void {
    const { pages } = this.#deps;
    pages.add(this);
    this.#deps.clock.sleep(helloMs, this.#closed.signal).then(
      () => {
        if (this.#held !== undefined) this.#socket.terminate();
      },
      () => undefined, // the page is gone
    );
    this.#socket.on("message", (data: RawData) => this.#onMessage(String(data)));
    this.#socket.on("close", () => {
      pages.remove(this);
      this.#closed.abort(new Error("the page is gone"));
    });
    this.#socket.on("error", (error) => this.#deps.log.debug({ error }, "page connection fails"));
  }

  hear(said: ToPage): void {
    if (this.#held === undefined) this.#send(said);
    else this.#held.push(said);
  }

  see(chat: ChatKey, frame: WholeFrame | undefined): void {
    if (this.#shown?.chat !== chat) return;
    this.#shown.heard = true;
    this.#show(this.#shown, frame);
  }

  restart(): void {
    this.#socket.close(comeBack);
  }

  #onMessage(text: string): void {
    const said = readFromPage(text);
    if (said === undefined) {
      this.#deps.log.debug({ length: text.length }, "page says what nobody understands");
      this.#socket.close(1007);
      return;
    }
    this.#act(said).catch((error: unknown) => {
      if (this.#closed.signal.aborted) return;
      this.#deps.log.warn({ error, type: said.type }, "page is not served, it starts again");
      this.restart();
    });
  }

  async #act(said: FromPage | Unacceptable): Promise<void> {
    switch (said.type) {
      case "unacceptable": {
        const reason = this.#words.unacceptable;
        if (said.of === "say") return this.#send({ type: "refused", id: said.id, reason });
        return this.#send({ type: "told", id: said.id, text: reason });
      }
      case "hello":
        return this.#hello(said);
      case "open":
        return this.#open(said.chat);
      case "older":
        return this.#page(said.chat, said.before);
      case "say":
        this.#saying = this.#saying.then(() => this.#say(said));
        return this.#saying;
      case "tap":
        return this.#tap(said);
      case "watch":
        return this.#watch(said.on);
      case "stopTurn": {
        const stopped = await this.#deps.stopTurn(said.chat as ChatKey, said.startedAt, said.id);
        return this.#send({ type: "told", id: said.id, text: this.#words[stopped ? "stopping" : "nothingRuns"] });
      }
    }
  }

  async #hello(said: Extract<FromPage, { type: "hello" }>): Promise<void> {
    const { store, clock, about } = this.#deps;
    const [seq, chats] = await Promise.all([store.seq(), store.chats()]);
    // A number from the future: another Redis, or one that was emptied.
    const known = said.after !== undefined && said.after <= seq;
    const found = known ? await store.changes(said.after, catchUpLimit) : undefined;
    const changes = found !== undefined && newestWithin(found, pageBytes).length < found.length ? undefined : found;
    const reset = said.after !== undefined && changes === undefined;
    this.#send({ type: "welcome", ...about(), seq, now: clock.now(), reset });
    this.#send({ type: "chats", chats: chats.map(chatOf) });
    for (const entry of changes ?? []) this.#send({ type: "message", message: messageOf(entry) });
    if (said.chat !== undefined) {
      const shown = this.#turnTo(said.chat);
      if (changes === undefined) await this.#page(said.chat);
      await this.#follow(shown);
    }
    const held = this.#held ?? [];
    this.#held = undefined;
    // What it caught up with it has, perhaps as it stands later.
    const caughtUp = Math.max(0, ...(changes ?? []).map((entry) => messageOf(entry).seq));
    for (const one of held) if (one.type !== "message" || one.message.seq > caughtUp) this.#send(one);
  }

  async #open(chat: string): Promise<void> {
    // At once: of two that are opened quickly, the last is followed.
    const shown = this.#turnTo(chat);
    await this.#page(chat);
    await this.#follow(shown);
  }

  async #page(chat: string, before?: Extract<FromPage, { type: "older" }>["before"]): Promise<void> {
    const { account, store } = this.#deps;
    const { entries, more } = await store.page(keyOf(account, chat), pageSize, before);
    const kept = newestWithin(entries, pageBytes);
    this.#send({ type: "messages", chat, messages: kept.map(messageOf), more: more || kept.length < entries.length });
  }

  /** From now on this chat's live frames are shown. */
  #turnTo(name: string): Shown {
    this.#shown = { chat: keyOf(this.#deps.account, name), frame: undefined, heard: false };
    return this.#shown;
  }

  /** Shows the frame that stands. */
  async #follow(shown: Shown): Promise<void> {
    const frame = await this.#deps.store.frame(shown.chat);
    if (this.#shown !== shown || shown.heard) return;
    this.#show(shown, frame as WholeFrame | undefined);
  }

  #show(shown: Shown, frame: WholeFrame | undefined): void {
    const wire = frame === undefined ? {} : { frame: onWire(frame, shown.frame) };
    shown.frame = frame;
    this.#send({ type: "live", chat: nameOf(shown.chat), ...wire });
  }

  /** Until it is taken or refused; what the page does not hear of it says again. */
  async #say(said: Extract<FromPage, { type: "say" }>): Promise<void> {
    const { receiver, log, clock } = this.#deps;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      try {
        const result = await receiver.say(said);
        if (!("refused" in result)) return this.#send({ type: "taken", id: said.id, message: result });
        return this.#send({ type: "refused", id: said.id, reason: this.#words[result.refused] });
      } catch (error) {
        log.warn({ error }, "message of a page is not taken yet");
        await clock.sleep(retryMs, signal).catch(() => undefined);
      }
    }
  }

  async #tap(said: Extract<FromPage, { type: "tap" }>): Promise<void> {
    const { text, alert } = await this.#deps.receiver.tap(said);
    const told = { ...(text === undefined ? {} : { text }), ...(alert === undefined ? {} : { alert }) };
    this.#send({ type: "told", id: said.id, ...told });
  }

  async #watch(on: boolean): Promise<void> {
    const began = this.#watching;
    this.#watching = on;
    if (began || !on) return;
    const { signal } = this.#closed;
    while (this.#watching && !signal.aborted) {
      this.#send({ type: "operations", view: await this.#deps.operations() });
      await this.#deps.clock.sleep(watchMs, signal).catch(() => undefined);
    }
  }

  get #words(): (typeof webWords)[Language] {
    return webWords[this.#deps.language];
  }

  #send(said: ToPage): void {
    if (this.#socket.bufferedAmount > backlogBytes) this.#socket.terminate();
    else this.#socket.send(JSON.stringify(said));
  }
}

/** The newest of them that fit; at least one. */
function newestWithin(entries: readonly TranscriptEntry[], bytes: number): readonly TranscriptEntry[] {
  let room = bytes;
  let first = entries.length;
  while (first > 0) {
    room -= JSON.stringify(entries[first - 1]?.body).length;
    if (room < 0 && first < entries.length) break;
    first -= 1;
  }
  return entries.slice(first);
}

function nameOf(chat: ChatKey): string {
  return chat.slice(chat.lastIndexOf("~") + 1);
}
