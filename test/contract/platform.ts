import type { Channel } from "../../src/channel/port.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { Capabilities } from "../../src/model/delivery.ts";
import type { PersonId } from "../../src/model/ids.ts";
import type { RedisLink } from "../../src/redis/connection.ts";

/** Places of a platform: the owner's private chat with the bot, and a group everybody below is in. */
export type Place = "home" | "team";

/** People: the owner of the service, a member who may talk in the group, and somebody with no rights anywhere. */
export type Who = "owner" | "member" | "stranger";

/** A message of the bot as a person sees it now. */
export interface Shown {
  readonly id: string;
  /** Everything readable, as plain text. */
  readonly text: string;
  readonly buttons: readonly string[];
  /** Id of the message it replies to. */
  readonly replyTo?: string;
  /** Name and bytes of the file it is. */
  readonly file?: { readonly name: string; readonly bytes: Buffer };
}

/** How a person writes. */
export interface Writing {
  readonly mention?: boolean;
  /** Id of the message replied to. */
  readonly replyTo?: string;
}

/** A platform with its people, seen from their side. Implementations: `platforms/*`. */
export interface Platform {
  readonly name: string;
  readonly capabilities: Capabilities;
  readonly people: Readonly<Record<Who, PersonId>>;
  /** Name of the group in `access.groups`. */
  readonly group: string;
  start(): Promise<void>;
  /** A fresh instance of the adapter, as after a start of the service; `link`: its Redis. */
  channel(log: Logger, link: RedisLink): Channel | Promise<Channel>;
  /** Answers the message's id. */
  say(place: Place, who: Who, text: string, how?: Writing): string;
  sendFile(place: Place, who: Who, file: { readonly name: string; readonly bytes: Buffer }, caption: string): string;
  /** Presses a button; answers the toast. Rejects where the person does not even get in. */
  tap(place: Place, messageId: string, label: string, who: Who): Promise<string>;
  /** Presses a button that is no longer shown, as a stale screen does. */
  tapAgain(place: Place, messageId: string, who: Who): Promise<string>;
  /** Messages of the bot for keeps, oldest first: no live frames. */
  shown(place: Place): readonly Shown[];
  /** What the live frame showed of the answer, frame by frame. */
  frames(place: Place): readonly string[];
  /** Hands the newest message of a person to the service once more. */
  redeliver(): void;
  /** The next message of the bot is refused for its rate. */
  limitNext(): void;
  /** The next message of the bot is taken, and the answer lost. */
  loseNextAnswer(): void;
  /** Wrong use of the platform, in its words. */
  violations(): readonly string[];
  stop(): Promise<void>;
}
