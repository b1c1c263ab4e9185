import type { FromPage, LiveFrame, ToPage, WebChat, WebFile, WebMessage } from "../../../adapters/web/protocol.ts";
import type { MessageId } from "../../../src/model/ids.ts";

/** Messages on one page of a chat. */
const pageLength = 50;

type Draft = Partial<Omit<WebMessage, "id" | "seq" | "chat">> & Pick<WebMessage, "content">;

/** What a server of the web chat remembers: chats, messages, one number for every change. */
export class ChatBook {
  seq = 0;
  readonly messages = new Map<string, WebMessage[]>();
  readonly files = new Map<string, WebFile>();
  readonly running = new Set<string>();
  private ids = 0;

  /** Stores a message, after all others of its chat. */
  add(chat: string, draft: Draft): WebMessage {
    this.seq += 1;
    this.ids += 1;
    const message: WebMessage = {
      from: "bot",
      at: Date.now(),
      ...draft,
      chat,
      id: String(this.ids) as MessageId,
      seq: this.seq,
    };
    this.messages.set(chat, [...(this.messages.get(chat) ?? []), message]);
    return message;
  }

  /** Changes a stored message. */
  change(message: WebMessage, news: Partial<WebMessage>): WebMessage {
    this.seq += 1;
    const changed = { ...message, ...news, seq: this.seq };
    const all = this.messages.get(message.chat) ?? [];
    this.messages.set(
      message.chat,
      all.map((one) => (one.id === message.id ? changed : one)),
    );
    return changed;
  }

  chats(): readonly WebChat[] {
    return [...this.messages.keys()].map((chat) => this.chat(chat));
  }

  chat(chat: string): WebChat {
    const all = this.messages.get(chat) ?? [];
    const last = all.at(-1);
    return {
      chat,
      title: textOf(all[0]).slice(0, 80),
      preview: textOf(last).slice(0, 120),
      seq: all.reduce((seq, message) => Math.max(seq, message.seq), 0),
      at: last?.at ?? 0,
      running: this.running.has(chat),
    };
  }

  /** The newest messages, or those before an id. */
  page(chat: string, before?: string): ToPage {
    const all = this.messages.get(chat) ?? [];
    const end = before === undefined ? all.length : all.findIndex((message) => message.id === before);
    const start = Math.max(0, end - pageLength);
    return { type: "messages", chat, messages: all.slice(start, end), more: start > 0 };
  }

  /** What changed after a number, in order. */
  since(after: number): readonly WebMessage[] {
    return [...this.messages.values()]
      .flat()
      .filter((message) => message.seq > after)
      .sort((a, b) => a.seq - b.seq);
  }

  /** A message said twice under the same id is stored once. */
  take(say: Extract<FromPage, { type: "say" }>): WebMessage {
    const known = this.messages.get(say.chat)?.find((message) => message.sayId === say.id);
    if (known !== undefined) return known;
    const files = say.files.map((id) => this.files.get(id)).filter((file) => file !== undefined);
    return this.add(say.chat, {
      from: "person",
      content: { pieces: [{ as: "text", text: say.text }] },
      sayId: say.id,
      ...(files.length === 0 ? {} : { files }),
      ...(say.replyTo === undefined ? {} : { replyTo: say.replyTo }),
    });
  }
}

/** A live frame with what every frame has. */
export function liveFrame(news: Partial<LiveFrame>): LiveFrame {
  return { slot: "s1", phase: "working", startedAt: Date.now(), plan: [], actions: [], text: "", keep: 0, ...news };
}

function textOf(message: WebMessage | undefined): string {
  return message?.content.pieces[0]?.text.split("\n")[0] ?? "";
}
