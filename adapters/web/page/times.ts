import { useEffect, useState } from "preact/hooks";

const dayMs = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Formats are slow to make and quick to use. */
function format(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, known);
  return known;
}

/** `14:03`, in the browser's time zone. */
export function clock(at: number, locale: string): string {
  return format(locale, "clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

/** `14:03` of today, else `21 Nov`. */
export function whenShort(at: number, locale: string): string {
  return dayOf(at) === dayOf(Date.now())
    ? clock(at, locale)
    : format(locale, "day", { day: "numeric", month: "short" }).format(at);
}

/** `Saturday, 21 November`, with the year where it is another one. */
export function dayName(at: number, locale: string): string {
  const sameYear = new Date(at).getFullYear() === new Date().getFullYear();
  const options = { weekday: "long", day: "numeric", month: "long" } as const;
  return sameYear
    ? format(locale, "weekday", options).format(at)
    : format(locale, "weekday-year", { ...options, year: "numeric" }).format(at);
}

/** Number of the day in the browser's time zone: equal for times of one day. */
export function dayOf(at: number): number {
  return Math.floor((at - new Date(at).getTimezoneOffset() * 60_000) / dayMs);
}

/** The browser's clock, ms, read anew every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}
