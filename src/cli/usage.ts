/** What the usage says of a command: its line, and those below that belong to it; undefined for an unknown one. Pure. */
export function usageOf(name: string | undefined, usage: string): readonly string[] | undefined {
  const lines = usage.split("\n");
  const isCommand = (line: string): boolean => line.startsWith("  hotline ");
  const from = lines.findIndex((line) => line.startsWith(`  hotline ${name} `));
  if (from < 0) return undefined;
  const next = lines.findIndex((line, index) => index > from && isCommand(line));
  return lines.slice(from, next < 0 ? undefined : next).map((line) => line.replace(/^ {2}/, ""));
}

/** A command as it is written, without what it does: `hotline status [--config FILE] [--json]`. Pure. */
export function commandLine(name: string | undefined, usage: string): string | undefined {
  return usageOf(name, usage)?.[0]?.split(/ {2,}/)[0];
}
