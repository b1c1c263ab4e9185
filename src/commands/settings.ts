import type { Command, CommandHost } from "../dispatcher/port.ts";
import { commandWords } from "../model/catalog/commands.ts";
import type { WhileBusy } from "../model/chat.ts";
import type { Content } from "../model/delivery.ts";
import type { Mint } from "../model/mint.ts";
import type { Language } from "../model/view.ts";

const busyValues = ["steer", "queue", "interrupt"] as const;
const languages = ["en", "zh-CN"] as const satisfies readonly Language[];

/** Message of the overview, which shows what is set as it changes. */
const slot = "settings";

async function settings(host: CommandHost, args: string): Promise<void> {
  const [key, value] = args.split(/\s+/);
  const busy = busyValues.find((v) => v === value);
  const language = languages.find((v) => v === value);
  const mint = host.mint();
  const { whileBusy } = await host.facts();
  if (key === "whileBusy" && busy !== undefined)
    return host.set({ whileBusy: busy }, overview(mint, busy, host.language), mint, slot);
  if (key === "language" && language !== undefined)
    return host.set({ language }, overview(mint, whileBusy, language), mint, slot);
  if (key !== undefined && key !== "" && key !== "whileBusy" && key !== "language")
    return host.reply(say(commandWords[host.language].settings.unknown(key)));
  await host.reply(overview(mint, whileBusy, host.language), mint, slot);
}

/** What is set, each choice a button. */
function overview(mint: Mint, whileBusy: WhileBusy, language: Language): Content {
  const words = commandWords[language].settings;
  const mark = (on: boolean, label: string): string => (on ? `✓ ${label}` : label);
  const busy = busyValues.map((v) =>
    mint.button(mark(whileBusy === v, words.whileBusy[v]), { act: "setting", key: "whileBusy", value: v }),
  );
  const spoken = languages.map((v) =>
    mint.button(mark(language === v, words.language[v]), { act: "setting", key: "language", value: v }),
  );
  return {
    pieces: [
      { as: "bold", text: words.title },
      { as: "text", text: words.set(words.whileBusy.title, words.whileBusy[whileBusy]) },
      { as: "text", text: words.set(words.language.title, words.language[language]) },
    ],
    buttons: [busy, spoken],
  };
}

function say(text: string): Content {
  return { pieces: [{ as: "text", text }] };
}

/** `/settings [key value]`: how this chat works. */
export const settingsCommand: Command = { name: "settings", duringTurn: "now", run: settings };
