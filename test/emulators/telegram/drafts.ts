import type { Entity } from "./wire.ts";

/** One state of a draft. `at`: ms since the epoch. */
export interface DraftFrame {
  readonly at: number;
  readonly text: string;
  readonly entities: readonly Entity[];
  readonly canStop: boolean;
  readonly keepOnStop: boolean;
  /** `rich_message` of a rich draft. */
  readonly rich?: unknown;
}

/** How a draft went away. `replaced`: by another draft id. */
export type DraftEnd = "expired" | "replaced" | "message" | "stopped";

/** One preview in a private chat, from its first frame until it vanishes. */
export interface Draft {
  readonly chatId: number;
  readonly threadId: number | undefined;
  readonly draftId: number;
  readonly frames: readonly DraftFrame[];
  /** Absent while the draft is visible. */
  readonly ended?: { readonly at: number; readonly why: DraftEnd };
}

interface Running {
  chatId: number;
  threadId: number | undefined;
  draftId: number;
  frames: DraftFrame[];
  ended?: { at: number; why: DraftEnd };
}

/** Drafts of all chats. One is visible in a chat or topic at a time; it lives `lifeMs` from its latest frame. */
export class Drafts {
  readonly #all = new Map<number, Running[]>();
  readonly #now: () => number;
  readonly #lifeMs: number;

  constructor(now: () => number, lifeMs: number) {
    this.#now = now;
    this.#lifeMs = lifeMs;
  }

  /** Every draft of the chat, oldest first. */
  history(chatId: number): readonly Draft[] {
    const list = this.#all.get(chatId) ?? [];
    for (const draft of list) this.#expire(draft);
    return list;
  }

  /** Shows a frame. False: the person stopped this draft, so the frame is not shown. */
  show(chatId: number, threadId: number | undefined, draftId: number, frame: Omit<DraftFrame, "at">): boolean {
    const list = this.#all.get(chatId) ?? [];
    this.#all.set(chatId, list);
    if (list.some((draft) => draft.draftId === draftId && draft.ended?.why === "stopped")) return false;
    const current = this.#visible(chatId, threadId);
    const shown = { at: this.#now(), ...frame };
    if (current?.draftId === draftId) {
      current.frames.push(shown);
      return true;
    }
    if (current !== undefined) current.ended = { at: this.#now(), why: "replaced" };
    list.push({ chatId, threadId, draftId, frames: [shown] });
    return true;
  }

  /** The bot sent a message: its chat's draft vanishes. */
  vanish(chatId: number, threadId: number | undefined): void {
    const current = this.#visible(chatId, threadId);
    if (current !== undefined) current.ended = { at: this.#now(), why: "message" };
  }

  /** The person presses the stop button. Throws when there is none to press. */
  stop(chatId: number, draftId?: number): Draft {
    const found = this.history(chatId).findLast(
      (draft) => draft.ended === undefined && (draftId === undefined || draft.draftId === draftId),
    );
    const running = this.#all.get(chatId)?.find((draft) => draft === found);
    if (running === undefined)
      throw new Error(`chat ${chatId} shows no draft${draftId === undefined ? "" : ` ${draftId}`} to stop`);
    if (running.frames.at(-1)?.canStop !== true) throw new Error(`draft ${running.draftId} has no stop button`);
    running.ended = { at: this.#now(), why: "stopped" };
    return running;
  }

  #visible(chatId: number, threadId: number | undefined): Running | undefined {
    const current = this.#all.get(chatId)?.findLast((draft) => draft.threadId === threadId);
    if (current !== undefined) this.#expire(current);
    return current?.ended === undefined ? current : undefined;
  }

  #expire(draft: Running): void {
    const until = (draft.frames.at(-1)?.at ?? 0) + this.#lifeMs;
    if (draft.ended === undefined && this.#now() >= until) draft.ended = { at: until, why: "expired" };
  }
}
