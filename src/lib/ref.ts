import { randomBytes } from "node:crypto";

/** Crockford's digits without I, L, O, U: read aloud and typed without mistakes. */
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A short reference (`7F3K`) that a person reads and the log line has as `ref`; 20 random bits. */
export function shortRef(): string {
  return Array.from(randomBytes(4), (byte) => digits[byte % digits.length]).join("");
}
