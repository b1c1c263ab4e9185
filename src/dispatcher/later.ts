import type { ActorContext } from "./context.ts";
import type { Input } from "./inputs.ts";

/** Posts after `ms` of the actor's time, unless aborted before. */
export function postIn(a: ActorContext, ms: number, input: Input, signal: AbortSignal): void {
  a.parts.clock.sleep(ms, signal).then(
    () => a.post(input),
    () => undefined,
  );
}
