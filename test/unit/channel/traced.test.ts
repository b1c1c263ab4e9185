import { expect, it } from "vitest";
import { BridgeError } from "../../../src/model/errors.ts";
import { recordedTrace } from "../../fixtures/recorded-trace.ts";
import { chatOf, home, owner, rig } from "./harness.ts";

it("L10: an event of a watched chat is told with ids and sizes, its text and its button are not", async () => {
  const { trace, lines } = recordedTrace(home);
  const { write, press } = rig({ trace });
  await write(owner, "my password is hunter2", { dedupe: "m1" });
  await press(owner, { act: "stop" });
  expect(lines).toEqual([
    {
      chat: home,
      part: "platform",
      dir: "in",
      kind: "event",
      method: "message",
      ms: 0,
      facts: { dedupe: "m1", messageId: "m1", person: owner.id, text: "<22 chars>" },
    },
    expect.objectContaining({ method: "tap", facts: { person: owner.id } }),
  ]);
});

it("an event that could not be stored is told with its code, and still refused", async () => {
  const { trace, lines } = recordedTrace(home);
  const { write, store } = rig({ trace });
  store.ingest = () => Promise.reject(new BridgeError("redisUnavailable", "no answer"));
  await expect(write(owner, "hello")).rejects.toThrow("no answer");
  expect(lines).toEqual([expect.objectContaining({ method: "message", error: "redisUnavailable" })]);
});

it("nothing is told of a chat nobody watches", async () => {
  const { trace, lines } = recordedTrace(chatOf("another"));
  await rig({ trace }).write(owner, "hello");
  expect(lines).toEqual([]);
});
