import type { PageWords } from "../../../src/model/catalog/page.ts";
import type { WebFile } from "../protocol.ts";
import { bytesText } from "./bytes-text.ts";
import { freshId } from "./controller.ts";
import { upload } from "./upload.ts";

/** A file on its way into a message. */
export interface Attachment {
  readonly id: string;
  readonly name: string;
  readonly bytes: number;
  /** Address of a picture of it, made by the browser. */
  readonly picture?: string;
  readonly state: "uploading" | "done" | "failed";
  /** Share that has arrived, 0 to 1. */
  readonly progress: number;
  /** Why it failed. */
  readonly problem?: string;
  /** Once it is there. */
  readonly file?: WebFile;
}

/** Files of the messages being written, per chat; they stay while another chat is open. */
export interface Attachments {
  of(chat: string): readonly Attachment[];
  /** Begins to upload. What is too large is refused before a byte is sent. */
  add(chat: string, files: readonly File[], limit: number | undefined, words: PageWords): void;
  remove(chat: string, id: string): void;
  /** Forgets those of a message that was said. */
  clear(chat: string): void;
  subscribe(listener: () => void): () => void;
}

const none: readonly Attachment[] = [];

export function createAttachments(): Attachments {
  const byChat = new Map<string, readonly Attachment[]>();
  const aborts = new Map<string, AbortController>();
  const listeners = new Set<() => void>();
  const put = (chat: string, items: readonly Attachment[]): void => {
    byChat.set(chat, items);
    for (const listener of listeners) listener();
  };
  const of = (chat: string): readonly Attachment[] => byChat.get(chat) ?? none;
  const change = (chat: string, id: string, news: Partial<Attachment>): void =>
    put(
      chat,
      of(chat).map((item) => (item.id === id ? { ...item, ...news } : item)),
    );
  const start = (chat: string, id: string, file: File, words: PageWords): void => {
    const abort = new AbortController();
    aborts.set(id, abort);
    upload(file, (progress) => change(chat, id, { progress }), abort.signal).then(
      (done) => change(chat, id, { state: "done", progress: 1, file: done }),
      (error: unknown) => {
        const why = error instanceof Error ? error.message : "";
        change(chat, id, { state: "failed", problem: why === "" ? words.uploadFailed : words.uploadRefused(why) });
      },
    );
  };
  const forget = (item: Attachment): void => {
    aborts.get(item.id)?.abort();
    aborts.delete(item.id);
    if (item.picture !== undefined) URL.revokeObjectURL(item.picture);
  };
  return {
    of,
    add: (chat, files, limit, words) => {
      for (const file of files) {
        const id = freshId();
        const tooLarge = limit !== undefined && file.size > limit;
        const item: Attachment = {
          id,
          name: file.name,
          bytes: file.size,
          progress: 0,
          state: tooLarge ? "failed" : "uploading",
          ...(tooLarge ? { problem: words.tooLarge(bytesText(file.size), bytesText(limit)) } : {}),
          ...(file.type.startsWith("image/") ? { picture: URL.createObjectURL(file) } : {}),
        };
        put(chat, [...of(chat), item]);
        if (!tooLarge) start(chat, id, file, words);
      }
    },
    remove: (chat, id) => {
      for (const item of of(chat)) if (item.id === id) forget(item);
      put(
        chat,
        of(chat).filter((item) => item.id !== id),
      );
    },
    clear: (chat) => {
      for (const item of of(chat)) forget(item);
      put(chat, none);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
