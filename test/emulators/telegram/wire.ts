/** JSON as it travels: the emulator writes it, clients read it. */
export type Wire = Readonly<Record<string, unknown>>;

export interface WireUser {
  readonly id: number;
  readonly is_bot: boolean;
  readonly first_name: string;
  readonly last_name?: string;
  readonly username?: string;
  readonly language_code?: string;
}

/** A special part of a text; offset and length in UTF-16 units. */
export interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly user?: WireUser;
  readonly custom_emoji_id?: string;
}

/** A button under a message. Exactly one action field is set. */
export interface Button {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
  readonly style?: string;
  readonly copy_text?: { readonly text: string };
}

/** Any of the four kinds of `reply_markup`. */
export interface ReplyMarkup {
  readonly inline_keyboard?: readonly (readonly Button[])[];
  readonly keyboard?: readonly (readonly (Button | string)[])[];
  readonly force_reply?: boolean;
  readonly remove_keyboard?: boolean;
  readonly input_field_placeholder?: string;
  readonly selective?: boolean;
}

/** An object, and no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Length in code points: what Telegram counts. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
