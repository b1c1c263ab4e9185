/** Renders a JSON value as one inline TOML value. Throws on `null` and functions: TOML knows neither. */
export function toToml(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map(toToml).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    return `{${entries.map(([key, v]) => `${quoted(key)} = ${toToml(v)}`).join(", ")}}`;
  }
  throw new TypeError(`no TOML value: ${String(value)}`);
}

function quoted(text: string): string {
  // JSON escapes are TOML escapes, but for the surrogate pairs JSON.stringify leaves alone and DEL.
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}
