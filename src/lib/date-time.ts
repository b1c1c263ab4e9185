const dayMs = 86_400_000;

/** `2026-11-21 14:03:05` in an IANA time zone. */
export function dateTime(at: number, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone }).format(at);
}

/** `14:03:05.123` in an IANA time zone. */
export function timeOfDay(at: number, timeZone: string): string {
  return `${dateTime(at, timeZone).slice(-8)}.${String(at % 1000).padStart(3, "0")}`;
}

/** Midnight of a day (`2026-11-01`) in an IANA time zone, ms since the epoch; undefined when there is no such day. */
export function startOfDay(day: string, timeZone: string): number | undefined {
  const utc = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day) return undefined;
  // Off by the zone's distance from UTC, on that day; where the clocks change that day, asking twice finds it.
  const offset = (at: number): number => Date.parse(`${dateTime(at, timeZone).replace(" ", "T")}Z`) - at;
  const guess = utc - offset(utc);
  const exact = utc - offset(guess);
  return Math.abs(exact - utc) > dayMs ? guess : exact;
}
