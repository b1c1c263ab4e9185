import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { Commit } from "../dispatcher/port.ts";
import type { OutboxBody } from "../model/delivery.ts";
import type { ChatKey } from "../model/ids.ts";
import type { TurnView } from "../model/view.ts";
import type { StoredRequest } from "./codec.ts";
import { decode, splitView, textPiece } from "./codec.ts";
import type { Keys } from "./keys.ts";
import { retention } from "./retention.ts";
import type { ScriptArgument } from "./script-runner.ts";

type Step = readonly [name: string, ...ScriptArgument[]];

/** A commit as the arguments of `commit.lua`: name, number of arguments, arguments; what needs memory first. Pure. */
export function commitSteps(keys: Keys, chat: ChatKey, commit: Commit): readonly ScriptArgument[] {
  const steps: readonly Step[] = [
    ...(commit.ops ?? []).map((body): Step => ["op", JSON.stringify(body), endedSlot(body)]),
    ...stateSteps(commit),
    ...(commit.buttons ?? []).map(
      (button): Step => ["keep", keys.button(button.nonce), JSON.stringify(button), retention.buttonMs],
    ),
    ...(commit.asked ?? []).map(({ number, chat: at, request, askedAt }): Step => {
      const stored: StoredRequest = { number, chat: at, request, askedAt };
      return ["ask", keys.request(number), number, JSON.stringify(stored)];
    }),
    ...viewSteps(keys, chat, commit),
    ...(commit.settled ?? []).map(
      ({ number, state }): Step => ["settle", keys.request(number), number, state, retention.requestMs],
    ),
    ...((commit.ack?.length ?? 0) === 0 ? [] : [["ack", ...(commit.ack ?? [])] as Step]),
  ];
  return steps.flatMap(([name, ...args]) => [name, args.length, ...args]);
}

/** The slot whose live frame an operation ends; empty for none. */
function endedSlot(body: OutboxBody): string {
  if (body.op === "endLive") return body.slot;
  return body.op === "message" ? (body.endsLive ?? "") : "";
}

/** A finished view as it is kept: most of it is diff and logs, which shrink well. */
export function packView(view: TurnView): Buffer {
  return deflateRawSync(JSON.stringify(view));
}

/** Inverse of {@link packView}. */
export function unpackView(packed: Buffer): TurnView {
  return decode<TurnView>(inflateRawSync(packed).toString("utf8"));
}

function stateSteps(commit: Commit): readonly Step[] {
  return [
    ...field("b", commit.binding),
    ...field("t", commit.turn),
    ...field("w", commit.waiting?.length === 0 ? null : commit.waiting),
    ...(commit.process === undefined ? [] : [processStep(commit.process)]),
  ];
}

function processStep(process: NonNullable<Commit["process"]> | null): Step {
  return process === null ? ["noprocess"] : ["process", JSON.stringify(process), retention.chatMs];
}

function field(name: string, value: unknown): readonly Step[] {
  if (value === undefined) return [];
  return [value === null ? ["cut", name] : ["put", name, JSON.stringify(value)]];
}

function viewSteps(keys: Keys, chat: ChatKey, commit: Commit): readonly Step[] {
  const steps: Step[] = [];
  const { archive, view } = commit;
  if (archive !== undefined)
    steps.push(["keep", keys.archive(chat, archive.slot), packView(archive), retention.archiveMs]);
  const ended = view !== undefined && (commit.ops ?? []).some((body) => endedSlot(body) === view.slot);
  if (commit.endView === true || ended) steps.push(["endview"]);
  else if (view !== undefined) {
    const split = splitView(view);
    steps.push([
      "view",
      JSON.stringify(split.view),
      view.slot,
      split.openItemId ?? "",
      textPiece(split.openText),
      retention.viewMs,
    ]);
  }
  return steps;
}
