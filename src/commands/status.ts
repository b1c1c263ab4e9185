import type { ChatFacts, Command, CommandHost } from "../dispatcher/port.ts";
import { humanDuration } from "../lib/duration.ts";
import { type CommandWords, commandWords } from "../model/catalog/commands.ts";
import { demoWords } from "../model/catalog/demo.ts";
import { turnWords } from "../model/catalog/turn.ts";
import type { Button } from "../model/delivery.ts";
import type { Mint } from "../model/mint.ts";
import { lastAction } from "../model/present/final.ts";
import type { Language } from "../model/view.ts";

async function status(host: CommandHost): Promise<void> {
  const facts = await host.facts();
  const words = commandWords[host.language].status;
  const mint = host.mint();
  const lines = [
    placeLine(facts, words, host.language),
    threadLine(facts, words),
    nowLine(facts, words, host.now),
    ...terminalLines(facts, words),
  ];
  await host.reply({ pieces: [{ as: "text", text: lines.join("\n") }], buttons: buttonsOf(facts, host, mint) }, mint);
}

function placeLine(facts: ChatFacts, words: CommandWords["status"], language: Language): string {
  const { spec } = facts;
  const model = facts.demo
    ? demoWords[language].model
    : [spec.model ?? facts.model ?? words.defaultModel, spec.effort].filter((part) => part !== undefined).join(", ");
  return [facts.project, facts.branch, model, words.policy[spec.approvalPolicy], words.sandbox[spec.sandbox]]
    .filter((part) => part !== undefined)
    .join(" · ");
}

function threadLine(facts: ChatFacts, words: CommandWords["status"]): string {
  const { threadId, turns, contextLeft } = facts.binding;
  if (threadId === undefined) return words.noThread;
  return [
    words.thread(threadId.slice(0, 8), turns ?? 0),
    contextLeft === undefined ? undefined : words.context(contextLeft),
  ]
    .filter((part) => part !== undefined)
    .join(", ");
}

function nowLine(facts: ChatFacts, words: CommandWords["status"], now: number): string {
  const running =
    facts.turn === undefined
      ? words.idle
      : words.running(
          humanDuration(now - facts.turn.startedAt),
          facts.view === undefined ? undefined : lastAction(facts.view),
        );
  const waiting = facts.waitingTexts.length === 0 ? undefined : words.waiting(facts.waitingTexts.length);
  const open =
    facts.requests.length === 0 ? undefined : words.approvals(facts.requests.map((r) => `#${r.number}`).join(" "));
  return [running, waiting, open].filter((part) => part !== undefined).join("   ");
}

function terminalLines(facts: ChatFacts, words: CommandWords["status"]): readonly string[] {
  return facts.terminals.length === 0 ? [] : [words.terminals, ...facts.terminals.map((t) => `▸ ${t.command}`)];
}

function buttonsOf(facts: ChatFacts, host: CommandHost, mint: Mint): readonly (readonly Button[])[] {
  const words = commandWords[host.language].status;
  const turn = turnWords[host.language].buttons;
  const first: Button[] = [mint.button(words.newThread, { act: "command", name: "new", args: "" })];
  // A terminal would use the Codex home of the user, which knows nothing of the demo.
  if (facts.turn === undefined && facts.binding.threadUsed === true && !facts.demo)
    first.push(mint.button(words.terminal, { act: "terminal" }));
  if (facts.turn !== undefined) first.push(mint.button(turn.stop, { act: "stop", slot: facts.turn.slot }, "danger"));
  const ends = facts.terminals
    .slice(0, 5)
    .map((t) => [mint.button(turn.end(t.command.slice(0, 30)), { act: "endTerminal", processId: t.processId })]);
  return [first, ...ends];
}

/** `/status`: where, with what, what runs, what waits. */
export const statusCommand: Command = { name: "status", duringTurn: "now", run: status };
