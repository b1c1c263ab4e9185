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
  { words, columns }: Session,
  config: LoadedConfig,
  accounts: readonly Settled<Account>[],
): Promise<readonly string[]> {
  const { owners } = config.access;
  if (owners.length > 0) return [words.owned(owners.join(", "))];
  const offered: Record<string, string> = {};
  const lines = accounts.flatMap(({ account, told }) => {
    const id = config.channels[account.channel][0]?.id ?? "main";
    const code = ownerCode();
    offered[accountKey({ channel: account.channel, account: id })] = code;
    const name = told?.name ?? platformName(words, account);
    const link = told?.claimLink?.(code);
    if (link !== undefined) return [words.claimLink(name, code, link), ...qrLines(link, columns)];
    const chat = told?.chatLink;
    if (chat !== undefined) return [words.claimChat(name, code, chat), ...qrLines(chat, columns)];
    return [words.claimCode(name, code)];
  });
  if (accounts.length > 0) await offerCodes(config.dataDir, offered satisfies OfferedCodes);
  return lines;
}
