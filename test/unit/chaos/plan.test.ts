import { describe, expect, it } from "vitest";
import { faultKinds, planFaults } from "../../chaos/plan.ts";
import { Random } from "../../chaos/random.ts";
import { answeredIn, askedIn, done, read, wentOn, written } from "../../chaos/words.ts";

const minutes = (n: number): number => n * 60_000;

describe("the plan of a run", () => {
  it("is the same for the same seed, and another for another", () => {
    const of = (seed: number) => planFaults(new Random(seed, "faults"), minutes(5), faultKinds);
    expect(of(7)).toEqual(of(7));
    expect(of(7)).not.toEqual(of(8));
  });

  it("has every kind of fault within 2.5 minutes, whatever the seed", () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const kinds = new Set(planFaults(new Random(seed, "faults"), minutes(2.5), faultKinds).map((one) => one.kind));
      expect(kinds.size).toBe(faultKinds.length);
    }
  });
});

describe("the words of a run", () => {
  it("are read as they were written", () => {
    const message = { id: "c07-12", wish: "slow", streamMs: 3_000 } as const;
    expect(read(`[In reply to: x]\n${written(message)}`)).toEqual([message]);
    expect(answeredIn(`word1 ${done("c07-12")} ${done("c07-13")}\n\n${wentOn("01a1-b2")}`)).toEqual([
      "c07-12",
      "c07-13",
      "01a1-b2",
    ]);
    expect(askedIn("**Codex asks to run  #2**\n\n```bash\necho run >> /tmp/x/asked/c07-12 ;\n```")).toBe("c07-12");
    expect(askedIn("Codex reads this after #2.")).toBeUndefined();
  });
});
