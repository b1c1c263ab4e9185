import { describe, expect, it } from "vitest";
import { readOptions } from "../../fixtures/program-options.ts";

const known = {
  options: {
    only: { type: "string", multiple: true },
    minutes: { type: "string", default: "5" },
    write: { type: "boolean", default: false },
  },
} as const;

describe("a program of the tests", () => {
  it("takes its options in both forms, and its defaults where nothing is said", () => {
    const told = readOptions(["--only", "warm", "--only=parked"], known);
    expect(told).toEqual({ values: { only: ["warm", "parked"], minutes: "5", write: false } });
  });

  it("only tells its usage where that is asked for, whatever else is said", () => {
    expect(readOptions(["--help"], known)).toEqual({ help: true });
    expect(readOptions(["--nonsense", "-h"], known)).toEqual({ help: true });
  });

  it("says in one sentence what it does not know, or what lacks its value", () => {
    expect(readOptions(["--onyl", "warm"], known)).toEqual({ wrong: "Unknown option '--onyl'" });
    expect(readOptions(["warm"], known)).toEqual({ wrong: "Unexpected argument 'warm'" });
    expect(readOptions(["--minutes"], known)).toEqual({ wrong: "Option '--minutes <value>' argument missing" });
  });
});
