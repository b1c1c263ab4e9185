import { createAccess } from "../../../src/channel/access.ts";
import { createIngress } from "../../../src/channel/ingress.ts";
import type { IngressDeps } from "../../../src/channel/ingress-deps.ts";
import type { InboundEvent, InboundSink, TapReply } from "../../../src/channel/port.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import { type ChatKey, chatKey, type Nonce, type PersonId } from "../../../src/model/ids.ts";
import type { InboundMessage, Person } from "../../../src/model/message.ts";
import type { ButtonAct, RequestBody, RequestRecord } from "../../../src/model/request.ts";
import { createFakeClock, type FakeClock } from "../../fixtures/fake-clock.ts";
import { createMemoryIngressStore, type MemoryIngressStore } from "../../fixtures/memory-ingress-store.ts";

export const owner: Person = { id: "fake:1" as PersonId, name: "@owner" };
export const lead: Person = { id: "fake:2" as PersonId, name: "@lead" };
export const talker: Person = { id: "fake:3" as PersonId, name: "@talker" };
export const approver: Person = { id: "fake:4" as PersonId, name: "@approver" };
export const stranger: Person = { id: "fake:9" as PersonId, name: "@stranger" };

/** 14:01 UTC. */
export const start = Date.UTC(2026, 0, 5, 14, 1);
export const home = chatOf("1");

/** A chat of the fake channel. */
export function chatOf(id: string): ChatKey {
  return chatKey({ channel: "fake", account: "main", chat: id });
}

/** A running ingress and hands to play people with. */
export interface Rig {
  readonly store: MemoryIngressStore;
  readonly clock: FakeClock;
  readonly sink: InboundSink;
  /** A text message; answers its dedupe key. */
  write(person: Person, text: string, more?: Partial<InboundMessage> & { dedupe?: string }): Promise<string>;
  tap(person: Person, nonce: Nonce, at?: ChatKey): Promise<TapReply>;
  /** Stores a button in the home chat and taps it. */
  press(person: Person, act: ButtonAct): Promise<TapReply>;
}

/** Everyone meets in one private chat, so that rights can be compared. */
export function rig(options: Partial<IngressDeps> = {}): Rig {
  const clock = createFakeClock(start);
  const store = createMemoryIngressStore(() => clock.now());
  const rules = {
    owners: [owner.id],
    users: {
      [lead.id]: ["talk", "approve"] as const,
      [talker.id]: ["talk"] as const,
      [approver.id]: ["approve"] as const,
    },
    direct: "pairing" as const,
    groups: {
      "fake:g-mention": { mode: "mention", talk: "members", approve: ["owners", lead.id] },
      "fake:g-all": { mode: "all", talk: [talker.id], approve: ["owners"] },
    } as const,
  };
  const access = createAccess(rules, () => store.owners());
  let events = 0;
  const nonce = (): string => `minted-${events++}`;
  const commands = new Set(["new", "stop", "status", "retry"]);
  const fixed = { store, access, log: silentLogger, clock, startedAt: start, commands, timeZone: "UTC", nonce };
  const sink = createIngress({ ...fixed, ...options });
  const tap = (person: Person, button: Nonce, at = home): Promise<TapReply> =>
    sink.accept({ kind: "tap", dedupe: `tap-${events++}`, at: facts(at), person, nonce: button });
  return {
    store,
    clock,
    sink,
    tap,
    press: (person, act) => tap(person, store.put(home, act)),
    async write(person, text, { dedupe = `m-${events++}`, ...more } = {}) {
      await sink.accept(messageEvent(person, text, dedupe, { sentAt: clock.now(), ...more }));
      return dedupe;
    },
  };
}

/** A message event in the home chat. */
export function messageEvent(
  person: Person,
  text: string,
  dedupe: string,
  more: Partial<InboundMessage> & { readonly sentAt: number },
): InboundEvent {
  const message: InboundMessage = { messageId: dedupe as never, person, text, attachments: [], ...more };
  return { kind: "message", dedupe, at: facts(home), message, addressed: true };
}

/** Facts of a private chat. */
export function facts(chat: ChatKey): { chat: ChatKey; private: boolean; title: string } {
  return { chat, private: true, title: "home" };
}

/** An open request of the home chat. */
export function request(number: number, body: RequestBody = { kind: "command", command: "git push" }): RequestRecord {
  const identity = { rpcId: number, threadId: "th", turnId: "tu", itemId: `i${number}` } as never;
  return {
    number: number as never,
    chat: home,
    state: "pending",
    request: Object.assign({ body }, identity),
    askedAt: start,
  };
}

/** A request with these questions. */
export function questions(number: number, ...ids: string[]): RequestRecord {
  const options = [{ label: "SQLite" }, { label: "Postgres" }];
  const asked = ids.map((id) => ({ id, header: id, question: `${id}?`, options, other: true, secret: false }));
  return request(number, { kind: "question", questions: asked });
}
