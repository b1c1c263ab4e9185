import type { CodexError } from "../codex/port.ts";
import type { BridgeError } from "../model/errors.ts";
import { endRequests } from "./approvals.ts";
import type { ActorContext } from "./context.ts";
import { lossOf } from "./ending.ts";
import { couldNotStart, heldSteers } from "./not-started.ts";
import { endTurn } from "./turn.ts";

/** The recovery failed for good: the turn ends visibly, and what nobody could ask about is kept with a note. */
export async function giveUp(a: ActorContext, error: CodexError | BridgeError): Promise<void> {
  if (a.phase === "failing") a.move("starting");
  if (a.turn !== undefined && !a.turn.delivered) return couldNotStart(a, error, false);
  const ref = a.parts.ref();
  a.log.error({ error, ref }, "turn is given up");
  if (a.turn !== undefined) {
    const failure = { reason: lossOf(error), message: error.message };
    const requests = endRequests(a, false);
    const held = heldSteers(a, a.turn, { error, ref });
    await endTurn(
      a,
      { kind: "failed", failure, ref },
      {
        ...requests,
        waiting: [...a.waiting, ...held.waiting],
        ops: [...(requests.ops ?? []), ...held.ops],
        buttons: [...(requests.buttons ?? []), ...held.buttons],
      },
    );
  }
  if (a.phase === "starting") a.move("ready");
}
