/** Where Redis is: a URL of the operator's (`unix:///path` is a socket), or the unix socket of our own server. */
export type RedisTarget = { readonly url: string } | { readonly socketPath: string };

/** As the client wants it: a URL, or a path. Pure. */
export function addressOf(target: RedisTarget): string {
  if ("socketPath" in target) return target.socketPath;
  return target.url.startsWith("unix://") ? decodeURIComponent(target.url.slice("unix://".length)) : target.url;
}
