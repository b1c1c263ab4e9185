import { describe, expect, it } from "vitest";
import type { Entry } from "../../../src/demo/model-request.ts";
import { greetPatch, projectCommits } from "../../../src/demo/project.ts";
import { longRounds, type Part, respond } from "../../../src/demo/script.ts";
import { taskOf } from "../../../src/demo/task.ts";

const user = (text: string): Entry => ({ kind: "user", text });
const ran = (code: number, printed: string) =>
  `Chunk ID: 1\nWall time: 0.1 seconds\nProcess exited with code ${code}\nOutput:\n${printed}\n`;

/** One response of ours with its tool calls, and what they gave. */
function round(id: string, ...outputs: readonly string[]): readonly Entry[] {
  const callId = (index: number): string => `call_${id}_${index}`;
  return [
    ...outputs.map((_, index): Entry => ({ kind: "call", callId: callId(index) })),
    ...outputs.map((text, index): Entry => ({ kind: "output", callId: callId(index), text })),
  ];
}

const next = (...entries: readonly (Entry | readonly Entry[])[]): readonly Part[] =>
  respond(taskOf(entries.flat(), "en", longRounds));
const said = (parts: readonly Part[]): string => parts.flatMap((p) => (p.part === "text" ? [p.text] : [])).join("\n");
const called = (parts: readonly Part[]): readonly string[] =>
  parts.flatMap((p) => (p.part === "calls" ? p.calls.map((c) => `${c.name} ${c.input}`) : []));

describe("the script of the demo", () => {
  it("echoes any other text and lists the prompts, also when there is none", () => {
    expect(said(next(user("hello\nyou")))).toContain("> hello\n> you");
    expect(said(next(user("hello")))).toContain("7. `long`");
    expect(said(next(user("[Image a.png is at /p/a.png]")))).toMatch(/^I received `a.png`\.[\s\S]*\(no text\)/);
  });

  it("ticks the plan off with every command", () => {
    expect(called(next(user("plan")))[0]).toContain('"look around","status":"in_progress"');
    const once = [user("plan"), round("a", "Plan updated", ran(0, "README.md"))].flat();
    expect(called(next(once))[0]).toContain('"look around","status":"completed"');
    expect(called(next(once))[1]).toContain("cat src/greet.js");
    const tested = [...once, ...round("b", "Plan updated", ran(0, "")), ...round("c", "Plan updated", ran(1, "no"))];
    expect(called(next(tested))[0]).not.toMatch(/pending|in_progress/);
    expect(said(next([...tested, ...round("d", "Plan updated")]))).toContain("could not be run here");
  });

  it("says what came of the push", () => {
    const [call] = called(next(user("push")));
    expect(call).toContain('"sandbox_permissions":"require_escalated"');
    expect(said(next(user("push"), round("a", ran(0, "main -> main"))))).toContain("main -> main");
    expect(said(next(user("push"), round("a", "exec_command failed: rejected by user")))).toContain("not pushed");
  });

  it("patches what it finds: adds, takes back, or leaves alone what it does not know", () => {
    const source = projectCommits[0]?.files["src/greet.js"] ?? "";
    const added = greetPatch(source);
    expect(added?.change).toBe("added");
    expect(greetPatch(source.replace("  zh:", '  fr: "Bonjour",\n  zh:'))?.change).toBe("removed");
    expect(called(next(user("patch"), round("a", ran(0, "something else"))))[0]).toContain("Add File: notes.md");
    expect(said(next(user("patch"), round("a", ran(0, source)), round("b", "patch rejected")))).toContain("rejected");
  });

  it("takes the answer of its question up, and goes on without one", () => {
    const answer = JSON.stringify({ answers: { greeting: { answers: ['In "quotes"'] } } });
    expect(said(next(user("ask"), round("a", answer)))).toContain('**In "quotes"**');
    expect(said(next(user("ask"), round("a", "cancelled")))).toContain("No answer came");
  });

  it("fails the first time, and works when it is tried again", () => {
    const failed = [user("fail"), ...round("a", ran(0, "readme"))];
    expect(next(failed)).toEqual([expect.objectContaining({ part: "limit" })]);
    expect(said(next([...failed, user("The previous attempt failed. Do the last request again.")]))).toContain(
      "worked",
    );
    expect(said(next([...failed, user("fail")]))).toContain("on purpose");
  });

  it("runs long, step by step, to its end", () => {
    const rounds = Array.from({ length: longRounds }, (_, index) => round(`r${index}`, ran(0, "")));
    expect(said(next(user("long"), ...rounds.slice(0, 4)))).toContain("Step 5 of 20");
    expect(said(next(user("long"), ...rounds))).toContain("All 20 steps are done");
    expect(called(next(user("long"), ...rounds))).toEqual([]);
  });

  it("takes a message up while it runs long, once, and ends soon", () => {
    const steered = [user("long"), round("a", ran(0, "")), user("faster")];
    expect(said(next(...steered))).toContain("Taken up while working: “faster”");
    const after = [...steered, round("b", ran(0, ""))];
    expect(said(next(...after))).not.toContain("Taken up");
    expect(said(next(...after, round("c", ran(0, ""))))).toContain("because you wrote: “faster”");
  });

  it("begins anew with the message after a stop, and goes on at [Continue]", () => {
    const stopped: readonly Entry[] = [user("long"), ...round("a", ran(0, "")), { kind: "aborted" }];
    expect(said(next(stopped, user("hello")))).toContain("> hello");
    const goOn = user("Your previous turn was interrupted. Continue where you left off.");
    expect(said(next(stopped, goOn))).toContain("Step 2 of 20");
  });

  it("changes its course for another prompt in the middle of a run", () => {
    expect(called(next(user("long"), round("a", ran(0, "")), user("push")))[0]).toContain("git push");
  });
});
