/** C0 but tab and line feed, and DEL. */
const c0 = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f`;
const unsafe = new RegExp(String.raw`\r\n?|[${c0}\u0080-\u009f]|\p{Surrogate}`, "gu");

/**
 * Text without anything a platform refuses or silently eats: CRLF and CR become LF, a lone surrogate and a C1 control
 * become U+FFFD, a C0 control becomes its picture (`␛`). Tabs, line feeds, right-to-left text and joiners stay.
 */
export function sanitize(text: string): string {
  return text.replace(unsafe, (found) => {
    if (found.startsWith("\r")) return "\n";
    const code = found.charCodeAt(0);
    if (code === 0x7f) return "␡";
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : "\ufffd";
  });
}

/** Joiner or presentation selector where it makes an emoji; whatever else is invisible or looks like a plain blank. */
const hidden = new RegExp(
  String.raw`(?<=\p{Extended_Pictographic}[\p{Emoji_Modifier}\ufe0f]?)\u200d(?=\p{Extended_Pictographic})|` +
    String.raw`(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]|[#*0-9]\ufe0f\u20e3|` +
    String.raw`([${c0}\r\u0080-\u009f\p{Cf}\p{Zl}\p{Zp}\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufe00-\ufe0f]|` +
    String.raw`[\u{e0000}-\u{e0fff}]|(?! )\p{Zs}|\p{Surrogate})`,
  "gu",
);

/**
 * A command, path or rule as it is to be judged on a card: every character that is invisible, reorders the text or only
 * looks like a blank is written out as `\u{202e}`. Line feeds, tabs and emoji sequences stay.
 */
export function revealControls(text: string): string {
  return text.replace(hidden, (found, control: string | undefined) =>
    control === undefined ? found : `\\u{${(control.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
