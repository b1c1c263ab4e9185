import { commandWords } from "../model/catalog/commands.ts";
import type { Binding } from "../model/chat.ts";
import type { MailId } from "../model/ids.ts";
import type { InboundCommand, InboundMessage, MailItem, Person } from "../model/message.ts";
import { type ActorContext, text } from "./context.ts";
import { editsOf, isPrompt } from "./mailbox.ts";
import { keepsPlace } from "./place.ts";
import type { ChatFacts, CommandHost } from "./port.ts";
import { liveTerminals } from "./session.ts";
import { stopTurn } from "./stop.ts";
import { beginGroup, beginOwnTurn } from "./turn-start.ts";

/** Runs a command, or asks what to do with the running turn first. Its mail (with the edits that made it) is acked with its effect. */
export async function runCommand(
  a: ActorContext,
  ids: readonly MailId[],
  command: InboundCommand,
  person: Person,
  how: "stopFirst" | "afterTurn" | undefined,
  message?: InboundMessage,
): Promise<void> {
  const known = a.parts.commands.get(command.name);
  if (known === undefined) return a.commit({ ack: ids });
  if (known.duringTurn === "ask" && a.turn !== undefined) {
    if (how === undefined) return askFirst(a, ids, command, message);
    if (how === "stopFirst") await stopTurn(a, undefined, a.turn.slot);
    a.afterTurn.push({ ids, command, person, ...(message === undefined ? {} : { message }) });
    if (how === "afterTurn") await a.say(text(commandWords[a.language].afterTurn), {}, { ring: false });
    return;
  }
  await known.run(hostOf(a, ids, person, message), command.args);
}

/** The buttons keep the message, files and all: what it asks for is run from their tap. */
async function askFirst(
  a: ActorContext,
  ids: readonly MailId[],
  command: InboundCommand,
  message: InboundMessage | undefined,
): Promise<void> {
  const mint = a.mint();
  const kept = message === undefined ? {} : { message: { ...message, text: "" } };
  const act = { act: "command" as const, name: command.name, args: command.args, ...kept };
  const buttons = [
    [
      mint.button(a.words.buttons.stopAndDo, { ...act, how: "stopFirst" }, "danger"),
      mint.button(a.words.buttons.afterTurn, { ...act, how: "afterTurn" }),
    ],
  ];
  await a.say({ ...text(commandWords[a.language].busyAsk), buttons }, { ack: ids }, { mint });
}

function hostOf(
  a: ActorContext,
  ack: readonly MailId[],
  person: Person,
  message: InboundMessage | undefined,
): CommandHost {
  const [head = ""] = ack;
  return {
    chat: a.chat,
    person,
    language: a.language,
    now: a.now,
    facts: () => factsOf(a),
    mint: () => a.mint(),
    reply: (content, mint, slot) =>
      a.say(
        content,
        { ack },
        { ring: false, ...(mint === undefined ? {} : { mint }), ...(slot === undefined ? {} : { slot }) },
      ),
    stop: () => stopBy(a, ack),
    async projects() {
      const names = await a.parts.projects.names();
      return { names, current: a.binding.project ?? names[0] };
    },
    bind: (project, content) =>
      a.say(content, { ack, binding: { ...withoutThread(a.binding), project } }, { ring: false }),
    async newThread(prompt) {
      const binding = withoutThread(a.binding);
      if (prompt === "") return a.say(text(commandWords[a.language].freshThread), { ack, binding }, { ring: false });
      if (message === undefined) {
        await a.commit({ binding });
        return beginOwnTurn(a, `n-${head}`, prompt, { ack }, { by: person });
      }
      await a.commit({ binding });
      await beginGroup(
        a,
        { messages: [{ ...message, text: prompt }], mailIds: ack, messageId: message.messageId },
        undefined,
      );
    },
    async retry() {
      if (a.binding.threadId === undefined || a.binding.threadUsed !== true) return false;
      const from = { by: person, ...(message === undefined ? {} : { replyTo: message.messageId }) };
      await beginOwnTurn(a, `r-${head}`, "Do the last request again.", { ack }, from);
      return true;
    },
    set: (change, content, mint, slot) =>
      a.commit({
        ack,
        binding: { ...a.binding, ...change },
        ops: [{ op: "edit", slot, content, orSend: true }],
        buttons: mint.records,
      }),
    async diff() {
      const { spec } = await a.parts.workspace.resolve(a.binding);
      return a.parts.workspace.diff(spec.cwd);
    },
  };
}

/** What was edited into a stop goes with it. */
async function stopBy(a: ActorContext, ids: readonly MailId[]): Promise<void> {
  await stopTurn(a, ids.at(-1), undefined);
  const left = a.mail.flatMap((m) => (ids.includes(m.id) ? [m.id] : []));
  if (left.length > 0) await a.commit({ ack: left });
}

function withoutThread(binding: Binding): Binding {
  const { threadId: _t, threadUsed: _u, turns: _n, contextLeft: _c, lastTurn: _l, ...rest } = binding;
  return rest;
}

async function factsOf(a: ActorContext): Promise<ChatFacts> {
  const { project, spec } = await a.parts.workspace.resolve(a.binding);
  const branch = await a.parts.workspace.branch(spec.cwd);
  const terminals = await liveTerminals(a);
  const own = new Set([...(a.turn?.mailIds ?? []), ...(a.turn?.steers.flatMap((s) => s.mailIds) ?? []), ...a.building]);
  const edits = editsOf(a.mail);
  const waits = (m: MailItem): boolean => isPrompt(m, edits) || keepsPlace(a, m, edits);
  const waitingTexts = a.mail.flatMap((m) =>
    !own.has(m.id) && waits(m) && "message" in m.mail ? [oneLine(m.mail.message.text)] : [],
  );
  return {
    binding: a.binding,
    ...(a.turn === undefined ? {} : { turn: a.turn }),
    ...(a.view === undefined ? {} : { view: a.view }),
    waiting: a.waiting,
    waitingTexts,
    requests: [...a.requests.values()].filter((r) => r.state === "pending"),
    project,
    spec,
    ...(branch === undefined ? {} : { branch }),
    whileBusy: a.binding.whileBusy ?? a.parts.settings.whileBusy,
    ...(a.model === undefined ? {} : { model: a.model }),
    demo: a.parts.settings.demo,
    terminals,
  };
}

function oneLine(body: string): string {
  const line = body.replaceAll(/\s+/g, " ").trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
