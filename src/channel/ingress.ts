import { assertNever } from "../lib/assert-never.ts";
import type { ChatKey } from "../model/ids.ts";
import { tellWaits } from "./away.ts";
import type { IngressDeps } from "./ingress-deps.ts";
import { acceptEdit, acceptMessage, type MessageMemory } from "./messages.ts";
import { createOnce } from "./once.ts";
import { createParts } from "./parts.ts";
import type { InboundEvent, InboundSink, TapReply } from "./port.ts";
import { storeMail } from "./store-mail.ts";
import { acceptTap } from "./taps.ts";
import { traced } from "./traced.ts";
import { createWaited } from "./waited.ts";

/**
 * The edge of the service, common to all channels: who may, what it is (prompt, command, answer, tap), then one durable
 * step. Every event resolves after that step (L1) and rejects when it failed; notes that only accompany a stored event
 * may fail without that. Of a group that is off, nothing is stored or answered.
 */
export function createIngress(deps: IngressDeps): InboundSink {
  const memory: MessageMemory = {
    once: createOnce(deps.store),
    waited: createWaited(deps),
    parts: createParts(deps.clock),
    newest: new Map(),
    fullNotes: new Map(),
  };
  return {
    async accept(event) {
      const begunAt = deps.clock.now();
      const chat = await deps.store.resolve(event.at.chat);
      const handled = dispatch(deps, memory, event, chat);
      return deps.trace?.on(chat) === true ? traced(deps, deps.trace, { event, chat, begunAt }, handled) : handled;
    },
  };
}

async function dispatch(
  deps: IngressDeps,
  memory: MessageMemory,
  event: InboundEvent,
  chat: ChatKey,
): Promise<TapReply> {
  switch (event.kind) {
    case "message":
      await acceptMessage(deps, memory, { ...event, chat });
      return {};
    case "edit":
      await acceptEdit(deps, memory, { ...event, chat });
      return {};
    case "tap":
      return acceptTap(deps, await placed(deps, event, chat), chat);
    case "recall":
      await acceptRecall(deps, memory, await placed(deps, event, chat), chat);
      return {};
    case "ok":
      await acceptOk(deps, memory, await placed(deps, event, chat), chat);
      return {};
    case "stop":
      await acceptStop(deps, memory, event, chat);
      return {};
    case "gone":
      if (await deps.store.once(chat, event.dedupe)) deps.log.info({ chat }, "chat is gone");
      return {};
    case "moved":
      await deps.store.move(chat, event.to);
      deps.log.info({ chat, to: event.to }, "chat moves");
      return {};
    default:
      return assertNever(event);
  }
}

/** Events other than messages may not tell what kind of chat they are from; what its last message told, holds. */
async function placed<T extends InboundEvent>(deps: IngressDeps, event: T, chat: ChatKey): Promise<T> {
  const known = await deps.store.facts(chat);
  return known === undefined ? event : { ...event, at: { ...event.at, private: known.private, title: known.title } };
}

/** Only what was taken can be taken back: of a message nobody stored, nothing is (L9). */
async function acceptRecall(
  deps: IngressDeps,
  memory: MessageMemory,
  event: Extract<InboundEvent, { kind: "recall" }>,
  chat: ChatKey,
): Promise<void> {
  if (!(await deps.store.seen(chat, event.of))) return;
  const mail = { kind: "recall", messageId: event.messageId } as const;
  await storeMail(deps, memory.fullNotes, { ...event, chat }, mail);
}

async function acceptOk(
  deps: IngressDeps,
  memory: MessageMemory,
  event: Extract<InboundEvent, { kind: "ok" }>,
  chat: ChatKey,
): Promise<void> {
  const rights = await deps.access.rightsOf(event.person, event.at);
  const mail = { kind: "ok", person: event.person, messageId: event.messageId } as const;
  if (rights.has("talk")) await storeMail(deps, memory.fullNotes, { ...event, chat }, mail, event.messageId);
}

/** The platform's own stop button. */
async function acceptStop(
  deps: IngressDeps,
  memory: MessageMemory,
  event: Extract<InboundEvent, { kind: "stop" }>,
  chat: ChatKey,
): Promise<void> {
  const rights = await deps.access.rightsOf(event.person, event.at);
  if (!rights.has("talk")) return;
  const mail = { kind: "stop", person: event.person, draftId: event.draftId } as const;
  const taken = await storeMail(deps, memory.fullNotes, { ...event, chat }, mail);
  if (taken) await tellWaits(deps, chat, "stop");
}
