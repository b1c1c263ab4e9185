import { expect, it } from "vitest";
import { canMove, move, type RuntimePhase, runtimePhases } from "../../../src/dispatcher/runtime-state.ts";

it("every phase can be left for abandoned, which is never left", () => {
  const live = runtimePhases.filter((p) => p !== "abandoned" && p !== "parked");
  expect(live.filter((p) => !canMove(p, "abandoned"))).toEqual([]);
  expect(runtimePhases.filter((p) => canMove("abandoned", p))).toEqual([]);
  expect(() => move("abandoned", "abandoned")).toThrow(/abandoned → abandoned/);
});

it("refuses what the table does not hold, and says what was asked", () => {
  const wrong: [RuntimePhase, RuntimePhase][] = [
    ["parked", "running"],
    ["claiming", "running"],
    ["parking", "running"],
    ["running", "parking"],
  ];
  for (const [from, to] of wrong) expect(() => move(from, to)).toThrow(`${from} → ${to}`);
});

it("reaches every phase from parked", () => {
  const seen = new Set<RuntimePhase>(["parked"]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const from of [...seen]) {
      for (const to of runtimePhases) {
        if (!canMove(from, to) || seen.has(to)) continue;
        seen.add(to);
        grown = true;
      }
    }
  }
  expect([...seen].sort()).toEqual([...runtimePhases].sort());
});
