import { describe, expect, it } from "vitest";
import { switched } from "../../../src/dispatcher/model-switch.ts";
import { demoWords } from "../../../src/model/catalog/demo.ts";
import type { Binding } from "../../../src/model/chat.ts";
import type { ThreadId } from "../../../src/model/ids.ts";

const words = demoWords.en;
const settings: Binding = { project: "app", language: "en", whileBusy: "queue" };
const real: Binding = { ...settings, threadId: "real" as ThreadId, threadUsed: true, turns: 3, contextLeft: 80 };

describe("a chat that meets another model", () => {
  it("keeps its settings, puts the real conversation aside, and has it back afterwards", () => {
    const demo = switched(real, true, words);
    expect(demo.binding).toEqual({
      ...settings,
      demo: true,
      aside: expect.objectContaining({ threadId: "real", turns: 3 }),
    });
    expect(demo.note).toContain(words.kept);
    const talked: Binding = { ...demo.binding, threadId: "demo" as ThreadId, threadUsed: true, turns: 1 };
    const back = switched(talked, false, words);
    expect(back).toEqual({ binding: real, note: words.endedGoesOn });
  });

  it("reads only the label when it never talked to the real one, and starts fresh after the demo", () => {
    const demo = switched(settings, true, words);
    expect(demo).toEqual({ binding: { ...settings, demo: true }, note: words.label });
    const talked: Binding = { ...demo.binding, threadId: "demo" as ThreadId, threadUsed: true, turns: 1 };
    expect(switched(talked, false, words)).toEqual({ binding: settings, note: words.ended });
  });
});
