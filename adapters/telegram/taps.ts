import type { InboundEvent, TapReply } from "../../src/channel/port.ts";
import { type Clock, pause } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import { live } from "../../src/model/catalog/live.ts";
import { clip } from "../../src/model/text/truncate.ts";
import { limits } from "./capabilities.ts";
import type { TelegramClient } from "./client.ts";
import { ApiFailure, classify } from "./errors.ts";
import { tapQueryId } from "./inbound.ts";

export interface TapDeps {
  readonly client: TelegramClient;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A tap on its way into the store. */
interface OpenTap {
  answered: boolean;
  readonly stored: AbortController;
}

type Tap = Extract<InboundEvent, { kind: "tap" }>;

/** Telegram forgets a tap some seconds after it was made; by then it must have some answer. */
const patienceMs = 5000;

/** Answers taps: with the verdict, or after 5 s with a word that it takes longer. Each query is answered once. */
export function createTapAnswerer(
  deps: TapDeps,
  signal: AbortSignal,
): { accept(tap: Tap, store: () => Promise<TapReply>): Promise<TapReply> } {
  /** Taps not stored yet, over all attempts. */
  const open = new Map<string, OpenTap>();

  const answer = async (tap: Tap, reply: TapReply): Promise<void> => {
    const id = tapQueryId(tap.dedupe);
    const text = reply.text === undefined ? {} : { text: clip(reply.text, limits.toast) };
    try {
      await deps.client.call(
        "answerCallbackQuery",
        { callback_query_id: id, ...text, ...(reply.alert === true ? { show_alert: true } : {}) },
        signal,
      );
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      const result = classify(error.failure, { chat: tap.at.chat, method: "answerCallbackQuery", idempotent: true });
      if (result.outcome !== "done") deps.log.debug({ chat: tap.at.chat, result }, "tap is not answered");
    }
  };

  /** Toasts are not waited for: they must not hold up the chat's next event. */
  const later = (tap: Tap, work: Promise<void>): void => {
    work.catch((error: unknown) =>
      deps.log.error({ chat: tap.at.chat, error: String(error) }, "answering a tap fails"),
    );
  };

  const opened = (tap: Tap): OpenTap => {
    const known = open.get(tap.dedupe);
    if (known !== undefined) return known;
    const state = { answered: false, stored: new AbortController() };
    open.set(tap.dedupe, state);
    later(tap, impatient(tap, state));
    return state;
  };

  const impatient = async (tap: Tap, state: OpenTap): Promise<void> => {
    const done = AbortSignal.any([state.stored.signal, signal]);
    await pause(deps.clock, patienceMs, done);
    if (done.aborted) return;
    state.answered = true;
    await answer(tap, { text: live[tap.person.language?.startsWith("zh") === true ? "zh-CN" : "en"].tapDelayed });
  };

  return {
    async accept(tap, store) {
      const state = opened(tap);
      const reply = await store();
      open.delete(tap.dedupe);
      state.stored.abort();
      if (!state.answered) later(tap, answer(tap, reply));
      return reply;
    },
  };
}
