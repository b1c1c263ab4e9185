import type { ChatEvidence, Said, Shown } from "./evidence.ts";
import type { Outage } from "./outages.ts";

/** A message of the bot as its person sees it now. */
export interface Seen {
  /** Its place among the bot's messages of the chat, from 0. */
  readonly place: number;
  /** Id of the numbered message it replies to. */
  readonly about?: string;
  readonly text: string;
  /** As it was first sent. */
  readonly sent: string;
  readonly buttons: readonly string[];
}

export type Who = "owner" | "stranger";

/** One private chat with the bot, the same on every platform. */
export interface Line {
  /** `c07`. */
  readonly name: string;
  readonly channel: ChatEvidence["channel"];
  /** The person writes; `id` of a numbered message. */
  say(text: string, id?: string): void;
  /** The bot's messages for keeps from a place on. */
  seen(from: number): readonly Seen[];
  /** Presses a button; what the person is told, undefined when nothing came. Rejects when the message shows no such button. */
  press(place: number, label: string, who: Who): Promise<string | undefined>;
  /** For the judge: what the platform knows of a message the person wrote. `stopAfter`: it handed a `/stop` over after it. */
  handed(id: string): Pick<Said, "handed" | "dropped"> & { readonly stopAfter?: true };
  /** For the judge: the bot's messages. `ended`: when the service was killed or frozen, ms since the epoch, and how; `outages`: without Redis. */
  shown(ended: readonly Interruption[], outages: readonly Outage[]): readonly Shown[];
}

/** Something that kept the service from noting an answer. */
export interface Interruption {
  /** ms since the epoch: when it began, and when it was over; the same for a death. */
  readonly at: number;
  readonly until: number;
  /** What the judge tells of it. */
  readonly what: string;
}
