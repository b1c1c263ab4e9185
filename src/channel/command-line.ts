import type { InboundCommand } from "../model/message.ts";

/** Most single-letter changes between what was typed and what was meant. */
const nearEnough = 2;

/** Reads `/new@bot fix it` as `{name: "new", args: "fix it"}`; undefined when the text does not begin with `/`. The name is lower case and may be none of ours. */
export function readCommand(text: string): InboundCommand | undefined {
  const found = /^\/(\S*)\s*([\s\S]*)$/.exec(text);
  if (found === null) return undefined;
  const [, token = "", args = ""] = found;
  const [name = ""] = token.split("@");
  return { name: name.toLowerCase(), args: args.trim() };
}

/** The known command that was probably meant. */
export function nearestCommand(name: string, known: Iterable<string>): string | undefined {
  let best: { readonly name: string; readonly distance: number } | undefined;
  for (const candidate of [...known].sort()) {
    const distance = editDistance(name, candidate);
    // A name as short as the number of its mistakes resembles everything.
    if (distance > nearEnough || distance >= name.length) continue;
    if (best === undefined || distance < best.distance) best = { name: candidate, distance };
  }
  return best?.name;
}

/** `3 use pnpm`, `#3`, `use pnpm`, or nothing. */
export function readNumbered(args: string): { readonly number?: number; readonly rest: string } {
  const found = /^#?(\d{1,9})(?:\s+([\s\S]*))?$/.exec(args);
  if (found === null) return { rest: args };
  return { number: Number(found[1]), rest: found[2] ?? "" };
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > nearEnough) return nearEnough + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
