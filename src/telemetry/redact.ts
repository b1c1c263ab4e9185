/** Replaces secrets in a text. Pure; the same text gives the same result. */
export type Redactor = (text: string) => string;

const mark = "[redacted]";
/** Shorter values would blot out ordinary words; they are still caught by the patterns. */
const minSecretLength = 6;
/** JSON inside JSON, this many times, still hides nothing. */
const jsonDepth = 4;

/**
 * What looks like a secret wherever it stands: bot tokens, bearer and basic credentials, API keys, passwords in URLs. The
 * word PASSWORD there is none: so we write where one belongs.
 */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/\/bot\d+(?::|%3A)[\w-]+/gi, `/bot${mark}`],
  [/\b\d{5,}(?::|%3A)[\w-]{30,}/gi, mark],
  [/\b(Bearer|Basic)(\s+|%20)[\w.~+/=-]{6,}/gi, `$1 ${mark}`],
  [/\bsk-[\w-]{8,}/g, mark],
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*):(?!PASSWORD@)[^\s/@"']+@/gi, `$1:${mark}@`],
];

/**
 * L10. Knows the configured `secrets` in every spelling a log line may have (as written, inside JSON, URL-encoded,
 * base64) and the patterns of common secrets.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const spellings = new Set(secrets.filter((secret) => secret.length >= minSecretLength).flatMap(spellingsOf));
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length);
  const known = longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(escaped).join("|"), "g");
  return (text) => {
    const plain = known === undefined ? text : text.replace(known, mark);
    return patterns.reduce((at, [pattern, replacement]) => at.replace(pattern, replacement), plain);
  };
}

function spellingsOf(secret: string): readonly string[] {
  const inJson = [secret];
  for (let depth = 0; depth < jsonDepth; depth++) inJson.push(JSON.stringify(inJson.at(-1)).slice(1, -1));
  return [...inJson, ...urlSpellings(secret), Buffer.from(secret).toString("base64")];
}

/** A lone surrogate has no URL spelling. */
function urlSpellings(secret: string): readonly string[] {
  return secret === Buffer.from(secret).toString() ? [encodeURIComponent(secret), encodeURI(secret)] : [];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
