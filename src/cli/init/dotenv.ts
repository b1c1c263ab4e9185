import { parseEnv } from "node:util";

/**
 * The text of a `.env` file with `values` in it: a line that sets a name gives way to the new one and is kept as a
 * comment, every other line stays as it is. A value no quoting can hold throws (line breaks, all three kinds of quotes).
 */
export function mergeDotenv(text: string, values: Readonly<Record<string, string>>): string {
  const present = parseEnv(text);
  const changed = Object.entries(values).filter(([name, value]) => present[name] !== value);
  if (changed.length === 0) return text;
  const names = new Set(changed.map(([name]) => name));
  const kept = text === "" ? [] : text.replace(/\r?\n$/, "").split(/\r?\n/);
  const lines = kept.map((line) => (names.has(nameOf(line) ?? "") ? `# before: ${line.trim()}` : line));
  const merged = `${[...lines, ...changed.map(([name, value]) => dotenvLine(name, value))].join("\n")}\n`;
  const read = parseEnv(merged);
  for (const [name, value] of [...Object.entries(present), ...changed]) {
    if (!names.has(name) && read[name] !== value) throw new Error(`.env cannot be extended: ${name} would change`);
    if (names.has(name) && read[name] !== values[name])
      throw new Error(`.env cannot be extended: ${name} is lost in it`);
  }
  return merged;
}

function nameOf(line: string): string | undefined {
  return /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/.exec(line)?.[1];
}

function dotenvLine(name: string, value: string): string {
  if (/^[\w.:@%+/=~-]*$/.test(value)) return `${name}=${value}`;
  // Within double quotes "\n" would become a line break.
  const quote = ["'", "`", '"'].find((one) => !value.includes(one) && !(one === '"' && value.includes("\\")));
  if (quote === undefined || /[\r\n]/.test(value)) throw new Error(`the value of ${name} does not fit into .env`);
  return `${name}=${quote}${value}${quote}`;
}
