import { qrLines } from "../qr.ts";
import type { Dialog } from "./dialog.ts";
import type { Checked, FeishuAccount } from "./port.ts";
import { consider, platformName, type Session, type Settled } from "./session.ts";

const shape = /^cli_[0-9a-fA-F]{16}$/;
const consoles = { feishu: "https://open.feishu.cn/app", lark: "https://open.larksuite.com/app" };

/** An app, and who made it by scanning. */
export interface SettledApp extends Settled<FeishuAccount> {
  readonly scannedBy?: string;
}

/**
 * An app its platform knows, or none. `present`: the configured one, offered to be kept; `given`: one named on the
 * command line, checked without a question; `domain`: of an app that is entered anew.
 */
export async function askFeishu(
  session: Session,
  dialog: Dialog,
  from: { readonly present?: FeishuAccount; readonly given?: FeishuAccount; readonly domain: string },
): Promise<SettledApp | undefined> {
  const { words } = session;
  let next: SettledApp | undefined = accountOf(from.given ?? from.present);
  let kept = from.given === undefined && from.present !== undefined;
  for (;;) {
    next ??= await enter(session, dialog, from.domain);
    if (next === undefined) return undefined;
    const refused = kept ? words.refusedPresent(platformName(words, next.account)) : words.feishu.refused;
    const settled = await consider(session, dialog, next.account, refused);
    if (settled === "none") return undefined;
    if (settled === "other") {
      // An app that was just made is not lost: its page has the secret.
      for (const line of session.left) dialog.say(line);
    } else {
      sayScopes(session, settled.told);
      if (!kept || (await dialog.yes(words.keep(settled.told?.name ?? settled.account.appId))))
        return { ...next, ...settled };
    }
    next = undefined;
    kept = false;
  }
}

function accountOf(account: FeishuAccount | undefined): SettledApp | undefined {
  return account === undefined ? undefined : { account };
}

async function enter(session: Session, dialog: Dialog, domain: string): Promise<SettledApp | undefined> {
  const { words } = session;
  const own = domain === "feishu" || domain === "lark";
  for (;;) {
    const how = own
      ? await dialog.one(words.feishu.how, [
          { value: "qr", label: words.feishu.qr },
          { value: "typed", label: words.feishu.typed },
          { value: "none", label: words.skip },
        ])
      : "typed";
    if (how === "none") return undefined;
    if (how === "typed") return accountOf(await type(session, dialog, domain));
    const made = await register(session, domain === "lark");
    if ("account" in made) return made;
    dialog.warn(made.failed);
  }
}

async function type(session: Session, dialog: Dialog, domain: string): Promise<FeishuAccount | undefined> {
  const { feishu } = session.words;
  if (domain === "feishu" || domain === "lark") dialog.say(feishu.console(consoles[domain]));
  const appId = await dialog.line(feishu.appId, (text) =>
    text === "" || shape.test(text) ? undefined : feishu.appIdShape,
  );
  if (appId === "") return undefined;
  const appSecret = await dialog.secret(feishu.appSecret, (text) => (text === "" ? feishu.appSecret : undefined));
  return { channel: "feishu", appId, appSecret, domain };
}

/** Makes an app by a code to scan. `failed`: the sentence that says why there is none. */
export async function register(session: Session, lark: boolean): Promise<SettledApp | { readonly failed: string }> {
  const { feishu } = session.words;
  const onLink = (link: string, minutes: number): void => {
    const code = qrLines(link, session.columns);
    session.say(feishu.scan(minutes));
    // A link that is broken into lines by a frame cannot be opened.
    session.show([link, "", ...code]);
    if (code.length === 0 && session.columns > 0) session.say(feishu.narrow);
  };
  const made = await session.platforms.registerFeishu(lark, onLink, new AbortController().signal);
  if ("failed" in made) return { failed: feishu.failed[made.failed](made.why) };
  session.left.push(feishu.left(made.account.appId));
  session.say(feishu.made(made.account.appId));
  return made;
}

/** What of the app's rights could be read, and what could not. */
export function sayScopes({ words, say }: Session, told: Checked | undefined): void {
  if (told === undefined) return;
  const { missingScopes: missing } = told;
  if (missing === undefined) say(words.feishu.scopesUnknown);
  else say(missing.length === 0 ? words.feishu.scopesGranted : words.feishu.missing(missing.join(", ")));
  say(words.feishu.unreadable);
}
