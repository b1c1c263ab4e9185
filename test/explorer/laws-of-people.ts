import { strangersToast } from "./people.ts";
import { only, repeated, type Verdict } from "./reading.ts";
import type { Sent, TraceEvent } from "./trace.ts";

/** An answer is taken once, from someone who may, applied as recorded, and called applied only then. */
export const approvalLaw: Verdict = (trace) => {
  const settled = only(trace, "settled");
  const found = repeated(settled.map(({ request }) => `#${request}`)).map((one) => `${one} is answered twice`);
  for (const { request, who } of settled) if (who !== "fake:ada") found.push(`${who} answers #${request}`);
  const items = itemsOf(only(trace, "sent"));
  const recorded = new Map(settled.map(({ request, decision }) => [items.get(request), decision]));
  for (const event of trace) {
    if (event.kind !== "applied" && event.kind !== "answerWritten") continue;
    const decision = recorded.get(event.item);
    if (decision !== event.decision)
      found.push(`${event.item} is told ${event.decision}, recorded is ${decision ?? "nothing"}`);
  }
  for (const { id, text } of only(trace, "told"))
    if (id.startsWith("forged") && text !== strangersToast) found.push(`a button of another chat is told "${text}"`);
  return [...found, ...saidTooEarly(trace)];
};

const approved = /^Approved/;

function saidTooEarly(trace: readonly TraceEvent[]): readonly string[] {
  const applied = new Set<string>();
  return trace.flatMap((event) => {
    if (event.kind === "applied") applied.add(event.item);
    if (event.kind !== "sent" || event.slot?.startsWith("req-") !== true || !approved.test(event.text)) return [];
    const item = itemOf(event.text);
    return item === undefined || applied.has(item) ? [] : [`the card of ${item} says approved before it is`];
  });
}

function itemsOf(sent: readonly Sent[]): ReadonlyMap<number, string | undefined> {
  return new Map(sent.filter(({ as }) => as === "card").map((one) => [Number(one.slot?.slice(4)), itemOf(one.text)]));
}

function itemOf(text: string): string | undefined {
  return /make (q\S+)/.exec(text)?.[1];
}

/** A stranger causes nothing. */
export const strangerLaw: Verdict = (trace) => [
  ...only(trace, "stored").flatMap(({ who, id }) => (who === "fake:stranger" ? [`${id} of a stranger is stored`] : [])),
  ...only(trace, "told").flatMap(({ who, id, text }) =>
    who === "stranger" && text !== (id.startsWith("tap") ? strangersToast : "") ? [`a stranger is told "${text}"`] : [],
  ),
  // Theirs alone are called x and a number.
  ...only(trace, "sent").flatMap(({ replyTo, text }) =>
    replyTo?.startsWith("x") === true ? [`a stranger is answered "${text}"`] : [],
  ),
];
