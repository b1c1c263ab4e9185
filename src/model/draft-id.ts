import { createHash } from "node:crypto";

/** Number that names the draft of a turn slot on platforms with drafts: 31 bits, never 0, the same in every process. */
export function draftId(slot: string): number {
  return createHash("sha256").update(slot).digest().readUInt32BE(0) & 0x7fff_ffff || 1;
}
