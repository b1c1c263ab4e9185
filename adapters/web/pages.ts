import type { TranscriptChange, TranscriptStore } from "../../src/channel/port.ts";
import { type ChatKey, chatAddress } from "../../src/model/ids.ts";
import type { WholeFrame } from "./live.ts";
import { chatOf, messageOf } from "./messages.ts";
import type { ToPage } from "./protocol.ts";

/** A page that is told what happens. */
export interface Audience {
  /** Something every page is told. */
  hear(said: ToPage): void;
  /** The live frame of a chat, or its end. */
  see(chat: ChatKey, frame: WholeFrame | undefined): void;
  /** What it knows may be out of date: it comes back and catches up. */
  restart(): void;
}

/** All pages that are open. */
export interface Pages {
  readonly size: number;
  add(page: Audience): void;
  remove(page: Audience): void;
  /** Hears of every change from then on, by every node. */
  start(): Promise<void>;
  /** Ends all connections. */
  close(): void;
}

/** Tells every open page of every change. */
export function createPages(store: TranscriptStore): Pages {
  const open = new Set<Audience>();
  const tell = (change: TranscriptChange): void => {
    if (change.kind === "frame") {
      for (const page of open) page.see(change.chat, change.frame as WholeFrame | undefined);
      return;
    }
    const message = messageOf(change.entry);
    for (const page of open) page.hear({ type: "message", message });
    if (message.endsLive !== undefined) for (const page of open) page.see(change.entry.chat, undefined);
  };
  /** Titles, previews and dots of the list; joined, since one turn changes them many times. */
  const listed = createListing(store, (said) => {
    for (const page of open) page.hear(said);
  });
  return {
    get size() {
      return open.size;
    },
    add: (page) => open.add(page),
    remove: (page) => open.delete(page),
    start: () =>
      store.onChange(
        (change) => {
          if (open.size === 0) return;
          tell(change);
          listed.changed(change.kind === "entry" ? change.entry.chat : change.chat, change);
        },
        () => {
          for (const page of open) page.restart();
        },
      ),
    close() {
      for (const page of open) page.restart();
    },
  };
}

interface Listing {
  changed(chat: ChatKey, change: TranscriptChange): void;
}

/** Frames change the list only when they begin and end. */
function createListing(store: TranscriptStore, tell: (said: ToPage) => void): Listing {
  const running = new Set<ChatKey>();
  const due = new Set<ChatKey>();
  let reading = false;

  async function read(): Promise<void> {
    while (due.size > 0) {
      const wanted = new Set([...due].map((chat) => chatAddress(chat).chat));
      due.clear();
      for (const chat of (await store.chats()).map(chatOf)) if (wanted.has(chat.chat)) tell({ type: "chat", chat });
    }
  }

  return {
    changed(chat, change) {
      if (change.kind === "frame") {
        const runs = change.frame !== undefined;
        if (runs === running.has(chat)) return;
        if (runs) running.add(chat);
        else running.delete(chat);
      }
      due.add(chat);
      if (reading) return;
      reading = true;
      // Redis away: the next change reads again, and a page that comes back reads all.
      read()
        .catch(() => undefined)
        .finally(() => {
          reading = false;
        });
    },
  };
}
