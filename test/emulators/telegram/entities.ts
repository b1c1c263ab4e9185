import { badRequest, strict } from "./refusal.ts";
import { codePoints, type Entity } from "./wire.ts";

/** A text with its special parts. */
export interface Rich {
  readonly text: string;
  readonly entities: readonly Entity[];
}

/** Messages show at most this many entities; Telegram drops the rest silently. */
const maxEntities = 100;
const rawBytes = 32_768;
const quotes = new Set(["blockquote", "expandable_blockquote"]);
const verbatim = new Set(["code", "pre"]);
const nestable = new Set(["bold", "italic", "underline", "strikethrough", "spoiler"]);
const schemes = new Set(["http:", "https:", "tg:", "ton:", "mailto:", "tel:"]);

/** Where a text goes, and so how long it may be and what the server calls it. */
export type Place = "message" | "caption" | "draft";

/** Checks a text as sent and returns it as shown (cleaned, trimmed). Throws Refusal. */
export function acceptText(text: string, entities: readonly Entity[], place: Place): Rich {
  if (Buffer.byteLength(text) > rawBytes) throw badRequest("text is too long", "bug");
  checkBounds(text, entities);
  checkNesting(entities);
  const shown = place === "draft" ? clean({ text, entities }) : trim(clean({ text, entities }));
  if (place === "message" && shown.text === "") throw badRequest("message text is empty", "bug");
  const limit = place === "caption" ? 1024 : 4096;
  if (codePoints(shown.text) > limit)
    throw badRequest(place === "caption" ? "message caption is too long" : "message is too long", "bug");
  return shown;
}

/** Bounds and surrogates, in the words of td MessageEntity.cpp. */
function checkBounds(text: string, entities: readonly Entity[]): void {
  for (const { offset, length, type } of entities) {
    const end = offset + length;
    if (!Number.isInteger(offset) || !Number.isInteger(length))
      throw strict(`entity ${type}: offset and length must be integers`);
    if (offset < 0) throw badRequest(`receive an entity with incorrect offset ${offset}`, "bug");
    if (length <= 0) throw strict(`entity ${type} at ${offset} is empty`);
    if (end > text.length) {
      throw badRequest(
        `Entity beginning at UTF-16 offset ${offset} ends after the end of the text at UTF-16 offset ${end}`,
        "bug",
      );
    }
    if (splitsPair(text, offset)) {
      throw badRequest(
        `Entity begins in a middle of a UTF-16 symbol at byte offset ${bytesBefore(text, offset)}`,
        "bug",
      );
    }
    if (splitsPair(text, end)) {
      const at = bytesBefore(text, end);
      throw badRequest(
        `Entity beginning at UTF-16 offset ${offset} ends in a middle of a UTF-16 symbol at byte offset ${at}`,
        "bug",
      );
    }
  }
}

function splitsPair(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  const after = text.charCodeAt(at);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

function bytesBefore(text: string, at: number): number {
  return Buffer.byteLength(text.slice(0, at - 1));
}

/** The nesting rules of the Bot API documentation, which the server mends silently. */
function checkNesting(entities: readonly Entity[]): void {
  if (entities.length > maxEntities) throw strict(`${entities.length} entities; only ${maxEntities} are shown`);
  for (const [index, entity] of entities.entries()) {
    if (entity.type === "text_link") checkLink(entity.url ?? "");
    for (const other of entities.slice(index + 1)) checkPair(entity, other);
  }
}

function checkPair(a: Entity, b: Entity): void {
  const endA = a.offset + a.length;
  const endB = b.offset + b.length;
  if (endA <= b.offset || endB <= a.offset) return;
  const both = `${a.type} [${a.offset}, ${endA}) and ${b.type} [${b.offset}, ${endB})`;
  const contained = (a.offset <= b.offset && endB <= endA) || (b.offset <= a.offset && endA <= endB);
  if (!contained) throw strict(`${both} overlap`);
  if (verbatim.has(a.type) || verbatim.has(b.type))
    throw strict(`${both}: code and pre contain nothing and are contained by nothing`);
  if (quotes.has(a.type) && quotes.has(b.type)) throw strict(`${both}: block quotations cannot be nested`);
  const free = (type: string): boolean => nestable.has(type) || quotes.has(type);
  if (!free(a.type) && !free(b.type)) throw strict(`${both} cannot contain each other`);
  if (a.type === b.type && a.offset === b.offset && a.length === b.length) throw strict(`${both} are the same`);
}

function checkLink(url: string): void {
  if (!URL.canParse(url) || !schemes.has(new URL(url).protocol))
    throw strict(`text_link to ${JSON.stringify(url)} would be dropped`);
}

const dropped = /\r|[\u2028-\u202e]|\u0333|\u033f|\u030a/u;

/** As td clean_input_string: control characters become spaces, some format characters vanish. */
function clean(rich: Rich): Rich {
  let text = "";
  const moved: number[] = [];
  for (let at = 0; at < rich.text.length; at += 1) {
    moved.push(text.length);
    const unit = rich.text.charAt(at);
    if (dropped.test(unit)) continue;
    text += unit < " " && unit !== "\n" ? " " : unit;
  }
  moved.push(text.length);
  return remapped(rich, text, (at) => moved[at] ?? text.length);
}

/** As td fix_formatted_text: blanks at the end go, and at the start up to the first entity. */
function trim(rich: Rich): Rich {
  const kept = rich.text.replace(/[ \n]+$/u, "");
  const first = rich.entities.reduce((least, entity) => Math.min(least, entity.offset), kept.length);
  const lead = Math.min(first, /^[ \n]*/u.exec(kept)?.[0].length ?? 0);
  return remapped(rich, kept.slice(lead), (at) => Math.max(0, Math.min(at, kept.length) - lead));
}

function remapped(rich: Rich, text: string, move: (at: number) => number): Rich {
  const entities = rich.entities.flatMap((entity) => {
    const offset = move(entity.offset);
    const length = move(entity.offset + entity.length) - offset;
    return length > 0 ? [{ ...entity, offset, length }] : [];
  });
  return { text, entities };
}

const detectable: readonly (readonly [string, RegExp])[] = [
  ["bot_command", /(?<![\w/])\/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?/gu],
  ["mention", /(?<![\w@/])@\w{3,32}/gu],
  ["url", /https?:\/\/[^\s<>"]+/gu],
];

/** Entities a client finds by itself in what a person writes: commands, mentions, links. */
export function detect(text: string): readonly Entity[] {
  const found = detectable.flatMap(([type, pattern]) =>
    [...text.matchAll(pattern)].map((match) => ({ type, offset: match.index, length: match[0].length })),
  );
  const inLink = (at: Entity): boolean =>
    found.some(
      (url) => url.type === "url" && url !== at && at.offset >= url.offset && at.offset < url.offset + url.length,
    );
  return found.filter((entity) => !inLink(entity)).sort((a, b) => a.offset - b.offset);
}
