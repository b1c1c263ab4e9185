import type { Law } from "../mutants/catalog.ts";
import type { TraceEvent } from "./trace.ts";

/** A law that does not hold in a trace, and how it was broken. */
export interface Violation {
  readonly law: Law;
  readonly what: string;
}

/** What a verdict may know of the schedule besides its trace. */
export interface Terms {
  readonly keyed: boolean;
}

/** Reads a trace; one sentence per breach. Pure. */
export type Verdict = (trace: readonly TraceEvent[], terms: Terms) => readonly string[];

type Of<Kind extends TraceEvent["kind"]> = Extract<TraceEvent, { readonly kind: Kind }>;

/** Events of one kind, in order. Pure. */
export function only<Kind extends TraceEvent["kind"]>(trace: readonly TraceEvent[], kind: Kind): readonly Of<Kind>[] {
  return trace.filter((event): event is Of<Kind> => event.kind === kind);
}

/** What stands in a list more than once, each told once. Pure. */
export function repeated(items: readonly string[]): readonly string[] {
  return [...new Set(items.filter((item, at) => items.indexOf(item) !== at))];
}
