import { clockTime, shortDuration } from "../../lib/duration.ts";
import { type RequestWords, requestWords } from "../catalog/request.ts";
import type { Button, Content, Piece } from "../delivery.ts";
import type { Mint } from "../mint.ts";
import type { Decision, FileChange, RequestBody, RequestRecord } from "../request.ts";
import { revealControls } from "../text/sanitize.ts";
import type { Language } from "../view.ts";

/** Longest command shown on the card itself; the rest is behind [Show full command]. */
const commandLimit = 3000;
/** Longest rule on a button label. */
const ruleLimit = 60;

/** An open approval or question. `index`: which question of several is asked. */
export function requestCard(record: RequestRecord, language: Language, mint: Mint, index = 0): Content {
  const words = requestWords[language];
  const body = record.request.body;
  const number = record.number;
  if (body.kind === "question") return questionCard(record, words, mint, index);
  const pieces: Piece[] = [{ as: "bold", text: `${titleOf(body, words)}  #${number}` }, ...summaryOf(body, words)];
  if (body.kind === "command" && body.proposedRule !== undefined) pieces.push({ as: "text", text: words.alwaysNote });
  return { pieces, buttons: approvalButtons(record, body, words, mint) };
}

/** The same card once it is decided. `exit`: known only after the command ran. */
export interface Verdict {
  readonly decision: Decision | "answered" | "ended";
  readonly who?: string;
  readonly at?: number;
  readonly reason?: string;
  readonly exit?: { readonly code: number; readonly durationMs?: number };
  readonly timeZone?: string;
}

/** A decided card: verdict first, then what it was about. */
export function verdictCard(record: RequestRecord, verdict: Verdict, language: Language, mint: Mint): Content {
  const words = requestWords[language];
  const pieces: Piece[] = [{ as: "bold", text: verdictLine(record, verdict, words) }];
  if (verdict.reason !== undefined) pieces.push({ as: "text", text: words.reason(verdict.reason) });
  pieces.push(...subject(record.request.body, words));
  if (verdict.decision !== "ended") return { pieces };
  return { pieces, buttons: [[mint.button(words.askAgain, { act: "askAgain", request: record.number })]] };
}

/** What is between an answer and app-server's confirmation: the card without its buttons. */
export function sendingCard(record: RequestRecord, language: Language): Content {
  const words = requestWords[language];
  return {
    pieces: [
      { as: "bold", text: `${titleOf(record.request.body, words)}  #${record.number}` },
      ...subject(record.request.body, words),
      { as: "text", text: words.sending },
    ],
  };
}

/** The full text behind [Show diff] / [Show full command]. */
export function fullRequest(record: RequestRecord): readonly Piece[] {
  const body = record.request.body;
  if (body.kind === "command") return [{ as: "code", text: revealControls(body.command), language: "bash" }];
  if (body.kind !== "files") return [];
  return body.changes.flatMap((change) => [
    { as: "bold" as const, text: `${sign(change)} ${change.path}` },
    { as: "code" as const, text: revealControls(change.diff), language: "diff" },
  ]);
}

function titleOf(body: RequestBody, words: RequestWords): string {
  switch (body.kind) {
    case "command":
      return words.asksToRun;
    case "files":
      return words.asksToChange(body.changes.length);
    case "permissions":
      return words.asksPermission;
    case "elicitation":
      return words.asksServer(body.server);
    case "question":
      return words.asks;
  }
}

function summaryOf(body: RequestBody, words: RequestWords): Piece[] {
  const pieces = subject(body, words);
  const reason = "reason" in body ? body.reason : undefined;
  if (body.kind === "command" && body.cwd !== undefined)
    pieces.push({ as: "text", text: words.where(folder(body.cwd), reason && revealControls(reason)) });
  else if (reason !== undefined) pieces.push({ as: "text", text: revealControls(reason) });
  if (body.kind === "files" && body.grantRoot !== undefined)
    pieces.push({ as: "text", text: words.outside(body.grantRoot) });
  return pieces;
}

function subject(body: RequestBody, _words: RequestWords): Piece[] {
  switch (body.kind) {
    case "command":
      return [{ as: "code", text: clip(revealControls(body.command)), language: "bash" }];
    case "files":
      return [
        { as: "text", text: body.changes.map((c) => `${sign(c)} ${revealControls(c.path)}  ${lines(c)}`).join("\n") },
        { as: "fold", text: clip(body.changes.map((c) => c.diff).join("\n")) },
      ];
    case "permissions":
      return [{ as: "code", text: clip(revealControls(body.summary)) }];
    case "elicitation":
      return [{ as: "text", text: clip(revealControls(body.message)) }];
    case "question":
      return body.questions.map((q) => ({ as: "text" as const, text: q.question }));
  }
}

function approvalButtons(
  record: RequestRecord,
  body: RequestBody,
  words: RequestWords,
  mint: Mint,
): (readonly Button[])[] {
  const request = record.number;
  const decide = (label: string, decision: Decision, style?: "primary" | "danger"): Button =>
    mint.button(label, { act: "answer", request, answer: { kind: "decision", decision } }, style);
  if (body.kind === "elicitation" || body.kind === "permissions") {
    return [
      [decide(words.allow, "accept", "primary"), decide(words.decline, "decline")],
      [decide(words.stop, "cancel", "danger")],
    ];
  }
  const rows: (readonly Button[])[] = [
    [decide(words.approve, "accept", "primary"), decide(words.session, "acceptForSession")],
  ];
  if (body.kind === "command" && body.proposedRule !== undefined)
    rows.push([decide(words.always(ruleLabel(body.proposedRule)), "always")]);
  rows.push([
    decide(words.decline, "decline"),
    mint.button(words.declineWhy, { act: "answerWhy", request }),
    decide(words.stop, "cancel", "danger"),
  ]);
  if (body.kind === "files") rows.push([mint.button(words.showDiff, { act: "showRequest", request })]);
  else if (body.kind === "command" && body.command.length > commandLimit)
    rows.push([mint.button(words.showFull, { act: "showRequest", request })]);
  return rows;
}

function questionCard(record: RequestRecord, words: RequestWords, mint: Mint, index: number): Content {
  const body = record.request.body;
  const question = body.kind === "question" ? body.questions[index] : undefined;
  if (body.kind !== "question" || question === undefined) return { pieces: [{ as: "text", text: words.ended }] };
  const total = body.questions.length;
  const mark = total > 1 ? `  ${words.of(index + 1, total)}` : "";
  const request = record.number;
  const options = question.options.map((o) => mint.button(o.label, { act: "choose", request, index, option: o.label }));
  const other =
    question.other || question.options.length === 0
      ? [mint.button(words.other, { act: "answerOther", request, question: question.id })]
      : [];
  const described = question.options
    .filter((o) => o.description !== undefined && o.description !== "")
    .map((o) => `${o.label}: ${o.description}`);
  return {
    pieces: [
      { as: "bold", text: `${question.question}${mark}  #${request}` },
      ...(described.length === 0 ? [] : [{ as: "text" as const, text: described.join("\n") }]),
    ],
    buttons: [...[...options, ...other].map((b) => [b])],
  };
}

function verdictLine(record: RequestRecord, verdict: Verdict, words: RequestWords): string {
  if (verdict.decision === "ended") return words.ended;
  const who = verdict.who ?? "?";
  const time = clockTime(verdict.at ?? record.askedAt, verdict.timeZone);
  const body = record.request.body;
  const rule = body.kind === "command" && body.proposedRule !== undefined ? ruleLabel(body.proposedRule) : "";
  const said = words.verdict[verdict.decision](who, time, rule);
  if (verdict.exit === undefined) return said;
  return `${said} · ${words.exit(verdict.exit.code, verdict.exit.durationMs === undefined ? undefined : shortDuration(verdict.exit.durationMs))}`;
}

function sign(change: FileChange): string {
  return { add: "+", delete: "−", update: "~" }[change.kind];
}

function lines(change: FileChange): string {
  if (change.kind === "add") return `+${change.diff.split("\n").filter((l) => l !== "").length}`;
  const rows = change.diff.split("\n");
  const count = (mark: string): number =>
    rows.filter((l) => l.startsWith(mark) && !l.startsWith(mark.repeat(3))).length;
  return `+${count("+")} −${count("-")}`;
}

function ruleLabel(rule: readonly string[]): string {
  const text = revealControls(rule.join(" "));
  return text.length > ruleLimit ? `${text.slice(0, ruleLimit - 1)}…` : text;
}

function clip(text: string): string {
  return text.length > commandLimit ? `${text.slice(0, commandLimit)}\n…` : text;
}

function folder(path: string): string {
  return (
    path
      .split("/")
      .filter((p) => p !== "")
      .at(-1) ?? path
  );
}
