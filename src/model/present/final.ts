import { clockTime, humanDuration } from "../../lib/duration.ts";
import { demoWords } from "../catalog/demo.ts";
import { type TurnWords, turnWords } from "../catalog/turn.ts";
import type { Button, Content, Piece } from "../delivery.ts";
import type { Mint } from "../mint.ts";
import type { TurnFailure } from "../turn.ts";
import { answerText, type TurnView } from "../view.ts";

/** How a turn ended, as far as the final tells it. */
export type Ending =
  | { readonly kind: "completed" }
  | { readonly kind: "stopped" }
  | { readonly kind: "interruptedForMessage" }
  | { readonly kind: "tooLong"; readonly minutes: number }
  | { readonly kind: "failed"; readonly failure: TurnFailure; readonly ref: string }
  /** Codex or the machine died under it. */
  | { readonly kind: "died"; readonly cause: "restart" | "codex"; readonly goesOn: "asks" | "byItself" | "already" };

/** What surrounds a final besides its view. */
export interface FinalFacts {
  /** ms since the epoch. */
  readonly now: number;
  readonly timeZone?: string;
  /** Undo is offered only where it is exact. */
  readonly canUndo: boolean;
  /** The demo model answered; the footer says so. */
  readonly demo: boolean;
}

/** Files a view's patches touched, with lines added and removed. */
export function touchedFiles(view: TurnView): {
  readonly files: number;
  readonly added: number;
  readonly removed: number;
} {
  const files = new Map<string, { added: number; removed: number }>();
  for (const action of view.actions) {
    if (action.kind !== "files" || action.state !== "done") continue;
    for (const file of action.files ?? []) {
      const sum = files.get(file.path) ?? { added: 0, removed: 0 };
      files.set(file.path, { added: sum.added + file.added, removed: sum.removed + file.removed });
    }
  }
  const all = [...files.values()];
  return {
    files: all.length,
    added: all.reduce((n, f) => n + f.added, 0),
    removed: all.reduce((n, f) => n + f.removed, 0),
  };
}

/** Share of the context window still free, 0–100; undefined when app-server did not say. */
export function contextLeft(view: TurnView): number | undefined {
  const usage = view.usage;
  if (usage?.contextWindow === undefined || usage.contextWindow <= 0) return undefined;
  return Math.max(0, Math.min(100, Math.round(100 - (100 * usage.lastTotalTokens) / usage.contextWindow)));
}

/** The final of a turn: its answer (or what there is of it), how it ended, one footer line, buttons. */
export function finalContent(view: TurnView, ending: Ending, mint: Mint, facts: FinalFacts): Content {
  const words = turnWords[view.language];
  const partial = ending.kind !== "completed";
  const answer = answerText(view, partial);
  const notice = noticeOf(view, ending, words, facts);
  const pieces: Piece[] = [];
  if (answer !== "") pieces.push({ as: "markdown", text: answer });
  if (notice !== undefined) pieces.push({ as: "text", text: notice });
  if (pieces.length === 0) pieces.push({ as: "text", text: words.noText });
  const buttons = buttonsOf(view, ending, words, mint, facts);
  const footer = footerOf(view, words, facts, ending.kind !== "stopped");
  return { pieces, ...(footer === "" ? {} : { footer }), ...(buttons.length === 0 ? {} : { buttons }) };
}

/** The label of the last thing a turn did, for notices. */
export function lastAction(view: TurnView): string | undefined {
  const label = view.actions.at(-1)?.label;
  return label === undefined ? undefined : label.length > 60 ? `${label.slice(0, 59)}…` : label;
}

function elapsed(view: TurnView, now: number): string {
  return humanDuration(view.durationMs ?? now - view.startedAt);
}

function noticeOf(view: TurnView, ending: Ending, words: TurnWords, facts: FinalFacts): string | undefined {
  switch (ending.kind) {
    case "completed":
      return undefined;
    case "stopped":
      return words.stopped(elapsed(view, facts.now), touchedFiles(view).files);
    case "interruptedForMessage":
      return words.interruptedFor;
    case "tooLong":
      return words.tooLong(ending.minutes);
    case "failed":
      return failureText(ending, words, facts);
    case "died": {
      const notice = words.died(ending.cause, lastAction(view));
      return ending.goesOn === "asks"
        ? notice
        : `${notice} ${ending.goesOn === "already" ? words.alreadyWentOn : words.continuing}`;
    }
  }
}

function failureText(ending: Extract<Ending, { kind: "failed" }>, words: TurnWords, facts: FinalFacts): string {
  const { failure, ref } = ending;
  const until = failure.retryAt === undefined ? undefined : clockTime(failure.retryAt, facts.timeZone);
  const said = words.failed[failure.reason];
  const text = typeof said === "function" ? said(until) : said;
  const own = failure.message.length > 300 ? `${failure.message.slice(0, 299)}…` : failure.message;
  const tell = failure.reason === "other" || failure.reason === "badRequest" || failure.reason === "providerError";
  return `${text}${tell && own !== "" ? `\n${own}` : ""}\nref ${ref}`;
}

/** `time`: the notice does not say it already. */
function footerOf(view: TurnView, words: TurnWords, facts: FinalFacts, time: boolean): string {
  const parts = facts.demo ? [demoWords[view.language].footer] : [];
  if (time) parts.push(elapsed(view, facts.now));
  const commands = view.actions.filter((a) => a.kind === "command" && a.state !== "declined").length;
  if (commands > 0) parts.push(words.footer.commands(commands));
  const touched = touchedFiles(view);
  if (touched.files > 0) parts.push(words.footer.files(touched.files, touched.added, touched.removed));
  const left = contextLeft(view);
  if (left !== undefined) parts.push(words.footer.context(left));
  return parts.join(" · ");
}

function buttonsOf(
  view: TurnView,
  ending: Ending,
  words: TurnWords,
  mint: Mint,
  facts: FinalFacts,
): readonly (readonly Button[])[] {
  const rows: (readonly Button[])[] = [];
  const slot = view.slot;
  if (ending.kind === "died" && ending.goesOn === "asks") {
    rows.push([
      mint.button(words.buttons.continue, { act: "continue", slot }, "primary"),
      mint.button(words.buttons.leave, { act: "leave", slot }),
    ]);
  }
  if (ending.kind === "failed") rows.push(retryRow(ending.failure, slot, words, mint, facts));
  const look: Button[] = [];
  const touched = view.diff !== undefined && view.diff !== "";
  if (touched) look.push(mint.button(words.buttons.diff, { act: "diff", slot }));
  if (view.actions.length > 0) look.push(mint.button(words.buttons.details, { act: "details", slot }));
  if (touched && facts.canUndo && ending.kind !== "completed")
    look.push(mint.button(words.buttons.undo, { act: "undo", slot }, "danger"));
  if (look.length > 0) rows.push(look);
  return rows;
}

function retryRow(
  failure: TurnFailure,
  slot: string,
  words: TurnWords,
  mint: Mint,
  facts: FinalFacts,
): readonly Button[] {
  const now = mint.button(words.buttons.retry, { act: "retry", slot }, "primary");
  if (failure.retryAt === undefined || failure.retryAt <= facts.now) return [now];
  return [
    mint.button(words.buttons.retryAt(clockTime(failure.retryAt, facts.timeZone)), {
      act: "retry",
      slot,
      at: failure.retryAt,
    }),
    now,
  ];
}
