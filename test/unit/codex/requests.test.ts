import { expect, test } from "vitest";
import { readRequest, toResult } from "../../../src/codex/requests.ts";
import type { CodexRequest, Decision, RequestAnswer } from "../../../src/model/request.ts";

const of = { threadId: "t", turnId: "u", itemId: "i", startedAtMs: 1 };
const context = { changes: new Map([["i", [{ path: "/p", kind: "add", diff: "x\n" } as const]]]), now: 1_234_567 };

function ask(method: string, params: unknown): CodexRequest {
  const reading = readRequest(7, method, params, context);
  if (reading.kind !== "ask") throw new Error(`${method}: ${reading.kind}`);
  return reading.request;
}

const decide = (decision: Decision): RequestAnswer => ({ kind: "decision", decision });

const command = ask("item/commandExecution/requestApproval", {
  ...of,
  kind: "command",
  approvalId: "a-1",
  command: "/bin/bash -lc 'git push origin main'",
  cwd: "/ws",
  reason: "publish",
  proposedExecpolicyAmendment: ["git", "push", "origin", "main"],
});

test("a command approval has its identity, its text and the proposed rule", () => {
  expect(command).toEqual({
    rpcId: 7,
    threadId: "t",
    turnId: "u",
    itemId: "i",
    approvalId: "a-1",
    body: {
      kind: "command",
      command: "git push origin main",
      cwd: "/ws",
      reason: "publish",
      proposedRule: ["git", "push", "origin", "main"],
    },
  });
});

test.for([
  ["accept", "accept"],
  ["acceptForSession", "acceptForSession"],
  ["always", { acceptWithExecpolicyAmendment: { execpolicy_amendment: ["git", "push", "origin", "main"] } }],
  ["decline", "decline"],
  ["cancel", "cancel"],
] as const)("a command answered %s", ([decision, sent]) => {
  expect(toResult(command, decide(decision))).toEqual({ decision: sent });
});

test("always without a proposed rule allows this once only", () => {
  const plain = ask("item/commandExecution/requestApproval", { ...of, command: "ls", cwd: "/ws" });
  expect(toResult(plain, decide("always"))).toEqual({ decision: "accept" });
});

test("access to a host is asked for in words", () => {
  const network = ask("item/commandExecution/requestApproval", {
    ...of,
    networkApprovalContext: { host: "pypi.org", protocol: "https" },
  });
  expect(network.body).toMatchObject({ kind: "command", command: "network access to https://pypi.org" });
});

test("a patch approval takes its diff from memory; always means this session", () => {
  const files = ask("item/fileChange/requestApproval", { ...of, reason: null, grantRoot: null });
  expect(files.body).toEqual({ kind: "files", changes: [{ path: "/p", kind: "add", diff: "x\n" }] });
  expect(toResult(files, decide("always"))).toEqual({ decision: "acceptForSession" });
  expect(toResult(files, decide("decline"))).toEqual({ decision: "decline" });
});

test("permissions are granted as asked for, for the turn or the session, or not at all", () => {
  const permissions = { network: { enabled: true }, fileSystem: null };
  const request = ask("item/permissions/requestApproval", { ...of, cwd: "/ws", reason: "fetch", permissions });
  expect(request.body).toMatchObject({ kind: "permissions", summary: 'network: {"enabled":true}', reason: "fetch" });
  expect(toResult(request, decide("accept"))).toEqual({ permissions: { network: { enabled: true } }, scope: "turn" });
  expect(toResult(request, decide("acceptForSession"))).toEqual({
    permissions: { network: { enabled: true } },
    scope: "session",
  });
  expect(toResult(request, decide("decline"))).toEqual({ permissions: {}, scope: "turn" });
});

test("questions carry their options; answers go back by id", () => {
  const questions = [
    {
      id: "q1",
      header: "DB",
      question: "Which?",
      isOther: false,
      isSecret: false,
      options: [{ label: "A", description: "" }],
    },
    { id: "q2", header: "Key", question: "Key?", isOther: false, isSecret: true, options: null },
  ];
  const request = ask("item/tool/requestUserInput", { ...of, questions, isBlocking: true, autoResolutionMs: null });
  expect(request.body).toEqual({
    kind: "question",
    questions: [
      { id: "q1", header: "DB", question: "Which?", options: [{ label: "A" }], other: false, secret: false },
      { id: "q2", header: "Key", question: "Key?", options: [], other: true, secret: true },
    ],
  });
  expect(toResult(request, { kind: "answers", answers: { q1: ["A"] } })).toEqual({
    answers: { q1: { answers: ["A"] } },
  });
  expect(toResult(request, decide("decline"))).toEqual({ answers: {} });
});

test("an elicitation of an MCP server is accepted, remembered, filled in or declined", () => {
  const request = ask("mcpServer/elicitation/request", {
    threadId: "t",
    turnId: null,
    serverName: "srv",
    mode: "form",
    message: "May I?",
    requestedSchema: {},
    _meta: null,
  });
  expect(request).toMatchObject({
    turnId: "",
    itemId: "elicitation-srv-7",
    body: { kind: "elicitation", server: "srv", message: "May I?" },
  });
  expect(toResult(request, decide("accept"))).toEqual({ action: "accept", content: {}, _meta: null });
  expect(toResult(request, decide("always"))).toMatchObject({ action: "accept", _meta: { persist: "always" } });
  expect(toResult(request, decide("cancel"))).toEqual({ action: "cancel", content: null, _meta: null });
  expect(toResult(request, { kind: "answers", answers: { name: ["x"] } })).toMatchObject({ content: { name: "x" } });
});

test("the time is told; what cannot be served or read is refused", () => {
  expect(readRequest(1, "currentTime/read", { threadId: "t" }, context)).toEqual({
    kind: "reply",
    result: { currentTimeAt: 1234 },
  });
  for (const method of [
    "attestation/generate",
    "account/chatgptAuthTokens/refresh",
    "item/tool/call",
    "applyPatchApproval",
    "brand/new",
  ]) {
    expect(readRequest(1, method, of, context)).toEqual({ kind: "refuse" });
  }
  expect(readRequest(1, "item/fileChange/requestApproval", { threadId: "t" }, context)).toEqual({ kind: "refuse" });
});
