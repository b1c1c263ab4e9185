import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** Who gets in: whoever knows the token, by the printed address once, by a cookie from then on. */
export interface Gate {
  /** The request carries the cookie. */
  admits(request: IncomingMessage): boolean;
  /** `Set-Cookie` for the right token; undefined for a wrong one. */
  open(token: string, secure: boolean): string | undefined;
}

/** `port` keeps the cookies of several services on one host apart. A changed token invalidates every cookie. */
export function createGate(token: string, port: number): Gate {
  const name = `hotline-${port}`;
  const secret = digest(`cookie ${token}`);
  const value = secret.toString("base64url");
  return {
    admits(request) {
      const found = cookies(request.headers.cookie ?? "").get(name);
      return found !== undefined && timingSafeEqual(digest(found), digest(value));
    },
    open(tried, secure) {
      if (!timingSafeEqual(digest(tried), digest(token))) return undefined;
      const days = 400;
      return `${name}=${value}; Path=/; Max-Age=${days * 86_400}; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
    },
  };
}

/** The page itself is asking, not another site: the browser names the origin of uploads and sockets. */
export function sameOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function cookies(header: string): ReadonlyMap<string, string> {
  return new Map(
    header.split(";").flatMap((part): [string, string][] => {
      const at = part.indexOf("=");
      return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()]];
    }),
  );
}
