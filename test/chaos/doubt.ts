import type { Exchange } from "../emulators/telegram/transcript.ts";
import type { Interruption } from "./line.ts";
import type { Outage } from "./outages.ts";

/** A service that ends this soon after an answer may not have noted it, ms. */
const notingMs = 2_000;
/** What a process wrote before its end may be read this much later by an emulator on a busy machine, ms. */
const arrivingMs = 600;

/** What is asked about a send that came twice. */
export type Send = Pick<Exchange, "response" | "fault" | "aborted" | "at" | "answeredAt">;

/** Why the service may not know that Telegram took a send; undefined: it knows. Pure. */
export function doubtOf(
  { response, fault, aborted, at, answeredAt }: Send,
  ended: readonly Interruption[],
  outages: readonly Outage[],
  timeOrigin = performance.timeOrigin,
): string | undefined {
  if (response === undefined) return `Telegram took it and gave no answer (${fault?.kind ?? "connection cut"})`;
  if (response.status >= 500) return `Telegram took it and answered ${response.status}`;
  const [from, answered] = [timeOrigin + at, timeOrigin + answeredAt];
  // Without Redis nothing can be noted until it is back, and what ends before that never notes it.
  const outage = outages.find((one) => one.from <= answered + notingMs && one.to >= answered);
  const to = Math.max(answered, outage?.to ?? 0) + notingMs;
  const end = ended.find((one) => one.until + arrivingMs >= from && one.at <= to);
  if (end !== undefined)
    return `${end.what} ${when(end.at - answered)}${outage === undefined ? "" : ", without Redis"}`;
  return aborted ? "the service had gone before the answer" : undefined;
}

function when(ms: number): string {
  return ms < 0 ? `${Math.round(-ms)} ms before the answer` : `${Math.round(ms)} ms after the answer`;
}
