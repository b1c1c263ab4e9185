import type { Language } from "../model/view.ts";
import type { Entry } from "./model-request.ts";
import { type Ability, abilityOf, languageOf, ownWords, type Written, written } from "./prompts.ts";

/** What the demo is doing for a person, as the conversation tells. */
export interface Task {
  /** Absent: a text that asks for nothing the demo knows. */
  readonly ability: Ability | undefined;
  readonly said: Written;
  readonly language: Language;
  /** How often it was tried before. */
  readonly attempt: number;
  /** Outputs of the task's tool calls, one list per response of ours. Its length: how many responses went before. */
  readonly rounds: readonly (readonly string[])[];
  /** What was written while it ran. */
  readonly steers: readonly string[];
  /** The steers no response of ours has answered. */
  readonly fresh: readonly string[];
  /** Responses since the first steer. */
  readonly roundsSteered: number;
  /** The person stopped it. */
  readonly stopped: boolean;
}

/**
 * The task of a conversation: everything the demo knows is read from it anew, so that a turn goes on where it was when
 * the service was restarted under it. `longRounds`: after that many rounds `long` takes no more steers.
 */
export function taskOf(entries: readonly Entry[], fallback: Language, longRounds: number): Task {
  let task = begun("", fallback);
  const roundOf = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind === "user") task = withText(task, entry.text, fallback, longRounds);
    if (entry.kind === "aborted") task = { ...task, stopped: true };
    if (entry.kind === "call") task = withCall(task, entry.callId, roundOf);
    if (entry.kind === "output") task = withOutput(task, roundOf.get(entry.callId), entry.text);
    if (entry.kind === "user" && task.rounds.length === 0) roundOf.clear();
  }
  return task;
}

function begun(text: string, fallback: Language): Task {
  const said = written(text);
  return {
    ability: abilityOf(said.text),
    said,
    language: languageOf(said.text, fallback),
    attempt: 0,
    rounds: [],
    steers: [],
    fresh: [],
    roundsSteered: 0,
    stopped: false,
  };
}

function withText(task: Task, text: string, fallback: Language, longRounds: number): Task {
  const own = ownWords(text);
  if (own === "retry") return { ...begun("", fallback), ...repeated(task) };
  if (own === "continue") return { ...task, stopped: false };
  const long = task.ability === "long" && task.rounds.length > 0 && task.rounds.length < longRounds;
  // A reason for declining comes while the push waits for its answer.
  const asking = task.ability === "push" && task.rounds.at(-1)?.length === 0;
  const running = !task.stopped && (long || asking);
  const next = begun(text, fallback);
  if (!running || (next.ability !== undefined && next.ability !== "long")) return next;
  return { ...task, steers: [...task.steers, next.said.text], fresh: [...task.fresh, next.said.text] };
}

function repeated(task: Task): Pick<Task, "ability" | "said" | "language" | "attempt"> {
  const { ability, said, language, attempt } = task;
  return { ability, said, language, attempt: attempt + 1 };
}

function withCall(task: Task, callId: string, roundOf: Map<string, number>): Task {
  // Calls of one response share its id: call_<response>_<index>.
  const response = callId.replace(/_\d+$/, "");
  const known = roundOf.get(response);
  roundOf.set(callId, known ?? task.rounds.length);
  if (known !== undefined) return task;
  roundOf.set(response, task.rounds.length);
  const steered = task.steers.length > 0 ? 1 : 0;
  return { ...task, rounds: [...task.rounds, []], fresh: [], roundsSteered: task.roundsSteered + steered };
}

function withOutput(task: Task, round: number | undefined, text: string): Task {
  const outputs = round === undefined ? undefined : task.rounds[round];
  if (round === undefined || outputs === undefined) return task;
  return { ...task, rounds: task.rounds.with(round, [...outputs, text]) };
}
