import { channelMutants } from "./channels.ts";
import { roleMutants } from "./roles.ts";
import { turnMutants } from "./turns.ts";

/** The laws of ARCHITECTURE.md, each held by tests with its number in their names. */
export const laws = ["L1", "L2", "L3", "L4", "L5", "L6", "L7", "L8", "L9", "L10", "L11", "L12"] as const;

/** Number of a law. */
export type Law = (typeof laws)[number];

/** A fault that breaks a law, and the files whose tests of that law must see it. */
export interface Mutant {
  readonly law: Law;
  /** What the faulty service does, as a sentence about it. */
  readonly fault: string;
  /** Relative to the project. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Test files that need no build, relative to the project. */
  readonly tests: readonly string[];
}

/** Matches the names of a law's tests: `L3: …`, `… (L3)`. */
export function testsOf(law: Law): RegExp {
  return new RegExp(`\\b${law}\\b`);
}

const unfenced = { find: "if not holds(state, node, epoch) then", replace: "if false then" };
const lanes = ["test/unit/telegram/lanes.test.ts"];
const ingress = ["test/unit/channel/messages.test.ts"];
const taps = ["test/unit/channel/answers.test.ts"];
const actor = ["test/unit/dispatcher/actor.test.ts", "test/unit/dispatcher/laws.test.ts"];
const recovery = ["test/unit/dispatcher/recovery.test.ts", "test/unit/dispatcher/laws.test.ts"];
const approvals = ["test/unit/dispatcher/actor.test.ts"];
const lease = ["test/integration/redis/lease.test.ts"];
const commit = ["test/integration/redis/commit.test.ts"];
const outbox = ["test/unit/outbox/durable.test.ts", "test/unit/outbox/sender.test.ts"];

/** The faults that `npm run test:mutants` plants, at least two per law. */
export const mutants: readonly Mutant[] = [
  {
    law: "L1",
    fault: "updates are confirmed before they are stored",
    file: "adapters/telegram/poller.ts",
    find: "if (!(await deliverAll({ ...deps, accept, onRejected }, events, signal))) return;",
    replace: "void deliverAll({ ...deps, accept, onRejected }, events, signal);",
    tests: ["test/integration/telegram/poller.test.ts"],
  },
  {
    law: "L1",
    fault: "a message that could not be stored is acknowledged",
    file: "src/channel/store-mail.ts",
    find: "const result = await deps.store.ingest(chat, dedupe, mail, at);",
    replace: 'const result = await deps.store.ingest(chat, dedupe, mail, at).catch(() => "taken");',
    tests: ingress,
  },
  {
    law: "L1",
    fault: "messages sent while the service was down are dropped for their age",
    file: "src/channel/messages.ts",
    find: "const flags = {",
    replace: "if (waited) return;\n  const flags = {",
    tests: ingress,
  },
  {
    law: "L1",
    fault: "Redis confirms writes that are not on disk",
    file: "src/redis/embedded-server.ts",
    find: '["appendfsync", "always"]',
    replace: '["appendfsync", "everysec"]',
    tests: ["test/unit/redis/setup.test.ts"],
  },
  {
    law: "L1",
    fault: "an update that could not be stored is skipped",
    file: "adapters/telegram/lanes.ts",
    find: "await pause(deps.clock, backoffMs(attempt, storing, Math.random()), signal);",
    replace: "return true;",
    tests: lanes,
  },
  {
    law: "L2",
    fault: "an event that is handed over twice is stored twice",
    file: "src/redis/scripts/ingest.lua",
    find: "if seen then",
    replace: "if false then",
    tests: ["test/integration/redis/mailbox.test.ts"],
  },
  {
    law: "L2",
    fault: "messages of one chat are stored side by side",
    file: "adapters/telegram/lanes.ts",
    find: "if (lane === undefined) lanes.set(event.at.chat, [event]);",
    replace: "if (lane === undefined) lanes.set(event.dedupe, [event]);",
    tests: lanes,
  },
  {
    law: "L2",
    fault: "a message is acked when its turn starts, before Codex has it",
    file: "src/dispatcher/turn.ts",
    find: "await a.commit({ turn: { ...withPolicy(a, turn), turnId: event.turnId } });",
    replace: "await a.commit({ ack: turn.mailIds, turn: { ...turn, turnId: event.turnId } });",
    tests: actor,
  },
  {
    law: "L2",
    fault: "a delivered message is started again after a death of Codex",
    file: "src/dispatcher/recovery.ts",
    find: "if (record === undefined && turn.delivered === false)",
    replace: "if (record === undefined)",
    tests: recovery,
  },
  {
    law: "L2",
    fault: "a message that never reached Codex is not started again",
    file: "src/dispatcher/recovery.ts",
    find: "if (ours === undefined && !turn.delivered) return startAgain(a);",
    replace:
      'if (ours === undefined && !turn.delivered) return endFromRecord(a, ours, { kind: "died", cause: "restart", goesOn: "asks" });',
    tests: recovery,
  },
  {
    law: "L3",
    fault: "a commit is not fenced",
    file: "src/redis/scripts/commit.lua",
    ...unfenced,
    tests: lease,
  },
  {
    law: "L3",
    fault: "a view is written without fencing",
    file: "src/redis/scripts/update-view.lua",
    ...unfenced,
    tests: lease,
  },
  {
    law: "L3",
    fault: "a sender's progress is not fenced",
    file: "src/redis/scripts/outbox-progress.lua",
    find: "if not holds(lease, node, epoch) then",
    replace: "if false then",
    tests: lease,
  },
  {
    law: "L3",
    fault: "a stale sender removes what its successor has to send",
    file: "src/redis/scripts/outbox-complete.lua",
    find: "if not holds(KEYS[1], ARGV[1], ARGV[2]) then",
    replace: "if false then",
    tests: lease,
  },
  {
    law: "L3",
    fault: "a lease that lives is taken by another node",
    file: "src/redis/scripts/prelude.lua",
    find: "if lease[1] and lease[1] ~= node and tonumber(lease[2]) > at then",
    replace: "if false then",
    tests: lease,
  },
  {
    law: "L3",
    fault: "a process that was given up is still listened to",
    file: "src/dispatcher/actor.ts",
    find: "if (input.session === a.listening) await this.onCodex(input.event);",
    replace: "await this.onCodex(input.event);",
    tests: recovery,
  },
  {
    law: "L2",
    fault: "a backup holds tokens of events it does not hold",
    file: "src/redis/backup-read.ts",
    find: "return madeAt < (readAt.get(chatIn(family, key)) ?? 0);",
    replace: "return madeAt > 0;",
    tests: ["test/integration/redis/backup.test.ts"],
  },
  {
    law: "L5",
    fault: "a send of unknown outcome counts as done",
    file: "src/outbox/durable.ts",
    find: "noteUnknown(desk, work.chat, work.op, call);\n      return later(desk, work, result.reason);",
    replace: 'return advance(desk, work, call, { outcome: "done" });',
    tests: outbox,
  },
  {
    law: "L5",
    fault: "an operation is completed before it is sent",
    file: "src/outbox/durable.ts",
    find: "const begunAt = desk.clock.now();",
    replace: "const begunAt = desk.clock.now();\n  await desk.store.complete(desk.epoch, work.chat, work.op.id);",
    tests: outbox,
  },
  {
    law: "L5",
    fault: "a chat is given up when Telegram answers 502",
    file: "adapters/telegram/errors.ts",
    find: "if (code >= 500) return ambiguous(failureReason(failure), call);",
    replace: 'if (code >= 500) return { outcome: "gone", reason: description };',
    tests: ["test/unit/telegram/errors.test.ts"],
  },
  {
    law: "L5",
    fault: "a commit that is sent again after a lost reply happens twice",
    file: "src/redis/scripts/commit.lua",
    find: "if redis.call('HGET', state, 'ct') == token then",
    replace: "if false then",
    tests: commit,
  },
  {
    law: "L5",
    fault: "a commit that is asked for again after its call failed happens twice",
    file: "src/redis/chat-store.ts",
    find: "const token = tokens.get(write) ?? String(++calls);",
    replace: "const token = String(++calls);",
    tests: commit,
  },
  {
    law: "L6",
    fault: "frames are sent while the final waits in the outbox",
    file: "src/redis/scripts/live.lua",
    find: "if entry[2][3] == 'e' and entry[2][4] == running[2] then",
    replace: "if false then",
    tests: commit,
  },
  {
    law: "L6",
    fault: "a late frame brings an ended view back",
    file: "src/redis/scripts/update-view.lua",
    find: "if redis.call('HGET', state, 'le') == slot then",
    replace: "if false then",
    tests: commit,
  },
  {
    law: "L6",
    fault: "an ended view goes on being shown",
    file: "src/redis/scripts/commit.lua",
    find: "  redis.call('DEL', view, view_text)\nend\n\nfunction steps.ack",
    replace: "end\n\nfunction steps.ack",
    tests: commit,
  },
  {
    law: "L6",
    fault: "a final goes out beside a frame that is still on its way",
    file: "src/outbox/scheduler.ts",
    find: "entry.out = true;",
    replace: "entry.out = false;",
    tests: ["test/unit/outbox/live.test.ts"],
  },
  {
    law: "L7",
    fault: "a second answer overwrites the first",
    file: "src/redis/scripts/settle.lua",
    find: "if verdict then",
    replace: "if false then",
    tests: ["test/integration/redis/requests.test.ts"],
  },
  {
    law: "L7",
    fault: "the card says approved before app-server resolved the request",
    file: "src/dispatcher/approvals.ts",
    find: "if (a.open.has(mail.request)) await writeAnswer(a, settled);",
    replace: "if (a.open.has(mail.request)) await writeAnswer(a, settled);\n  await resolve(a, mail.request);",
    tests: approvals,
  },
  {
    law: "L7",
    fault: "whoever may talk may approve",
    file: "src/channel/taps.ts",
    find: "if (!rights.has(needed)) return { text: await onlyText(deps, words, needed, event.at) };",
    replace: "",
    tests: taps,
  },
  {
    law: "L7",
    fault: "whoever may talk may type /approve",
    file: "src/channel/text-answers.ts",
    find: 'const { text, answered } = rights.has("approve")',
    replace: "const { text, answered } = rights.size > 0",
    tests: taps,
  },
  {
    law: "L7",
    fault: "a button works in another chat than its own",
    file: "src/channel/taps.ts",
    find: "if (!sameChat(record.chat, chat)) return { text: words.notYou };",
    replace: "",
    tests: taps,
  },
  {
    law: "L8",
    fault: "an owner that goes away ends its Codex",
    file: "src/dispatcher/actor.ts",
    find: "a.session?.detach();",
    replace: "await a.session?.end();",
    tests: recovery,
  },
  {
    law: "L8",
    fault: "a living Codex is not looked for after a restart",
    file: "src/dispatcher/recovery.ts",
    find: "if (await rejoined(a)) return;",
    replace: "",
    tests: recovery,
  },
  {
    law: "L8",
    fault: "a recorded answer is not sent again to a request that is asked again",
    file: "src/dispatcher/approvals.ts",
    find: "if (answered !== undefined) await writeAnswer(a, a.requests.get(known.number) ?? known);",
    replace: "",
    tests: approvals,
  },
  {
    law: "L9",
    fault: "everybody who writes may talk",
    file: "src/channel/access.ts",
    find: "(users.get(person.id) ?? nothing)",
    replace: "(users.get(person.id) ?? everything)",
    tests: ingress,
  },
  {
    law: "L9",
    fault: "a stranger is told that this is not for them",
    file: "src/channel/messages.ts",
    find: "if (rights.size === 0) {",
    replace: "if (false) {",
    tests: ingress,
  },
  {
    law: "L9",
    fault: "a stranger's tap learns who the owners are",
    file: "src/channel/taps.ts",
    find: "if (rights.size === 0) {",
    replace: "if (false) {",
    tests: taps,
  },
  {
    law: "L9",
    fault: "a stranger stops a turn",
    file: "src/channel/ingress.ts",
    find: 'if (!rights.has("talk")) return;',
    replace: "",
    tests: ingress,
  },
  {
    law: "L10",
    fault: "log lines are not redacted",
    file: "src/telemetry/logger.ts",
    find: "const line = options.redact(json);",
    replace: "const line = json;",
    tests: ["test/unit/telemetry/logger.test.ts"],
  },
  {
    law: "L10",
    fault: "a trace tells short texts as they are",
    file: "src/model/trace.ts",
    find: "else if (plain.has(at) && isPlain(value)) found.told",
    replace: "else if (isPlain(value)) found.told",
    tests: ["test/unit/model/trace.test.ts"],
  },
  {
    law: "L10",
    fault: "a failed call tells the URL with the bot token",
    file: "adapters/telegram/client.ts",
    find: 'return httpFailure(field(inner, "type") ?? (inner instanceof Error ? inner.name : "no answer"), false, false);',
    replace: "return httpFailure(String(inner), false, false);",
    tests: ["test/integration/telegram/poller.test.ts"],
  },
  {
    law: "L10",
    fault: "children inherit the service's whole environment",
    file: "config/environment.ts",
    find: "if (value !== undefined && (inherited.has(key)",
    replace: "if (value !== undefined && (true",
    tests: ["test/integration/config/load.test.ts"],
  },
  {
    law: "L10",
    fault: "app-server gets everything of our environment",
    file: "src/codex/config-overrides.ts",
    find: "if (value !== undefined && allowed(name)) env[name] = value;",
    replace: "if (value !== undefined) env[name] = value;",
    tests: ["test/unit/codex/config-overrides.test.ts"],
  },
  {
    law: "L10",
    fault: "the model's commands see codex.env",
    file: "src/codex/config-overrides.ts",
    find: "const hidden = new Set(Object.keys(policy.env));",
    replace: "const hidden = new Set<string>();",
    tests: ["test/unit/codex/config-overrides.test.ts"],
  },
  {
    law: "L11",
    fault: "the splitter drops a character at each cut",
    file: "adapters/telegram/format-split.ts",
    find: "from = next;",
    replace: "from = next + 1;",
    tests: ["test/unit/telegram/format-split.test.ts"],
  },
  {
    law: "L11",
    fault: "code that is cut goes on as prose",
    file: "adapters/telegram/format-split.ts",
    find: "return length > 0 ? [",
    replace: "return length > 0 && entity.offset >= from ? [",
    tests: ["test/unit/telegram/format-split.test.ts"],
  },
  {
    law: "L11",
    fault: "HTML in an answer is not shown",
    file: "src/model/text/markdown-blocks.ts",
    find: "writer.write(node.value);",
    replace: "",
    tests: ["test/unit/telegram/format.test.ts"],
  },
  {
    law: "L12",
    fault: "a turn of a Codex that died ends without a word",
    file: "src/dispatcher/recovery.ts",
    find: 'await endTurn(a, endingOf(a, record, died), endRequests(a, record?.status === "completed"));',
    replace: "await a.commit({ turn: null, endView: true });",
    tests: recovery,
  },
  {
    law: "L12",
    fault: "a turn that fails ends without a word",
    file: "src/dispatcher/actor.ts",
    find: 'await endTurn(a, ending, endRequests(a, event.outcome === "completed"));',
    replace:
      'if (ending.kind === "failed") await a.commit({ turn: null, endView: true });\n    else await endTurn(a, ending, endRequests(a, event.outcome === "completed"));',
    tests: actor,
  },
  {
    law: "L12",
    fault: "a turn whose Codex cannot be had again stays open",
    file: "src/dispatcher/actor.ts",
    find: "if (attempt >= recoveries || error instanceof BridgeError) return giveUp(a, error);",
    replace: "if (attempt >= recoveries || error instanceof BridgeError) return;",
    tests: recovery,
  },
  {
    law: "L12",
    fault: "a turn that did not complete loses its partial text",
    file: "src/model/present/final.ts",
    find: 'const partial = ending.kind !== "completed";',
    replace: "const partial = false;",
    tests: recovery,
  },
  {
    law: "L12",
    fault: "a message that the platform refused leaves no note",
    file: "src/outbox/durable.ts",
    find: "if (work.next >= work.calls.length && work.refused !== undefined) appendNotice(desk, work, work.refused);",
    replace: "",
    tests: ["test/unit/outbox/durable.test.ts"],
  },
  ...channelMutants,
  ...roleMutants,
  ...turnMutants,
];
