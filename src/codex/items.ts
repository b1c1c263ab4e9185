import type { FileChange } from "../model/request.ts";
import type { Action, MessagePhase } from "../model/turn.ts";
import type { ChangeRead, ItemRead } from "./protocol/read.ts";

const outputTail = 4_000;

const kinds: Readonly<Record<string, Action["kind"]>> = {
  commandExecution: "command",
  fileChange: "files",
  webSearch: "search",
  mcpToolCall: "tool",
  dynamicToolCall: "tool",
  collabAgentToolCall: "tool",
  enteredReviewMode: "review",
  exitedReviewMode: "review",
  contextCompaction: "compaction",
  imageView: "other",
  imageGeneration: "other",
};

/** A line of the work log; undefined for items that are none (messages, reasoning, what a newer Codex brings). */
export function toAction(item: ItemRead, stage: "started" | "completed"): Action | undefined {
  const kind = kinds[item.type];
  if (kind === undefined) return undefined;
  const output = stage === "completed" ? tail(item.aggregatedOutput ?? "") : "";
  return {
    id: item.id,
    kind,
    label: label(item),
    state: stage === "started" ? "running" : endState(item),
    ...(typeof item.exitCode === "number" ? { exitCode: item.exitCode } : {}),
    ...(typeof item.durationMs === "number" ? { durationMs: item.durationMs } : {}),
    ...(output === "" ? {} : { output }),
    ...(item.changes ? { files: item.changes.map(fileLine) } : {}),
    ...(item.processId ? { processId: item.processId } : {}),
  };
}

/** Unknown phases count as absent. */
export function toPhase(phase: string | null | undefined): MessagePhase {
  if (phase === "commentary") return "commentary";
  return phase === "final_answer" || phase === "partial_answer" ? "final" : undefined;
}

/** The changes of a patch. */
export function toChanges(changes: readonly ChangeRead[]): FileChange[] {
  return changes.map(({ path, kind, diff }) => ({
    path,
    kind: kind.type === "add" || kind.type === "delete" ? kind.type : "update",
    diff,
    ...(kind.move_path ? { movedTo: kind.move_path } : {}),
  }));
}

/** The command as a person would type it: without the `/bin/bash -lc …` around it, where that is exact. */
export function plainCommand(command: string): string {
  const wrapped = /^(?:\S*\/)?(?:ba|z|da)?sh -l?c ([\s\S]+)$/.exec(command)?.[1];
  if (wrapped === undefined) return command;
  if (/^[\w./:=@%+,-]+$/.test(wrapped)) return wrapped;
  if (/^'[^']*'$/.test(wrapped)) return wrapped.slice(1, -1);
  if (/^"(?:[^"\\$`]|\\["\\$`])*"$/.test(wrapped)) return wrapped.slice(1, -1).replace(/\\(["\\$`])/g, "$1");
  return command;
}

function endState(item: ItemRead): Action["state"] {
  if (item.status === "declined" || item.status === "failed") return item.status;
  return item.status === "inProgress" ? "running" : "done";
}

function label(item: ItemRead): string {
  switch (item.type) {
    case "commandExecution":
      return oneLine(plainCommand(item.command ?? ""));
    case "fileChange":
      return (item.changes ?? []).map((c) => c.path).join(", ");
    case "webSearch":
      return oneLine(item.query ?? "");
    case "mcpToolCall":
      return [item.server, item.tool].filter(Boolean).join(".");
    case "dynamicToolCall":
    case "collabAgentToolCall":
      return item.tool ?? item.type;
    case "imageView":
      return item.path ?? "";
    default:
      return oneLine(item.review ?? item.type);
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " ").trim();
}

function tail(text: string): string {
  return text.length <= outputTail ? text : text.slice(-outputTail);
}

function fileLine(change: ChangeRead): { path: string; added: number; removed: number } {
  const lines = change.diff.replace(/\n$/, "").split("\n");
  const all = change.diff === "" ? 0 : lines.length;
  if (change.kind.type === "add") return { path: change.path, added: all, removed: 0 };
  if (change.kind.type === "delete") return { path: change.path, added: 0, removed: all };
  return { path: change.path, added: count(lines, "+"), removed: count(lines, "-") };
}

function count(lines: readonly string[], sign: "+" | "-"): number {
  const header = sign.repeat(3);
  return lines.filter((line) => line.startsWith(sign) && !line.startsWith(`${header} `)).length;
}
