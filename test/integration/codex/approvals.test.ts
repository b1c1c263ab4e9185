import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Decision } from "../../../src/model/request.ts";
import { addFile, ask, call, patch, shell, text, together } from "../../emulators/model/steps.ts";
import { type Lab, openLab } from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

const asking = { approvalPolicy: "untrusted" } as const;
const decision = (name: Decision) => ({ kind: "decision", decision: name }) as const;

test("a command is asked for with its full text and folder, and runs when accepted", async () => {
  const { session, events } = await lab.open(asking);
  lab.model.on("touch", [shell("touch 'a b.txt'"), text("ok")]);
  await lab.say(session, "touch", asking);
  const { request } = await events.next("request");
  expect(request.body).toMatchObject({
    kind: "command",
    command: "touch 'a b.txt'",
    cwd: lab.cwd,
    proposedRule: ["touch", "a b.txt"],
  });
  expect(existsSync(join(lab.cwd, "a b.txt"))).toBe(false);
  await session.answer(request, decision("accept"));
  await events.turn();
  expect(events.of("requestResolved")).toEqual([
    { kind: "requestResolved", threadId: request.threadId, rpcId: request.rpcId },
  ]);
  expect(existsSync(join(lab.cwd, "a b.txt"))).toBe(true);
  await session.end();
});

test("accepted for the session, the same command is not asked for again in that thread", async () => {
  const { session, events } = await lab.open(asking);
  lab.model.on("twice", [shell("touch s.txt"), shell("touch s.txt"), text("ok")]);
  await lab.say(session, "twice", asking);
  const { request } = await events.next("request");
  await session.answer(request, decision("acceptForSession"));
  await events.turn();
  expect(events.of("request")).toHaveLength(1);
  expect(events.of("action").filter((e) => e.action.state === "done")).toHaveLength(2);
  await session.end();
});

test("always: the proposed rule is written and later threads do not ask", async () => {
  const { session, events } = await lab.open(asking);
  lab.model.on("rule", [shell("touch ruled.txt"), text("ok")]);
  await lab.say(session, "rule", asking);
  const { request } = await events.next("request");
  await session.answer(request, decision("always"));
  await events.turn();
  expect(readFileSync(join(lab.home, "rules/default.rules"), "utf8")).toContain('["touch", "ruled.txt"]');
  await session.end();
  const later = await lab.open(asking);
  await lab.say(later.session, "rule", asking);
  await later.events.turn();
  expect(later.events.of("request")).toEqual([]);
  await later.session.end();
});

test("declined, the turn goes on and the model is told; cancelled, it ends as interrupted", async () => {
  const { session, events } = await lab.open(asking);
  lab.model.on("no", [shell("touch no.txt"), text("then not")]);
  await lab.say(session, "no", asking);
  await session.answer((await events.next("request")).request, decision("decline"));
  const { turnId } = await events.turn();
  expect(events.texts).toEqual(["then not"]);
  expect(events.of("action").at(-1)?.action.state).toBe("declined");
  expect(
    lab.model.requests
      .filter((r) => r.turnId === turnId)
      .at(-1)
      ?.toolOutputs.at(-1),
  ).toContain("rejected by user");
  await lab.say(session, "no", asking);
  await session.answer((await events.next("request", 2)).request, decision("cancel"));
  expect((await events.turn(2)).ended.outcome).toBe("interrupted");
  expect(existsSync(join(lab.cwd, "no.txt"))).toBe(false);
  await session.end();
});

test("a patch is asked for with its diff; declined it is not applied, accepted it is", async () => {
  const { session, events } = await lab.open(asking);
  lab.model.on("patch", [patch(addFile("p.txt", "one\ntwo\n")), text("ok")]);
  await lab.say(session, "patch", asking);
  const first = (await events.next("request")).request;
  expect(first.body).toEqual({
    kind: "files",
    changes: [{ path: join(lab.cwd, "p.txt"), kind: "add", diff: "one\ntwo\n" }],
  });
  await session.answer(first, decision("decline"));
  await events.turn();
  expect(existsSync(join(lab.cwd, "p.txt"))).toBe(false);
  await lab.say(session, "patch", asking);
  await session.answer((await events.next("request", 2)).request, decision("accept"));
  await events.turn(2);
  expect(readFileSync(join(lab.cwd, "p.txt"), "utf8")).toBe("one\ntwo\n");
  expect(events.of("action").at(-1)?.action).toMatchObject({
    kind: "files",
    state: "done",
    files: [{ added: 2, removed: 0 }],
  });
  expect(events.of("diff").at(-1)?.diff).toContain("+two");
  await session.end();
});

test("two commands at once are two open requests, answered in any order", async () => {
  const { session, events } = await lab.open(asking);
  lab.model.on("two", [together(shell("touch x1"), shell("touch x2")), text("both")]);
  await lab.say(session, "two", asking);
  const second = (await events.next("request", 2)).request;
  const first = (await events.next("request", 1)).request;
  expect(second.itemId).not.toBe(first.itemId);
  await session.answer(second, decision("accept"));
  await session.answer(first, decision("decline"));
  await events.turn();
  expect(events.texts).toEqual(["both"]);
  expect([existsSync(join(lab.cwd, "x1")), existsSync(join(lab.cwd, "x2"))].sort()).toEqual([false, true]);
  await session.end();
});

test("an escalation in workspace-write is asked for with the model's reason", async () => {
  const policy = { approvalPolicy: "on-request", sandbox: "workspace-write" } as const;
  const { session, events } = await lab.open(policy);
  lab.model.on("push", [
    shell("git push origin main", { escalate: true, justification: "publish the branch" }),
    text("ok"),
  ]);
  await lab.say(session, "push", policy);
  const { request } = await events.next("request");
  expect(request.body).toMatchObject({
    command: "git push origin main",
    reason: "publish the branch",
    proposedRule: ["git", "push", "origin", "main"],
  });
  await session.answer(request, decision("decline"));
  await events.turn();
  await session.end();
});

test("a question is asked and its answer reaches the model", async () => {
  const { session, events } = await lab.open();
  const options = [
    { label: "SQLite", description: "a file" },
    { label: "Postgres", description: "a server" },
  ];
  lab.model.on("ask", [ask([{ id: "db", header: "DB", question: "Which database?", options }]), text("noted")]);
  await lab.say(session, "ask");
  const { request } = await events.next("request");
  expect(request.body).toEqual({
    kind: "question",
    questions: [{ id: "db", header: "DB", question: "Which database?", options, other: true, secret: false }],
  });
  await session.answer(request, { kind: "answers", answers: { db: ["Postgres"] } });
  const { turnId } = await events.turn();
  expect(
    lab.model.requests
      .filter((r) => r.turnId === turnId)
      .at(-1)
      ?.toolOutputs.at(-1),
  ).toContain("Postgres");
  await session.end();
});

test("an unusable tool call harms nothing: the turn goes on", async () => {
  const { session, events } = await lab.open();
  lab.model.on("bad", [call("no_such_tool", {}), text("went on")]);
  await lab.say(session, "bad");
  await events.turn();
  expect(events.texts).toEqual(["went on"]);
  await session.end();
});
