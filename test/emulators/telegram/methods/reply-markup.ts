import { badRequest, strict } from "../refusal.ts";
import type { Button, ReplyMarkup } from "../wire.ts";
import type { Params } from "./context.ts";

const maxButtons = 100;
const maxRow = 8;

/** `reply_markup` of a call, checked; undefined without any button. Throws Refusal. */
export function readMarkup(params: Params): ReplyMarkup | undefined {
  const markup = params.object("reply_markup") as ReplyMarkup | undefined;
  if (markup?.inline_keyboard === undefined) {
    for (const button of markup?.keyboard?.flat() ?? [])
      checkLabel(typeof button === "string" ? button : button.text, "keyboard");
    return markup;
  }
  const rows = markup.inline_keyboard.filter((row) => row.length > 0);
  if (rows.flat().length > maxButtons) throw badRequest("reply markup is too long", "bug");
  for (const row of rows) {
    if (row.length > maxRow) throw strict(`${row.length} buttons in one row; ${maxRow} are shown`);
    row.forEach(checkButton);
  }
  return rows.length === 0 ? undefined : { ...markup, inline_keyboard: rows };
}

function checkButton(button: Button): void {
  checkLabel(button.text, "inline keyboard");
  if (button.callback_data !== undefined) {
    const size = Buffer.byteLength(button.callback_data);
    if (size < 1 || size > 64) throw badRequest("BUTTON_DATA_INVALID", "bug");
  }
  if (button.url !== undefined && !URL.canParse(button.url)) throw badRequest("BUTTON_URL_INVALID", "bug");
}

function checkLabel(text: string, where: string): void {
  if (text.trim() === "") throw badRequest(`${where} button text must be non-empty`, "bug");
}
