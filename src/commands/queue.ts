import type { Command, CommandHost } from "../dispatcher/port.ts";
import { commandWords } from "../model/catalog/commands.ts";
import { turnWords } from "../model/catalog/turn.ts";

async function queue(host: CommandHost): Promise<void> {
  const words = commandWords[host.language].queue;
  const buttons = turnWords[host.language].buttons;
  const facts = await host.facts();
  const lines = [
    ...facts.requests.map((r) => words.open(r.number)),
    ...facts.waitingTexts.map((text, at) => words.item(at + 1, text)),
  ];
  if (lines.length === 0) return host.reply({ pieces: [{ as: "text", text: words.empty }] });
  const mint = host.mint();
  const rows = facts.waiting.slice(0, 5).flatMap((waiting, at) => {
    const mail = waiting.mailIds[0];
    if (mail === undefined) return [];
    const label = (text: string): string => (facts.waiting.length === 1 ? text : `${at + 1}: ${text}`);
    return [
      [
        mint.button(label(buttons.steerNow), { act: "steerNow", mail }),
        mint.button(label(buttons.runNext), { act: "runNext", mail }),
        mint.button(label(buttons.drop), { act: "drop", mail }),
      ],
    ];
  });
  await host.reply(
    { pieces: [{ as: "text", text: lines.join("\n") }], ...(rows.length === 0 ? {} : { buttons: rows }) },
    mint,
  );
}

/** `/queue`: what waits, for what, and what can be done about it. */
export const queueCommand: Command = { name: "queue", duringTurn: "now", run: queue };
