import { commandWords } from "../model/catalog/commands.ts";
import type { IngressWords } from "../model/catalog/ingress.ts";
import { accountKey, type ChatKey, chatAddress } from "../model/ids.ts";
import type { InboundCommand } from "../model/message.ts";
import { createMint } from "../model/mint.ts";
import type { Right } from "../model/request.ts";
import { answeredHere, tellWaits } from "./away.ts";
import { nearestCommand, readCommand } from "./command-line.ts";
import { type IngressDeps, languageOf, type MessageEvent, wordsOf } from "./ingress-deps.ts";
import { noteBody, tell } from "./notice.ts";
import type { Once } from "./once.ts";
import { isForAnother, type Parts } from "./parts.ts";
import { remember } from "./remember.ts";
import { type FullNotes, storeMail } from "./store-mail.ts";
import { answerByText } from "./text-answers.ts";
import { takeAsAnswer } from "./typed-answers.ts";
import type { Waited } from "./waited.ts";

/** Messages older than the start by less than this came with it, ms: platforms tell whole seconds. */
const startSlackMs = 1000;
/** A message older than one before it by more than this is a late redelivery, ms. */
const lateMs = 60_000;
/** Commands that are settled here. */
const edgeCommands: ReadonlySet<string> = new Set(["start", "approve", "decline"]);

/** What dealing with messages keeps in memory. */
export interface MessageMemory {
  readonly once: Once;
  readonly waited: Waited;
  readonly parts: Parts;
  /** Newest platform date per chat. */
  readonly newest: Map<ChatKey, number>;
  readonly fullNotes: FullNotes;
}

/** Deals with a person's message; resolves once all it causes is durable (L1). A stranger's causes nothing (L9). */
export async function acceptMessage(deps: IngressDeps, memory: MessageMemory, told: MessageEvent): Promise<void> {
  const event = named(told);
  const { message } = event;
  const command = readCommand(message.text);
  if (!(await isMeant(deps, memory, event, command))) return;
  const rights = await deps.access.rightsOf(message.person, event.at);
  if (await claimed(deps, event, rights, command)) return;
  if (rights.size === 0) {
    deps.onRefused?.(event.chat);
    deps.log.info({ chat: event.chat, person: message.person.id }, "message of a stranger is ignored");
    return;
  }
  if (command?.name === "approve" || command?.name === "decline") {
    await answerByText(deps, memory.once, event, rights, command);
    return;
  }
  if (command === undefined && rights.has("approve") && (await takeAsAnswer(deps, event))) return;
  if (!rights.has("talk")) {
    deps.onRefused?.(event.chat);
    // In a group that may be anybody; nobody there wants to read it.
    if (!event.at.private) return;
    await say(deps, memory, event, (words) => words.noTalk);
    return;
  }
  if (command === undefined) await takePrompt(deps, memory, event);
  else if (command.name === "start") await greet(deps, memory, event);
  else if (deps.commands.has(command.name)) await takeCommand(deps, memory, event, command);
  else await offerAsText(deps, memory, event, command);
}

/** Where several write, each message says who wrote it. */
function named(event: MessageEvent): MessageEvent {
  return event.at.private ? event : { ...event, message: { ...event.message, named: true } };
}

/** In a group that wants to be left alone: what is addressed to the bot, with all its parts, or what the person was asked for. */
async function isMeant(
  deps: IngressDeps,
  memory: MessageMemory,
  event: MessageEvent,
  command: InboundCommand | undefined,
): Promise<boolean> {
  if (!deps.access.mentionOnly(event.at)) return true;
  if (memory.parts.isMeant(event.chat, event.message, isAddressed(deps, event, command))) return true;
  return command === undefined && (await deps.store.reserved(event.chat, event.message.person.id)) !== undefined;
}

/** A mention, a reply to the bot, a command of ours. */
function isAddressed(deps: IngressDeps, event: MessageEvent, command: InboundCommand | undefined): boolean {
  if (event.kind === "message" && event.addressed) return true;
  if (command === undefined || isForAnother(event.message.text)) return false;
  return deps.commands.has(command.name) || edgeCommands.has(command.name);
}

/** An edited message of someone who may talk; the actor knows what became of the first version. */
export async function acceptEdit(deps: IngressDeps, memory: MessageMemory, event: MessageEvent): Promise<void> {
  const { message } = named(event);
  const rights = await deps.access.rightsOf(message.person, event.at);
  if (!rights.has("talk")) return;
  const command = readCommand(message.text);
  const ours = command !== undefined && (deps.commands.has(command.name) || edgeCommands.has(command.name));
  const mail = { kind: "edit" as const, message, ...(ours ? { command } : {}) };
  await storeMail(deps, memory.fullNotes, event, mail, message.messageId);
}

/** `/start CODE`, or the bare code, makes the first to send it the owner. */
async function claimed(
  deps: IngressDeps,
  event: MessageEvent,
  rights: ReadonlySet<Right>,
  command: InboundCommand | undefined,
): Promise<boolean> {
  const said = command === undefined ? event.message.text.trim() : command.name === "start" ? command.args : "";
  if (said === "" || !event.at.private || rights.has("operate")) return false;
  const account = accountKey(chatAddress(event.chat));
  const code = await deps.store.claimCode(account);
  // Tries are limited: only what could be the code counts as one.
  if (code === undefined || (command === undefined && said.length !== code.length)) return false;
  if (!(await deps.store.claim(account, said, event.message.person))) return false;
  deps.log.info({ chat: event.chat, person: event.message.person.id }, "service is claimed");
  const words = await wordsOf(deps, event.chat);
  await tell(deps.store, deps.log, event.chat, { text: words.owned, more: await greeting(deps, event.chat, words) });
  return true;
}

async function greet(deps: IngressDeps, memory: MessageMemory, event: MessageEvent): Promise<void> {
  await memory.once.run(event.chat, event.dedupe, async () => {
    const [text = "", ...more] = await greeting(deps, event.chat, await wordsOf(deps, event.chat));
    await deps.store.say(event.chat, noteBody({ text, more }));
  });
}

async function greeting(deps: IngressDeps, chat: ChatKey, words: IngressWords): Promise<readonly string[]> {
  const { menu } = commandWords[await languageOf(deps, chat)];
  const here = (name: string): boolean => deps.commands.has(name) || name === "approve" || name === "decline";
  const lines = Object.entries(menu).flatMap(([name, what]) => (here(name) ? [`/${name} · ${what}`] : []));
  return [words.greeting(deps.project), lines.join("\n")];
}

async function takePrompt(deps: IngressDeps, memory: MessageMemory, event: MessageEvent): Promise<void> {
  const { message, chat } = event;
  const newest = memory.newest.get(chat) ?? 0;
  const late = message.sentAt < newest - lateMs;
  const waited = message.sentAt < deps.startedAt - startSlackMs;
  remember(memory.newest, chat, Math.max(newest, message.sentAt));
  const flags = { ...(late ? { late } : {}), ...(waited ? { waitedWhileDown: true } : {}) };
  const mail = { kind: "prompt" as const, message, ...flags };
  const taken = await storeMail(deps, memory.fullNotes, event, mail, message.messageId);
  if (taken && waited) memory.waited.add(chat);
}

/** A person who sends a command waits for its answer, whether its machine is there or not. */
async function takeCommand(
  deps: IngressDeps,
  memory: MessageMemory,
  event: MessageEvent,
  command: InboundCommand,
): Promise<void> {
  if (command.name === "status" && (await answeredHere(deps, memory.once, event))) return;
  const { chat, message } = event;
  const mail = { kind: "command" as const, message, command };
  const taken = await storeMail(deps, memory.fullNotes, event, mail, message.messageId);
  if (taken) await tellWaits(deps, chat, command.name, message.messageId);
}

async function offerAsText(
  deps: IngressDeps,
  memory: MessageMemory,
  event: MessageEvent,
  command: InboundCommand,
): Promise<void> {
  const { chat, message, dedupe } = event;
  await memory.once.run(chat, dedupe, async () => {
    const words = await wordsOf(deps, chat);
    const mint = createMint(chat, deps.nonce);
    const button = mint.button(words.sendAsText, {
      act: "sendAsText",
      text: message.text,
      messageId: message.messageId,
    });
    const text = words.noCommand(command.name, nearestCommand(command.name, [...deps.commands, ...edgeCommands]));
    await deps.store.say(chat, noteBody({ text, replyTo: message.messageId, buttons: [button] }), mint.records);
  });
}

async function say(
  deps: IngressDeps,
  memory: MessageMemory,
  event: MessageEvent,
  text: (words: IngressWords) => string,
): Promise<void> {
  await memory.once.run(event.chat, event.dedupe, async () => {
    const words = await wordsOf(deps, event.chat);
    await deps.store.say(event.chat, noteBody({ text: text(words), replyTo: event.message.messageId }));
  });
}
