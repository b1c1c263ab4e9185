import { expect, test } from "vitest";
import { renderFrame } from "../../../adapters/feishu/live.ts";
import { liveText } from "../../../adapters/feishu/live-text.ts";
import { createPerform } from "../../../adapters/feishu/perform.ts";
import type { FeishuCall } from "../../../adapters/feishu/requests.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { SentMessage } from "../../../src/model/delivery.ts";
import type { ChatKey, Nonce, TurnId } from "../../../src/model/ids.ts";
import { emptyView, reduceView } from "../../../src/model/view.ts";

const chat = "feishu~main~oc_1" as ChatKey;

interface Card {
  readonly openedAt: number;
  sequence: number;
  streaming: boolean;
  lastAt: number;
  readonly texts: Map<string, string>;
}

/** Cards as the platform keeps them; throws at what it would refuse. */
function platform(now: () => number): { readonly call: FeishuCall; readonly cards: readonly Card[] } {
  const cards: Card[] = [];
  const call: FeishuCall = async ({ method, path, body }) => {
    const fields = body as Readonly<Record<string, string>> & { readonly sequence: number };
    if (path.endsWith("/im/v1/messages")) return { message_id: `om_${cards.length}` };
    if (path.endsWith("/cards")) {
      cards.push({ openedAt: now(), sequence: 0, streaming: true, lastAt: now(), texts: new Map() });
      return { card_id: String(cards.length - 1) };
    }
    const [, id = "", rest = ""] = /cards\/(\d+)(.*)$/u.exec(path) ?? [];
    const card = cards[Number(id)];
    if (card === undefined) throw new Error(`no card for ${method} ${path}`);
    expect(fields.sequence).toBeGreaterThan(card.sequence);
    card.sequence = fields.sequence;
    card.lastAt = now();
    const [, element] = /^\/elements\/(\w+)\/content$/u.exec(rest) ?? [];
    if (element !== undefined) {
      expect(card.streaming).toBe(true);
      expect(fields.content?.startsWith(card.texts.get(element) ?? "?")).toBe(true);
      card.texts.set(element, fields.content ?? "");
    }
    if (rest === "/settings") card.streaming = false;
    if (rest === "/batch_update")
      for (const { action, params } of JSON.parse(fields.actions ?? "[]"))
        if (action === "add_elements")
          for (const made of params.elements)
            if (/^answer_/u.test(made.element_id)) card.texts.set(made.element_id, made.content);
    return {};
  };
  return { call, cards };
}

test("a turn of ten minutes at 20 deltas/s grows by prefix, rotates in time and size, and shows its whole text", async () => {
  let now = 1_000_000;
  const clock: Clock = { now: () => now, uptime: () => now, sleep: async () => {} };
  const { call, cards } = platform(() => now);
  const classify = (error: unknown): never => {
    throw error;
  };
  const upload = async (): Promise<string> => "key";
  const perform = createPerform({ call, upload, classify, codeOf: () => undefined, clock, log: silentLogger });
  let view = { ...emptyView("s", now, "en" as const), stopNonce: "n" as Nonce };
  const slots: Record<string, SentMessage> = {};
  const show = async (): Promise<void> => {
    for (let step = 0; step < 10; step += 1) {
      const frame = renderFrame(chat, view, { slots }, now);
      if (frame === undefined) return;
      const result = await perform(chat, frame, new AbortController().signal);
      if (result.outcome !== "done") throw new Error(JSON.stringify(result));
      if (result.message !== undefined) slots.s = result.message;
      if (result.again !== true) return;
    }
    throw new Error("no end of steps");
  };
  for (let second = 0; second < 600; second += 1) {
    const delta = Array.from({ length: 20 }, (_, i) => `w${second}_${i} `).join("");
    view = {
      ...view,
      ...reduceView(view, { kind: "messageDelta", turnId: "t" as TurnId, itemId: "a", delta: `${delta}\n` }),
    };
    now += 1000;
    await show();
  }
  await show();
  await show();
  const [message] = view.messages;
  expect(cards.map((card) => [...card.texts.values()].join("")).join("")).toBe(liveText(message?.text ?? "").text);
  expect(cards.length).toBeGreaterThan(2);
  for (const card of cards) {
    expect(card.lastAt - card.openedAt).toBeLessThan(8 * 60_000);
    expect(Buffer.byteLength([...card.texts.values()].join(""))).toBeLessThan(30 * 1024 * 0.8);
  }
  expect(cards.map((card) => card.streaming)).toEqual(cards.map((_, index) => index === cards.length - 1));
});
