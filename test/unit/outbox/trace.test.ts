import { expect, it } from "vitest";
import { recordedTrace } from "../../fixtures/recorded-trace.ts";
import { ada, bob, message, rig } from "./harness.ts";

it("L10: every call of a watched chat is told with its outcome, and not what it says", async () => {
  const { trace, lines } = recordedTrace(ada);
  const { clock, channel, store } = await rig(undefined, undefined, trace);
  channel.answer = (_call, _chat) =>
    channel.seen.length === 1 ? { outcome: "rateLimited", scope: "chat", retryAfterMs: 3000 } : undefined;
  store.append(ada, message("the answer is hunter2", { slot: "s-1" }));
  store.append(bob, message("other"));
  await clock.advance(5000);
  expect(lines).toEqual([
    {
      chat: ada,
      part: "platform",
      dir: "out",
      kind: "call",
      method: "send",
      size: expect.any(Number),
      ms: 0,
      outcome: "rateLimited",
      facts: { lane: "durable", slot: "s-1", scope: "chat", retryAfterMs: 3000 },
    },
    expect.objectContaining({
      outcome: "done",
      facts: { lane: "durable", slot: "s-1", messageId: expect.stringMatching(/^m/) },
    }),
  ]);
  expect(JSON.stringify(lines)).not.toContain("hunter2");
});

it("the words of a refusal are not told: they may quote what was refused", async () => {
  const { trace, lines } = recordedTrace(ada);
  const { clock, channel, store } = await rig(undefined, undefined, trace);
  channel.answer = () => ({ outcome: "refused", reason: "cannot parse hunter2" });
  store.append(ada, message("hunter2"));
  await clock.advance(5000);
  expect(lines[0]).toMatchObject({ outcome: "refused", facts: { reason: "<20 chars>" } });
});
