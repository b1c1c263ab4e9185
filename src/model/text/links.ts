/** Longest address a platform makes a link of, UTF-16 units. */
const urlLength = 2048;

/**
 * The address as something safe to tap: http or https, a host every platform accepts (dotted, or an IPv6 address).
 * Undefined for anything else (`javascript:`, `file:`, paths, `localhost`): such an address is shown as text instead.
 */
export function tappable(url: string): string | undefined {
  if (url.length > urlLength || !URL.canParse(url)) return undefined;
  const { protocol, hostname, href } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  return /[^.]\.[^.]/u.test(hostname) || hostname.startsWith("[") ? href : undefined;
}
