import { tappable } from "../../../src/model/text/links.ts";

/** A mail address and nothing else: no subject or body somebody else wrote. */
const mail = /^mailto:[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/u;

/** Pure. The address if a tap on it is safe: http, https or mailto. Undefined for anything else. */
export function linkTarget(url: string): string | undefined {
  return mail.test(url) ? url : tappable(url);
}
