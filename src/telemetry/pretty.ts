const levels: Readonly<Record<number, string>> = { 20: "debug", 30: "info ", 40: "warn ", 50: "error" };
const colours: Readonly<Record<number, string>> = {
  20: "\u001b[2m",
  30: "\u001b[32m",
  40: "\u001b[33m",
  50: "\u001b[31m",
};
const plain = "\u001b[0m";

/** One JSON log line as a person reads it on a terminal: time, level, event, facts. Any other line stays as it is. */
export function prettyLine(json: string, timeZone: string): string {
  const line = read(json);
  if (line === undefined) return json;
  const { level, time, msg, ...facts } = line;
  const clock = new Date(Number(time)).toLocaleTimeString("en-GB", { timeZone });
  const shown = Object.entries(facts).map(([key, value]) => ` ${key}=${shownValue(value)}`);
  return `${clock} ${colours[Number(level)] ?? ""}${levels[Number(level)] ?? String(level)}${plain} ${String(msg)}${shown.join("")}\n`;
}

function read(json: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function shownValue(value: unknown): string {
  if (typeof value === "string" && /^[^\s"=]+$/.test(value)) return value;
  const stack: unknown = value !== null && typeof value === "object" ? Reflect.get(value, "stack") : undefined;
  return typeof stack === "string" ? `\n  ${stack.replaceAll("\n", "\n  ")}` : JSON.stringify(value);
}
