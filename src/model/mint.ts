import type { Button } from "./delivery.ts";
import type { ChatKey, Nonce } from "./ids.ts";
import type { ButtonAct, ButtonRecord } from "./request.ts";

/** Makes buttons for one commit: each gets a nonce, and `records` holds what is stored behind them. */
export interface Mint {
  button(label: string, act: ButtonAct, style?: Button["style"]): Button;
  readonly records: readonly ButtonRecord[];
}

/** `nonce` is the source of randomness. */
export function createMint(chat: ChatKey, nonce: () => string): Mint {
  const records: ButtonRecord[] = [];
  return {
    records,
    button(label, act, style) {
      const made = nonce() as Nonce;
      records.push({ nonce: made, chat, act });
      return { label, nonce: made, ...(style === undefined ? {} : { style }) };
    },
  };
}
