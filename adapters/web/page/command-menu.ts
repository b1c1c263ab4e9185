/** A command of the chat. */
export interface Command {
  /** Without its slash. */
  readonly name: string;
  readonly description: string;
}

/** Pure. Commands a half-typed text may mean: those that begin like it, only while nothing but a command is written. */
export function matchingCommands(text: string, commands: readonly Command[]): readonly Command[] {
  const typed = /^\/(\w*)$/u.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined) return [];
  return commands
    .map((command) => ({ ...command, name: command.name.replace(/^\//u, "") }))
    .filter((command) => command.name.toLowerCase().startsWith(typed));
}

/** Pure. The next place in a list of `count`, round and round. */
export function nextPlace(place: number, count: number, by: 1 | -1): number {
  return count === 0 ? 0 : (place + by + count) % count;
}
