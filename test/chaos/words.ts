/** What a message asks of the model: an answer at once, one that streams for a while, or a command that needs approval. */
export type Wish = "quick" | "slow" | "ask";

/** A numbered message as its text tells it. */
export interface Numbered {
  /** `c07-3`: chat and number. */
  readonly id: string;
  readonly wish: Wish;
  /** How long the answer streams, ms. */
  readonly streamMs: number;
}

/** The text of a numbered message. */
export function written({ id, wish, streamMs }: Numbered): string {
  return `message ${id}: ${wish} ${streamMs}`;
}

/** The numbered messages in a text, in order. */
export function read(text: string): readonly Numbered[] {
  return [...text.matchAll(/\bmessage (c\d+-\d+): (quick|slow|ask) (\d+)/g)].map(([, id = "", wish, ms]) => ({
    id,
    wish: wish as Wish,
    streamMs: Number(ms),
  }));
}

/** How an answer names the message it answers; the last words of the model about it. */
export const done = (id: string): string => `Done ${id}.`;

/** How the answer to nobody's message names its turn. */
export const wentOn = (turn: string): string => `Went on ${turn}.`;

/** The ids (and turns) a text says are answered, in order. */
export function answeredIn(text: string): readonly string[] {
  return [...text.matchAll(/\b(?:Done (c\d+-\d+)|Went on ([\w-]+))\./g)].map(([, id, turn]) => id ?? turn ?? "");
}

/** The file a command of this message writes to, below the folder of all. */
export const fileOf = (folder: string, id: string): string => `${folder}/${id}`;

/** The id in the words of an approval card, if it is one. */
export function askedIn(text: string): string | undefined {
  return /^\**Codex asks to run[\s\S]*?\/(c\d+-\d+)\b/.exec(text)?.[1];
}

/** The chat a message or turn belongs to. */
export const chatOf = (id: string): string => id.replace(/-.*$/, "");
