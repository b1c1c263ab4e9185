import type { LoadedConfig } from "../../../config/load.ts";
import { accountKey } from "../../model/ids.ts";
import { ownerCode } from "../../redis/owner-claims.ts";
import { type OfferedCodes, offerCodes } from "../claim-file.ts";
import { qrLines } from "../qr.ts";
import type { Account } from "./port.ts";
import { platformName, type Session, type Settled } from "./session.ts";

/**
 * Tells how somebody becomes the owner: a code per account, which the next start accepts, as a link and QR code where
 * the platform has one. With owners configured there is no code. `dataDir` must be there.
 */
export async function pair(
  session: Session,
  config: LoadedConfig,
  accounts: readonly Settled<Account>[],
): Promise<void> {
  const { owners } = config.access;
  if (owners.length > 0) {
    session.say(session.words.owned(owners.join(", ")));
    return;
  }
  const offered: Record<string, string> = {};
  for (const settled of accounts) {
    const { channel } = settled.account;
    const code = ownerCode();
    offered[accountKey({ channel, account: config.channels[channel][0]?.id ?? "main" })] = code;
    tell(session, settled, code);
  }
  if (accounts.length > 0) await offerCodes(config.dataDir, offered satisfies OfferedCodes);
}

function tell({ words, columns, say, show }: Session, { account, told }: Settled<Account>, code: string): void {
  const name = told?.name ?? platformName(words, account);
  const link = told?.claimLink?.(code);
  const open = link ?? told?.chatLink;
  if (open === undefined) {
    say(words.claimCode(name, code));
    return;
  }
  say(link === undefined ? words.claimChat(name, code) : words.claimLink(name, code));
  show([open, "", ...qrLines(open, columns)]);
}
