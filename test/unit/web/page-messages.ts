import { initialState, type PageEvent, type Remembered, type State } from "../../../adapters/web/page/state.ts";
import { step } from "../../../adapters/web/page/step.ts";
import type { FromPage, LiveFrame, ToPage, WebChat, WebMessage } from "../../../adapters/web/protocol.ts";
import type { MessageId, Nonce } from "../../../src/model/ids.ts";

/** A message of the bot; its id is also its number unless told otherwise. */
export function message(id: number, news: Partial<WebMessage> = {}): WebMessage {
  return {
    chat: "c1",
    id: String(id) as MessageId,
    seq: id,
    at: id * 1000,
    from: "bot",
    content: { pieces: [{ as: "text", text: `text ${id}` }] },
    ...news,
  };
}

export function chat(name: string, seq: number, news: Partial<WebChat> = {}): WebChat {
  return { chat: name, title: name, seq, at: seq * 1000, preview: "", running: false, ...news };
}

export function frame(text: string, news: Partial<LiveFrame> = {}): LiveFrame {
  return { slot: "s1", phase: "working", startedAt: 1000, plan: [], actions: [], text, keep: 0, ...news };
}

export function welcome(seq: number, news: Partial<Extract<ToPage, { type: "welcome" }>> = {}): ToPage {
  return {
    type: "welcome",
    build: "b1",
    seq,
    now: 5000,
    language: "en",
    demo: false,
    commands: [],
    maxFileBytes: 1000,
    maxTextLength: 1_048_576,
    maxFiles: 20,
    reset: false,
    ...news,
  };
}

/** A page and all it said. */
export class PageUnderTest {
  state: State;
  readonly said: FromPage[] = [];

  constructor(remembered: Partial<Remembered> = {}) {
    this.state = initialState("b1", { unsent: [], seen: {}, view: "chat", ...remembered });
  }

  does(...events: readonly PageEvent[]): this {
    for (const event of events) {
      const { state, say } = step(this.state, event);
      this.state = state;
      this.said.push(...say);
    }
    return this;
  }

  hears(...messages: readonly ToPage[]): this {
    return this.does(...messages.map((one) => ({ type: "received" as const, message: one, now: 4000 })));
  }

  /** On a fresh connection with chat c1 open, holding messages 1 to `count`. */
  opened(count: number, more = false): this {
    const messages = Array.from({ length: count }, (_, n) => message(n + 1));
    this.does({ type: "connected" }).hears(
      welcome(count, { reset: true }),
      { type: "chats", chats: [chat("c1", count)] },
      { type: "messages", chat: "c1", messages, more },
    );
    this.said.length = 0;
    return this;
  }

  lost(): this {
    return this.does({ type: "disconnected", denied: false, offline: false });
  }

  says(id: string, text = "hello"): this {
    return this.does({ type: "say", id, chat: "c1", text, files: [], now: 1 });
  }

  taps(id: string, nonce: string): this {
    return this.does({ type: "tap", id, message: "1" as MessageId, nonce: nonce as Nonce });
  }

  /** Ids of the messages of a chat, in the order they are shown. */
  ids(name = "c1"): readonly string[] {
    return this.state.pages[name]?.messages.map((one) => one.id) ?? [];
  }

  live(name = "c1"): string | undefined {
    return this.state.pages[name]?.live?.text;
  }
}
