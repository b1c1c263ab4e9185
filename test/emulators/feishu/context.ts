import type { Application } from "./application.ts";
import type { Rates } from "./faults.ts";
import type { World } from "./state.ts";

/** What handlers of calls work with. */
export interface Context {
  readonly world: World;
  readonly rates: Rates;
  /** ms since the epoch. */
  readonly now: () => number;
  readonly appId: string;
  /** Open id of the bot. */
  readonly botId: string;
  /** Scopes the app was granted. */
  readonly scopes: Set<string>;
  readonly application: Application;
  readonly violations: string[];
  /** Tokens of card callbacks: their message, uses, and since when they may be used. */
  readonly cardTokens: Map<string, { readonly messageId: string; uses: number; acked: boolean; readonly at: number }>;
}

/** A call after routing. */
export interface Call {
  /** `im.message.reply`. */
  readonly method: string;
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** Of a multipart call. */
  readonly file?: { readonly name: string; readonly bytes: Buffer };
}

/** Data of the answer; bytes for a download. */
export type Answer = Readonly<Record<string, unknown>> | Buffer;

/** One route of the OpenAPI. `body`: the fields it knows. */
export interface Route {
  readonly method: string;
  readonly verb: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/open-apis/im/v1/messages/:message_id`. */
  readonly path: string;
  readonly body?: readonly string[];
  readonly query?: readonly string[];
  /** One of these must be granted. */
  readonly scopes: readonly string[];
  readonly handle: (context: Context, call: Call) => Answer;
}
