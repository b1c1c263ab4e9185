import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { ChatKey, RequestNumber, ThreadId, TurnId } from "../../../src/model/ids.ts";
import type { TraceLine } from "../../../src/model/trace.ts";
import type { TurnLogEntry } from "../../../src/model/turn-log.ts";

type Whole<T> = T extends readonly (infer E)[]
  ? readonly Whole<E>[]
  : T extends object
    ? { [K in keyof T]-?: Whole<T[K]> }
    : T;

const by = { id: "telegram:1", name: "@ada" };

/** Everything a record may have: the types ask for what is new. */
const record: Whole<Omit<TurnLogEntry, "chat" | "threadId" | "turnId" | "approvals">> &
  Required<Pick<TurnLogEntry, "chat" | "threadId" | "turnId" | "approvals">> = {
  version: 1,
  chat: "telegram~main~1" as ChatKey,
  slot: "t-1",
  by,
  project: "app",
  threadId: "th" as ThreadId,
  turnId: "tu" as TurnId,
  demo: true,
  policy: { model: "m", effort: "low", approvalPolicy: "never", sandbox: "read-only", network: false },
  outcome: "failed",
  code: "other",
  httpStatus: 500,
  ref: "7F3K",
  steers: [{ by, at: 1 }],
  plan: [{ step: "look", status: "pending" }],
  commands: [{ command: "ls", state: "done", exitCode: 0, durationMs: 1 }],
  approvals: [{ number: 1 as RequestNumber, kind: "command", decision: "accept", by, askedAt: 1, at: 2 }],
  diff: { sha256: "0", files: 1, added: 1, removed: 1 },
  usage: { input: 1, cachedInput: 1, output: 1, reasoning: 1, total: 2, context: 2, contextWindow: 9 },
  times: { asked: 1, taken: 2, started: 3, firstText: 4, ended: 5 },
  truncated: { commands: 1, plan: 1, approvals: 1, steers: 1 },
};

const line: Required<TraceLine> = {
  at: 1,
  part: "codex",
  dir: "in",
  kind: "answer",
  method: "m",
  id: 1,
  size: 1,
  ms: 1,
  error: 1,
  outcome: "done",
  facts: {},
  times: 1,
};

function paths(value: unknown, at = ""): readonly string[] {
  if (Array.isArray(value)) return paths(value[0], `${at}[]`);
  // People are explained once.
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0 || /\[\]\.by$/.test(at))
    return [at];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, at === "" ? key : `${at}.${key}`));
}

/** Fields in the first column of the tables of a section. */
function documented(section: string): readonly string[] {
  const doc = readFileSync(new URL("../../../docs/reference/turn-record.md", import.meta.url), "utf8");
  const text = doc.split("\n## ").find((part) => part.startsWith(section)) ?? "";
  const rows = text.split("| field | holds |")[1]?.split("\n\n")[0]?.split("\n").slice(2) ?? [];
  return rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ""));
}

it("the reference names every field of a record and of a trace, and no other", () => {
  expect([...documented("Turn record")].sort()).toEqual([...paths(record)].sort());
  expect([...documented("Trace")].sort()).toEqual([...paths(line)].sort());
});
