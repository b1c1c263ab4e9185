import type { Command, CommandHost } from "../dispatcher/port.ts";
import { commandWords } from "../model/catalog/commands.ts";
import type { Mint } from "../model/mint.ts";

/** Buttons a message shows at most; the rest is named by its text. */
const maxButtons = 20;

async function project(host: CommandHost, args: string): Promise<void> {
  const words = commandWords[host.language].project;
  const { names, current } = await host.projects();
  const mint = host.mint();
  if (args === "") return choose(host, mint, words.title(current), { names, current });
  if (args === current) return host.reply({ pieces: [{ as: "text", text: words.already(args) }] });
  if (!names.includes(args)) return choose(host, mint, words.unknown(args), { names, current });
  return host.bind(args, { pieces: [{ as: "text", text: words.bound(args) }] });
}

function choose(
  host: CommandHost,
  mint: Mint,
  text: string,
  { names, current }: { readonly names: readonly string[]; readonly current: string | undefined },
): Promise<void> {
  const others = names.filter((name) => name !== current);
  const buttons = others
    .slice(0, maxButtons)
    .map((name) => [mint.button(name, { act: "command", name: "project", args: name })]);
  const list = others.length > maxButtons ? `\n${others.join(", ")}` : "";
  return host.reply({ pieces: [{ as: "text", text: text + list }], buttons }, mint);
}

/** `/project [name]`: in which project this chat works; a change begins a fresh conversation there. */
export const projectCommand: Command = { name: "project", duringTurn: "ask", run: project };
