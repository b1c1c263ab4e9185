import type { Command, CommandHost } from "../dispatcher/port.ts";
import { commandWords } from "../model/catalog/commands.ts";
import type { Content } from "../model/delivery.ts";
import type { Mint } from "../model/mint.ts";
import type { Language } from "../model/view.ts";

const busyValues = ["steer", "queue", "interrupt"] as const;
const languages = ["en", "zh-CN"] as const satisfies readonly Language[];

async function settings(host: CommandHost, args: string): Promise<void> {
  const [key, value] = args.split(/\s+/);
  const busy = busyValues.find((v) => v === value);
  const language = languages.find((v) => v === value);
  if (key === "whileBusy" && busy !== undefined) {
    const words = commandWords[host.language].settings;
    return host.set({ whileBusy: busy }, say(words.set(words.whileBusy.title, words.whileBusy[busy])));
  }
  if (key === "language" && language !== undefined) {
    const words = commandWords[language].settings;
    return host.set({ language }, say(words.set(words.language.title, words.language[language])));
  }
  if (key !== undefined && key !== "" && key !== "whileBusy" && key !== "language")
    return host.reply(say(commandWords[host.language].settings.unknown(key)));
  const mint = host.mint();
  await host.reply(await overview(host, mint), mint);
}

async function overview(host: CommandHost, mint: Mint): Promise<Content> {
  const words = commandWords[host.language].settings;
  const facts = await host.facts();
  const mark = (on: boolean, label: string): string => (on ? `✓ ${label}` : label);
  const busy = busyValues.map((v) =>
    mint.button(mark(facts.whileBusy === v, words.whileBusy[v]), { act: "setting", key: "whileBusy", value: v }),
  );
  const spoken = languages.map((v) =>
    mint.button(mark(host.language === v, words.language[v]), { act: "setting", key: "language", value: v }),
  );
  return {
    pieces: [
      { as: "bold", text: words.title },
      { as: "text", text: `${words.whileBusy.title} · ${words.language.title}` },
    ],
    buttons: [busy, spoken],
  };
}

function say(text: string): Content {
  return { pieces: [{ as: "text", text }] };
}

/** `/settings [key value]`: how this chat works. */
export const settingsCommand: Command = { name: "settings", duringTurn: "now", run: settings };
