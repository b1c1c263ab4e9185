import { type DemoWords, demoWords } from "../model/catalog/demo.ts";
import { greetFile, greetPatch } from "./project.ts";
import type { Task } from "./task.ts";
import { addFile, askCall, type PlanEntry, patchCall, planCall, shellCall, type ToolCall } from "./tool-calls.ts";

/** What one response of the demo model is made of, in order. `calls` and `limit` end it. */
export type Part =
  | { readonly part: "thought"; readonly text: string }
  /** `remark`: said on the way; else the answer. */
  | { readonly part: "text"; readonly text: string; readonly remark?: true }
  | { readonly part: "calls"; readonly calls: readonly ToolCall[] }
  /** The model is over its limit for so long, s. */
  | { readonly part: "limit"; readonly seconds: number; readonly message: string };

/** How many responses `long` takes when nobody steers it. */
export const longRounds = 20;
/** Responses of `long` after it was steered. */
const roundsAfterSteer = 2;
const limitSeconds = 600;

/** The next response of a task. Pure: the same conversation has the same answer. */
export function respond(task: Task): readonly Part[] {
  const words = demoWords[task.language];
  const parts = partsOf(task, words);
  const { files } = task.said;
  if (files.length === 0 || task.rounds.length > 0) return parts;
  return [{ part: "text", text: words.files(files.map((name) => `\`${name}\``).join(", ")) }, ...parts];
}

function partsOf(task: Task, words: DemoWords): readonly Part[] {
  switch (task.ability) {
    case undefined:
      return [say(words.echo(task.said.text === "" ? words.nothingWritten : task.said.text, words.list))];
    case "table":
      return [say(words.table)];
    case "plan":
      return plan(task, words.plan);
    case "push":
      return push(task, words.push);
    case "patch":
      return patch(task, words.patch);
    case "ask":
      return ask(task, words.ask);
    case "fail":
      return fail(task, words.fail);
    case "long":
      return long(task, words.long);
  }
}

/** The first words of the commands that change nothing, and none of which leaves the project. */
export const harmlessCommands: readonly (readonly string[])[] = [
  ["ls", "-la"],
  ["cat", greetFile],
  ["cat", "README.md"],
  ["node", "--test"],
  ["sleep", "3"],
  ["echo"],
];

const planCommands = ["ls -la", `cat ${greetFile}`, "node --test"] as const;

function plan(task: Task, words: DemoWords["plan"]): readonly Part[] {
  const round = task.rounds.length;
  const entries = words.steps.map(
    (step, index): PlanEntry => [step, index < round ? "completed" : index === round ? "in_progress" : "pending"],
  );
  const command = planCommands[round];
  if (command !== undefined) {
    const lead: Part[] = round === 0 ? [{ part: "thought", text: words.thinking }, remark(words.begin)] : [];
    return [...lead, does(planCall(entries), shellCall(command))];
  }
  if (round === planCommands.length) return [does(planCall(entries))];
  return [say(words.done(outcomeOf(task.rounds[planCommands.length - 1]).ok))];
}

function push(task: Task, words: DemoWords["push"]): readonly Part[] {
  if (task.rounds.length === 0) {
    const call = shellCall("git push origin main", { escalate: true, justification: words.why });
    return [remark(words.begin), does(call)];
  }
  const { ok, text } = outcomeOf(task.rounds[0]);
  if (!ok && task.steers.length > 0) return [say(words.declined(task.steers.join(" ")))];
  return [say(ok ? words.done(text) : words.failed(text))];
}

function patch(task: Task, words: DemoWords["patch"]): readonly Part[] {
  const [source, patched, tested] = task.rounds.map(outcomeOf);
  if (source === undefined) return [remark(words.begin), does(shellCall(`cat ${greetFile}`))];
  const change = greetPatch(source.text);
  if (patched === undefined) return [does(patchCall(change?.patch ?? addFile("notes.md", "The demo was here.\n")))];
  if (!patched.ok) return [say(words.failed(patched.text))];
  if (change === undefined) return [say(words.noted)];
  return tested === undefined ? [does(shellCall("node --test"))] : [say(words[change.change](tested.ok))];
}

function ask(task: Task, words: DemoWords["ask"]): readonly Part[] {
  if (task.rounds.length === 0) {
    const { header, question, options } = words;
    return [does(askCall([{ id: "greeting", header, question, options }]))];
  }
  const chosen = answersIn(task.rounds[0]?.[0] ?? "");
  return [say(chosen.length === 0 ? words.none : words.done(chosen.join(", ")))];
}

function fail(task: Task, words: DemoWords["fail"]): readonly Part[] {
  if (task.attempt > 0) return [say(words.done)];
  if (task.rounds.length === 0) return [say(words.begin), does(shellCall("cat README.md"))];
  return [{ part: "limit", seconds: limitSeconds, message: words.message }];
}

function long(task: Task, words: DemoWords["long"]): readonly Part[] {
  const round = task.rounds.length;
  const heard = task.fresh.map((text) => say(words.heard(text)));
  const over = round >= longRounds || task.roundsSteered >= roundsAfterSteer;
  if (over) return [...heard, say(words.done(round, task.steers))];
  const n = round + 1;
  return [...heard, remark(words.step(n, longRounds)), does(shellCall(`sleep 3 && echo "step ${n} of ${longRounds}"`))];
}

function say(text: string): Part {
  return { part: "text", text };
}

function remark(text: string): Part {
  return { part: "text", text, remark: true };
}

function does(...calls: readonly ToolCall[]): Part {
  return { part: "calls", calls };
}

/** How the last tool call of a round went, and what it printed. */
function outcomeOf(outputs: readonly string[] | undefined): { readonly ok: boolean; readonly text: string } {
  const output = outputs?.at(-1) ?? "";
  const code = /exited with code (\d+)|^Exit code: (\d+)/m.exec(output);
  const printed = /^Output:\n([\s\S]*)$/m.exec(output)?.[1];
  return { ok: (code?.[1] ?? code?.[2]) === "0", text: (printed ?? output).trim() };
}

/** Labels in the output of `request_user_input`: `{"answers":{"id":{"answers":["label"]}}}`. */
function answersIn(output: string): readonly string[] {
  return [...output.matchAll(/"answers"\s*:\s*\[([^\]]*)\]/g)].flatMap((match) =>
    [...(match[1] ?? "").matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((one) => String(JSON.parse(`"${one[1] ?? ""}"`))),
  );
}
