import type { InitWords } from "../../model/catalog/init.ts";
import { BridgeError } from "../../model/errors.ts";
import type { Dialog } from "./dialog.ts";
import type { Account, Checked, Platforms } from "./port.ts";

/** One run of set-up. */
export interface Session {
  readonly words: InitWords;
  /** Absent: nobody can be asked. */
  readonly dialog?: Dialog;
  readonly say: (line: string) => void;
  /** As it is, from the first column: QR codes, links. */
  readonly show: (lines: readonly string[]) => void;
  readonly platforms: Platforms;
  /** False: accounts are taken as they are. */
  readonly check: boolean;
  /** Columns of the terminal, for QR codes; 0 shows none. */
  readonly columns: number;
  /** Sentences for somebody who ends now: what stays outside of this machine. */
  readonly left: string[];
}

/** An account to be used, and what its platform said; nothing where it was not asked. */
export interface Settled<A extends Account> {
  readonly account: A;
  readonly told?: Checked;
}

/** What asking a platform came to. */
export type Verdict =
  | { readonly kind: "known"; readonly told: Checked }
  | { readonly kind: "refused" }
  | { readonly kind: "unreachable"; readonly why: string };

const patienceMs = 20_000;

/** Asks the platform who this is, and says so. */
export async function ask(session: Session, account: Account): Promise<Verdict> {
  const name = platformName(session.words, account);
  session.say(session.words.asking(name));
  try {
    const told = await session.platforms.check(account, AbortSignal.timeout(patienceMs));
    session.say(session.words.works(name, told.name));
    return { kind: "known", told };
  } catch (error) {
    if (error instanceof BridgeError && error.code === "channelUnauthorized") return { kind: "refused" };
    const timedOut = error instanceof Error && error.name === "TimeoutError";
    if (error instanceof BridgeError || timedOut) return { kind: "unreachable", why: error.message };
    throw error;
  }
}

/** The platform's name in the language of set-up. */
export function platformName(words: InitWords, account: Account): string {
  if (account.channel === "telegram") return words.channels.telegram;
  return account.domain === "lark" ? words.channels.lark : words.channels.feishu;
}

/** Where nobody can be asked: the account if its platform knows it, else an Error with the sentence. */
export async function insist<A extends Account>(session: Session, account: A, refused: string): Promise<Settled<A>> {
  if (!session.check) return { account };
  const verdict = await ask(session, account);
  if (verdict.kind === "known") return { account, told: verdict.told };
  throw new Error(
    verdict.kind === "refused" ? refused : session.words.unreachable(platformName(session.words, account), verdict.why),
  );
}

/** What the person wants of an account: the checked one, another, or none. Says what the platform said. */
export async function consider<A extends Account>(
  session: Session,
  dialog: Dialog,
  account: A,
  refused: string,
): Promise<Settled<A> | "other" | "none"> {
  const { words } = session;
  for (;;) {
    const verdict = session.check ? await ask(session, account) : undefined;
    if (verdict === undefined) return { account };
    if (verdict.kind === "known") return { account, told: verdict.told };
    if (verdict.kind === "refused") {
      dialog.warn(refused);
      return "other";
    }
    dialog.warn(words.unreachable(platformName(words, account), verdict.why));
    const next = await dialog.one(words.unreachableChoice, [
      { value: "again", label: words.again },
      { value: "other", label: words.other },
      { value: "unchecked", label: words.unchecked },
      { value: "none", label: words.skip },
    ]);
    if (next === "unchecked") return { account };
    if (next !== "again") return next;
  }
}
