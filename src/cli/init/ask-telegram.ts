import type { Dialog } from "./dialog.ts";
import type { TelegramAccount } from "./port.ts";
import { consider, type Session, type Settled } from "./session.ts";

const shape = /^\d+:[\w-]+$/;

/**
 * A bot its platform knows, or none. `present`: the one that is configured, offered to be kept; `given`: one that was
 * named on the command line, checked without a question.
 */
export async function askTelegram(
  session: Session,
  dialog: Dialog,
  from: { readonly present?: TelegramAccount; readonly given?: TelegramAccount },
): Promise<Settled<TelegramAccount> | undefined> {
  const { words } = session;
  const rest = (from.given ?? from.present)?.apiRoot;
  let next = from.given ?? from.present;
  let kept = from.given === undefined && next !== undefined;
  let told = false;
  for (;;) {
    if (next === undefined) {
      if (!told) dialog.say(words.telegram.how);
      told = true;
      const token = await dialog.secret(words.telegram.token, (text) =>
        text === "" || shape.test(text) ? undefined : words.telegram.shape,
      );
      if (token === "") return undefined;
      next = { channel: "telegram", token, ...(rest === undefined ? {} : { apiRoot: rest }) };
    }
    const settled: Settled<TelegramAccount> | "other" | "none" = await consider(
      session,
      dialog,
      next,
      kept ? words.refusedPresent("Telegram") : words.telegram.refused,
    );
    if (settled === "none") return undefined;
    if (settled !== "other" && (!kept || (await dialog.yes(words.keep(settled.told?.name ?? "Telegram")))))
      return settled;
    next = undefined;
    kept = false;
  }
}
