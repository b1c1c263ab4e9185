/** A bot of Telegram. */
export interface TelegramAccount {
  readonly channel: "telegram";
  readonly token: string;
  /** Absent: Telegram's own. */
  readonly apiRoot?: string;
}

/** An app of Feishu or Lark. */
export interface FeishuAccount {
  readonly channel: "feishu";
  readonly appId: string;
  readonly appSecret: string;
  /** `feishu`, `lark`, or an address. */
  readonly domain: string;
}

/** An account somebody wants to use. */
export type Account = TelegramAccount | FeishuAccount;

/** What a platform says about an account it accepts. */
export interface Checked {
  /** `@my_bot`; the app's name. */
  readonly name: string;
  /** Link that opens a chat and sends `/start CODE`; absent where the platform has none. */
  claimLink?(code: string): string;
  /** Link that opens a chat with the bot; absent where the platform has none. */
  readonly chatLink?: string;
  /** Scopes that are needed and not granted; absent: the platform has none, or does not tell. */
  readonly missingScopes?: readonly string[];
}

/** An app made by scanning a code. */
export interface Registered {
  readonly account: FeishuAccount;
  /** Who scanned, as that app sees the person; absent where the platform does not say. */
  readonly scannedBy?: string;
}

/** Why no app was made. `why`: the platform's own words, free of secrets. */
export interface NotRegistered {
  readonly failed: "denied" | "expired" | "unreachable" | "refused";
  readonly why: string;
}

/** The platforms as set-up sees them; made by `src/setup.ts`. */
export interface Platforms {
  /** Asks the platform who this is. BridgeError `channelUnauthorized` / `channelUnreachable`. */
  check(account: Account, signal: AbortSignal): Promise<Checked>;
  /** Shows a link by `onLink` and waits until somebody opened it and made an app. Rejects only when aborted. */
  registerFeishu(
    lark: boolean,
    onLink: (link: string, minutes: number) => void,
    signal: AbortSignal,
  ): Promise<Registered | NotRegistered>;
}

/** How the platforms are reached: `proxy` absent is directly; `noProxy` as in NO_PROXY. */
export type CreatePlatforms = (net: {
  readonly proxy: string | undefined;
  readonly noProxy: string;
}) => Promise<Platforms>;
