import type { InboundEvent } from "../../src/channel/port.ts";
import { ingressWords } from "../../src/model/catalog/ingress.ts";
import { requestWords } from "../../src/model/catalog/request.ts";
import { type ChatKey, chatKey, type MessageId, type Nonce, type PersonId } from "../../src/model/ids.ts";
import type { ServiceNode } from "./node.ts";
import { isGroup, type Platform } from "./platform.ts";
import type { Sent, TraceEvent } from "./trace.ts";

/** Who writes: the owner, somebody who may only talk, and nobody we know. */
export type Who = "ada" | "guest" | "stranger";

interface Posted {
  readonly id: string;
  readonly who: Who;
  readonly event: InboundEvent;
  /** Who it was handed to last; undefined: to nobody, or it came back. */
  holder: ServiceNode | undefined;
}

/** Something a person may do now. `mischief`: nothing may come of it. */
export interface Act {
  readonly name: string;
  readonly mischief: boolean;
  go(): void;
}

/** The people of a schedule and the platform's side that hands over what they do. */
export interface People {
  /** Messages that are not written yet. */
  readonly silent: number;
  /** Something was not acknowledged yet. */
  readonly busy: boolean;
  /** What they may do. `calm`: only what is needed for everything to come to an end. */
  acts(calm: boolean): readonly Act[];
  /** Chats whose oldest event may be handed over. */
  handing(): readonly ChatKey[];
  hand(chat: ChatKey, to: ServiceNode): void;
  /** What may be handed over once more although it was acknowledged. */
  again(): readonly { readonly chat: ChatKey; readonly id: string }[];
  handAgain(chat: ChatKey, id: string, to: ServiceNode): void;
}

interface Options {
  readonly chats: readonly ChatKey[];
  /** Messages per chat. */
  readonly messages: number;
  /** Whether turns are stopped; default true. */
  readonly stops?: boolean;
  readonly platform: Platform;
  /** Fresh numbers for ids. */
  readonly now: () => number;
  readonly trace: (event: TraceEvent) => void;
}

/** No rule names it. */
const unknownGroup = chatKey({ channel: "fake", account: "main", chat: "-9" });

/** The label of the button that starts a kept message once more is found by its note. */
const notTaken = /^Codex (could not take|may not have) this/;
const mostTaps = 2;
const mostStops = 1;

export function createPeople(options: Options): People {
  return new Crowd(options);
}

class Crowd implements People {
  readonly #options: Options;
  readonly #inboxes = new Map<ChatKey, Posted[]>();
  readonly #acked: { readonly chat: ChatKey; readonly posted: Posted }[] = [];
  readonly #written = new Map<ChatKey, number>();
  readonly #taps = new Map<string, number>();
  #ids = 0;

  constructor(options: Options) {
    this.#options = options;
    for (const chat of [...options.chats, unknownGroup]) this.#inboxes.set(chat, []);
  }

  get silent(): number {
    const { chats, messages } = this.#options;
    return chats.reduce((sum, chat) => sum + messages - (this.#written.get(chat) ?? 0), 0);
  }

  get busy(): boolean {
    return [...this.#inboxes.values()].some((inbox) => inbox.length > 0);
  }

  acts(calm: boolean): readonly Act[] {
    return this.#options.chats.flatMap((chat) => [
      ...this.#says(chat),
      ...this.#answers(chat, calm),
      ...(calm ? this.#retries(chat) : [...this.#stops(chat), ...this.#strangers(chat)]),
      // In calm, the card of the moment alone: who may not answer it is often quicker then than who may.
      ...this.#mischief(chat, this.#cards(chat).slice(calm ? -1 : 0)),
    ]);
  }

  handing(): readonly ChatKey[] {
    return [...this.#inboxes.keys()].filter((chat) => {
      const head = this.#inboxes.get(chat)?.[0];
      return head !== undefined && (head.holder === undefined || head.holder.state !== "alive");
    });
  }

  hand(chat: ChatKey, to: ServiceNode): void {
    const head = this.#inboxes.get(chat)?.[0];
    if (head === undefined) return;
    head.holder = to;
    to.ingress.accept(head.event).then(
      (reply) => this.#ack(chat, head, to, reply.text ?? ""),
      () => {
        if (head.holder === to) head.holder = undefined;
      },
    );
  }

  again(): readonly { readonly chat: ChatKey; readonly id: string }[] {
    return this.#acked.slice(-3).map(({ chat, posted }) => ({ chat, id: posted.id }));
  }

  handAgain(chat: ChatKey, id: string, to: ServiceNode): void {
    const found = this.#acked.find((one) => one.chat === chat && one.posted.id === id);
    if (found !== undefined) to.ingress.accept(found.posted.event).catch(() => undefined);
  }

  #ack(chat: ChatKey, posted: Posted, by: ServiceNode, text: string): void {
    const inbox = this.#inboxes.get(chat);
    if (by.state === "dead" || inbox?.[0] !== posted) return;
    inbox.shift();
    this.#acked.push({ chat, posted });
    const { trace } = this.#options;
    const { id, who } = posted;
    trace({ kind: "acked", chat, id, who });
    trace({ kind: "told", chat, id, who, text });
  }

  #post(chat: ChatKey, who: Who, kind: string, make: (id: string) => InboundEvent): void {
    const id = `${kind}${++this.#ids}`;
    this.#options.trace({ kind: "written", chat, id, who });
    this.#inboxes.get(chat)?.push({ id, who, event: make(id), holder: undefined });
  }

  #message(chat: ChatKey, who: Who, kind: string, text: (id: string) => string): void {
    this.#post(chat, who, kind, (id) => ({
      kind: "message",
      dedupe: id,
      at: facts(chat),
      addressed: true,
      message: {
        messageId: id as MessageId,
        person: person(who),
        sentAt: this.#options.now(),
        text: text(id),
        attachments: [],
      },
    }));
  }

  #tap(chat: ChatKey, who: Who, nonce: string): void {
    const count = `${who} ${nonce}`;
    this.#taps.set(count, (this.#taps.get(count) ?? 0) + 1);
    this.#post(chat, who, "tap", (id) => ({
      kind: "tap",
      dedupe: id,
      at: facts(chat),
      person: person(who),
      nonce: nonce as Nonce,
    }));
  }

  #says(chat: ChatKey): readonly Act[] {
    const count = this.#written.get(chat) ?? 0;
    if (count >= this.#options.messages) return [];
    const go = (): void => {
      this.#written.set(chat, count + 1);
      this.#message(chat, "ada", "m", (id) => `please ${id}.`);
    };
    return [{ name: `say ${chat}`, mischief: false, go }];
  }

  /** Cards as they stand: the newest of each request. */
  #cards(chat: ChatKey): readonly Sent[] {
    const cards = new Map<string, Sent>();
    for (const sent of this.#options.platform.screen)
      if (sent.chat === chat && sent.slot?.startsWith("req-") === true) cards.set(sent.slot, sent);
    return [...cards.values()];
  }

  #answers(chat: ChatKey, calm: boolean): readonly Act[] {
    return this.#cards(chat).flatMap((card) => {
      const labels = [requestWords.en.approve, requestWords.en.decline];
      const buttons = card.buttons.filter(({ label }) => labels.includes(label));
      const taps = buttons.reduce((sum, { nonce }) => sum + (this.#taps.get(`ada ${nonce}`) ?? 0), 0);
      if (taps >= (calm ? 1 : mostTaps)) return [];
      return buttons.map(({ label, nonce }) => ({
        name: `tap ${chat} ${card.slot} ${label}`,
        mischief: false,
        go: () => this.#tap(chat, "ada", nonce),
      }));
    });
  }

  #retries(chat: ChatKey): readonly Act[] {
    return this.#options.platform.screen.flatMap((sent) => {
      const [retry] = sent.buttons;
      if (sent.chat !== chat || retry === undefined || !notTaken.test(sent.text)) return [];
      if (this.#taps.has(`ada ${retry.nonce}`)) return [];
      return [{ name: `retry ${chat} ${sent.slot}`, mischief: false, go: () => this.#tap(chat, "ada", retry.nonce) }];
    });
  }

  #stops(chat: ChatKey): readonly Act[] {
    if (this.#options.stops === false) return [];
    const frame = this.#options.platform.screen.findLast((sent) => sent.chat === chat && sent.as === "frame");
    const stop = frame?.buttons[0];
    if (frame === undefined || stop === undefined) return [];
    const stopped = this.#taps.get(`stops ${chat}`) ?? 0;
    if (stopped >= mostStops) return [];
    const go = (): void => {
      this.#taps.set(`stops ${chat}`, stopped + 1);
      this.#tap(chat, "ada", stop.nonce);
    };
    return [{ name: `stop-turn ${chat}`, mischief: false, go }];
  }

  /** A stranger in person: nothing may come of it. */
  #strangers(chat: ChatKey): readonly Act[] {
    // Whoever is in a group may write there.
    if (isGroup(chat)) return [];
    return [
      {
        name: "unknown-group-says",
        mischief: true,
        go: () => this.#message(unknownGroup, "stranger", "x", () => "hello"),
      },
      { name: `stranger-says ${chat}`, mischief: true, go: () => this.#message(chat, "stranger", "x", () => "hello") },
      { name: `stranger-stops ${chat}`, mischief: true, go: () => this.#strangerStops(chat) },
    ];
  }

  /** Who may not answer, and a tap from elsewhere: nothing may come of them. */
  #mischief(chat: ChatKey, cards: readonly Sent[]): readonly Act[] {
    const acts: Act[] = [];
    for (const card of cards) {
      const approve = card.buttons.find(({ label }) => label === requestWords.en.approve);
      const number = card.slot?.slice("req-".length) ?? "";
      if (approve === undefined || (this.#taps.get(`guest ${approve.nonce}`) ?? 0) > 0) continue;
      acts.push(
        { name: `guest-taps ${chat} ${number}`, mischief: true, go: () => this.#tap(chat, "guest", approve.nonce) },
        ...(isGroup(chat)
          ? []
          : [
              {
                name: `stranger-taps ${chat} ${number}`,
                mischief: true,
                go: () => this.#tap(chat, "stranger", approve.nonce),
              },
            ]),
        {
          name: `guest-types ${chat} ${number}`,
          mischief: true,
          go: () => this.#message(chat, "guest", "g", () => `/approve ${number}`),
        },
      );
      const other = this.#options.chats.find((one) => one !== chat);
      if (other !== undefined)
        acts.push({ name: `elsewhere ${chat} ${number}`, mischief: true, go: () => this.#forge(other, approve.nonce) });
    }
    return acts;
  }

  /** A tap that names a button of another chat; told as a guest's, for nothing may come of it. */
  #forge(chat: ChatKey, nonce: string): void {
    this.#taps.set(`guest ${nonce}`, 1);
    this.#post(chat, "ada", "forged", (id) => ({
      kind: "tap",
      dedupe: id,
      at: facts(chat),
      person: person("ada"),
      nonce: nonce as Nonce,
    }));
  }

  #strangerStops(chat: ChatKey): void {
    this.#post(chat, "stranger", "x", (id) => ({
      kind: "stop",
      dedupe: id,
      at: facts(chat),
      person: person("stranger"),
      draftId: 1,
    }));
  }
}

/** What a stranger's tap is told, and nothing else. */
export const strangersToast = ingressWords.en.notYou;

function person(who: Who): { readonly id: PersonId; readonly name: string } {
  return { id: `fake:${who}` as PersonId, name: `@${who}` };
}

function facts(chat: ChatKey): InboundEvent["at"] {
  return { chat, private: !isGroup(chat), title: "Ada" };
}
