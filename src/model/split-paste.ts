/** A text this long, in UTF-16 units, may be the first of a paste the client split: Telegram's cut at 4096 or a little before. */
export const splitAt = 4000;
