/** One numbered message as its person wrote it. */
export interface Said {
  readonly id: string;
  /** ms since the epoch. */
  readonly at: number;
  /** The person took back what ran before it: `/stop` may have overtaken it. */
  readonly stopAfter: boolean;
  /** The bot marked it as dropped. */
  readonly dropped: boolean;
  /**
   * When the platform handed it to the service: first delivery and the acknowledged one, ms since the epoch. Absent: in
   * the order it was written. `once`: the first delivery was the acknowledged one.
   */
  readonly handed?: { readonly from: number; readonly to: number; readonly once: boolean };
}

/** One message of the bot for keeps. */
export interface Shown {
  /** ms since the epoch when the platform took it. */
  readonly at: number;
  /** Id of the message it replies to. */
  readonly about?: string;
  /** Its words, first as sent, then after each edit. */
  readonly texts: readonly string[];
  /** Why the service may not know that the platform took it, and which fault did that. */
  readonly doubt?: string;
}

/** One turn as the model saw it. */
export interface TurnSeen {
  readonly turn: string;
  /** Messages new in its first request (the last is what began it), then those in later ones. */
  readonly first: readonly string[];
  readonly later: readonly string[];
}

/** One tap on an approval card. */
export interface TapSeen {
  /** Id of the message whose command was asked about. */
  readonly id: string;
  readonly by: "owner" | "stranger";
  readonly label: "Approve" | "Decline";
  /** What the person was told; absent: nothing came. */
  readonly toast?: string;
}

/** What one chat's platform and model can testify. */
export interface ChatEvidence {
  /** `c07`. */
  readonly name: string;
  readonly channel: "telegram" | "feishu";
  readonly said: readonly Said[];
  /** Ids in the user messages of the model's last request, thread by thread. */
  readonly histories: readonly (readonly string[])[];
  /** Every id that was in any request. */
  readonly reached: ReadonlySet<string>;
  readonly turns: readonly TurnSeen[];
  readonly shown: readonly Shown[];
  readonly taps: readonly TapSeen[];
  /** How often the command of a message ran. */
  readonly runs: ReadonlyMap<string, number>;
}

/** The whole run. */
export interface Evidence {
  readonly chats: readonly ChatEvidence[];
  /** Codex processes older than 60 s that no chat records. */
  readonly orphans: readonly string[];
  /** Redis keys that neither end by themselves nor have an owner. */
  readonly leaked: readonly string[];
}
