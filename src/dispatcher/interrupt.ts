import type { TurnId } from "../model/ids.ts";
import type { ActorContext } from "./context.ts";

/**
 * Asks Codex to end the turn. Beside the loop: a Codex that hangs answers late or never, and what comes of it is told
 * by `turnEnded` or by its death.
 */
export function sendInterrupt(a: ActorContext, turnId: TurnId): void {
  a.assertOwner()
    .then(() => a.session?.interrupt(turnId))
    .catch((error: unknown) => a.log.warn({ error }, "interrupt is not answered"));
}
