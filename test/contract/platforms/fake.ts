import { writeFile } from "node:fs/promises";
import type { Attempt, Channel, ChatFacts, InboundEvent, InboundSink, TapReply } from "../../../src/channel/port.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import type { CallResult, Capabilities, Content, OutboundCall, OutboxOp, Screen } from "../../../src/model/delivery.ts";
import { type ChatKey, chatKey, type MessageId, type Nonce, type PersonId } from "../../../src/model/ids.ts";
import { answerText } from "../../../src/model/view.ts";
import type { Place, Platform, Shown, Who, Writing } from "../platform.ts";

const capabilities: Capabilities = {
  channel: "fake",
  maxTextLength: 4000,
  maxParts: 8,
  maxUploadBytes: 50_000_000,
  maxDownloadBytes: 50_000_000,
  forceReply: false,
  idempotentSends: true,
  shared: true,
  rate: { accountPerSecond: 1000, chatPerSecond: 100, chatBurst: 100, liveSpacingMs: 20, liveSpacingGroupMs: 20 },
};

/** What a scripted request asks for. */
interface Request {
  readonly content?: Content;
  readonly text?: string;
  readonly messageId?: MessageId;
  readonly replyTo?: MessageId;
  readonly file?: string;
  readonly live?: boolean;
}

interface Message {
  readonly id: string;
  readonly replyTo?: string;
  readonly live: boolean;
  content: Content;
  first: Content;
  file?: { readonly name: string; readonly bytes: Buffer };
}

/** The simplest platform that keeps every promise, in memory: what an adapter has to do, without a wire. */
export function createFakePlatform(): Platform {
  return new FakePlatform();
}

class FakePlatform implements Platform {
  readonly name = "fake";
  readonly capabilities = capabilities;
  readonly people: Readonly<Record<Who, PersonId>> = {
    owner: "fake:1" as PersonId,
    member: "fake:2" as PersonId,
    stranger: "fake:3" as PersonId,
  };
  readonly group = "fake:team";
  readonly #messages: Record<Place, Message[]> = { home: [], team: [] };
  readonly #frames: Record<Place, string[]> = { home: [], team: [] };
  readonly #files = new Map<string, Buffer>();
  readonly #keys = new Map<string, MessageId>();
  #queue: InboundEvent[] = [];
  #last: InboundEvent | undefined;
  #wake: () => void = () => {};
  #sink: InboundSink | undefined;
  #ids = 0;
  #limit = false;
  #lose = false;

  async start(): Promise<void> {}
  async stop(): Promise<void> {}
  violations = (): readonly string[] => [];

  say(place: Place, who: Who, text: string, how: Writing = {}): string {
    return this.#write(place, who, text, how, []);
  }

  sendFile(place: Place, who: Who, file: { readonly name: string; readonly bytes: Buffer }, caption: string): string {
    this.#files.set(file.name, file.bytes);
    return this.#write(place, who, caption, {}, [{ kind: "file", ref: file.name, name: file.name }]);
  }

  tap(place: Place, messageId: string, label: string, who: Who): Promise<string> {
    return this.#tap(place, this.#find(place, messageId).content, label, who);
  }

  tapAgain(place: Place, messageId: string, who: Who): Promise<string> {
    return this.#tap(place, this.#find(place, messageId).first, undefined, who);
  }

  shown(place: Place): readonly Shown[] {
    return this.#messages[place]
      .filter((message) => !message.live)
      .map(({ id, content, replyTo, file }) => ({
        id,
        text: plain(content),
        buttons: (content.buttons ?? []).flat().map((button) => button.label),
        ...(replyTo === undefined ? {} : { replyTo }),
        ...(file === undefined ? {} : { file }),
      }));
  }

  frames(place: Place): readonly string[] {
    return this.#frames[place];
  }

  redeliver(): void {
    if (this.#last !== undefined) this.#push(this.#last);
  }

  limitNext(): void {
    this.#limit = true;
  }

  loseNextAnswer(): void {
    this.#lose = true;
  }

  channel(): Channel {
    return {
      account: "fake~main",
      capabilities,
      health: () => ({ state: "ready" }),
      identify: async () => ({ name: "fake" }),
      receive: (sink, signal) => this.#deliver(sink, signal),
      render,
      renderLive: (_chat, view, screen) => ({
        method: "live",
        request: { text: answerText(view, true), messageId: screen.slots[view.slot]?.messageId, live: true },
        slot: view.slot,
        idempotent: true,
        cost: "none",
      }),
      isGroup: () => false,
      perform: async (chat, call, _signal, attempt) => this.#perform(placeOf(chat), call, attempt),
      busy: async () => {},
      download: (attachment, path) => writeFile(path, this.#files.get(attachment.ref) ?? Buffer.alloc(0)),
      publishCommands: async () => {},
    };
  }

  /** Each event until it is stored: what the sink refuses comes again. */
  async #deliver(sink: InboundSink, signal: AbortSignal): Promise<void> {
    this.#sink = sink;
    while (!signal.aborted) {
      const [event] = this.#queue;
      if (event === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
        continue;
      }
      try {
        await sink.accept(event);
        this.#queue = this.#queue.filter((one) => one !== event);
      } catch {
        await systemClock.sleep(5);
      }
    }
  }

  #perform(place: Place, call: OutboundCall, attempt: Attempt | undefined): CallResult {
    const request = call.request as Request;
    if (request.live === true) return this.#live(place, request);
    if (call.method === "send" && this.#limit) {
      this.#limit = false;
      return { outcome: "rateLimited", scope: "chat", retryAfterMs: 50 };
    }
    const known = attempt === undefined ? undefined : this.#keys.get(attempt.key);
    const messageId = known ?? this.#show(place, request);
    if (attempt !== undefined) this.#keys.set(attempt.key, messageId);
    if (call.method === "send" && this.#lose) {
      this.#lose = false;
      return { outcome: "unknown", reason: "the answer was lost" };
    }
    return { outcome: "done", message: { messageId } };
  }

  #live(place: Place, request: Request): CallResult {
    const text = request.text ?? "";
    if (text !== "") this.#frames[place].push(text);
    return { outcome: "done", message: { messageId: request.messageId ?? this.#id() } };
  }

  #show(place: Place, { content = { pieces: [] }, messageId, replyTo, file }: Request): MessageId {
    if (messageId !== undefined) {
      this.#find(place, messageId).content = content;
      return messageId;
    }
    const id = this.#id();
    const bytes = file === undefined ? {} : { file: { name: "answer.md", bytes: Buffer.from(file) } };
    const reply = replyTo === undefined ? {} : { replyTo };
    this.#messages[place].push({ id, live: false, content, first: content, ...reply, ...bytes });
    return id;
  }

  #write(
    place: Place,
    who: Who,
    text: string,
    how: Writing,
    attachments: Extract<InboundEvent, { kind: "message" }>["message"]["attachments"],
  ): string {
    const messageId = this.#id();
    const { replyTo } = how;
    const own = replyTo !== undefined && this.#messages[place].some((m) => m.id === replyTo);
    const message = { messageId, person: this.#person(who), sentAt: Date.now(), text, attachments };
    const reply = replyTo === undefined ? {} : { replyTo: { messageId: replyTo as MessageId, own } };
    this.#push({
      kind: "message",
      dedupe: messageId,
      at: factsOf(place),
      message: { ...message, ...reply },
      addressed: place === "home" || how.mention === true || own,
    });
    return messageId;
  }

  #push(event: InboundEvent): void {
    this.#last = event;
    this.#queue = [...this.#queue, { ...event }];
    this.#wake();
  }

  async #tap(place: Place, content: Content, label: string | undefined, who: Who): Promise<string> {
    const buttons = (content.buttons ?? []).flat();
    const button = label === undefined ? buttons[0] : buttons.find((one) => one.label === label);
    const nonce = button?.nonce ?? ("" as Nonce);
    const event = { kind: "tap", dedupe: this.#id(), at: factsOf(place), person: this.#person(who), nonce } as const;
    const told: TapReply | undefined = await this.#sink?.accept(event);
    return told?.text ?? "";
  }

  #find(place: Place, id: string): Message {
    const found = this.#messages[place].find((message) => message.id === id);
    if (found === undefined) throw new Error(`no message ${id} in ${place}`);
    return found;
  }

  #person(who: Who): { readonly id: PersonId; readonly name: string } {
    return { id: this.people[who], name: `@${who}` };
  }

  #id(): MessageId {
    this.#ids += 1;
    return String(this.#ids) as MessageId;
  }
}

function factsOf(place: Place): ChatFacts {
  const chat = chatKey({ channel: "fake", account: "main", chat: place });
  return { chat, private: place === "home", title: place };
}

function placeOf(chat: ChatKey): Place {
  return chat.endsWith("~team") ? "team" : "home";
}

function render(op: OutboxOp, screen: Screen): readonly OutboundCall[] {
  const { body } = op;
  if (body.op === "message") return send(body.content, body.slot, body.replyTo);
  if (body.op !== "edit") return [];
  const sent = screen.slots[body.slot];
  if (sent === undefined) return body.orSend ? send(body.content, body.slot, undefined) : [];
  const request: Request = { content: body.content, messageId: sent.messageId };
  return [{ method: "edit", request, idempotent: true, cost: "edit" }];
}

/** One message; what is longer than the platform takes goes as parts, and with more than eight as a file. */
function send(content: Content, slot: string | undefined, replyTo: MessageId | undefined): readonly OutboundCall[] {
  const text = plain(content);
  const pieces = text.match(/[\s\S]{1,3999}(?:\s|$)/g) ?? [];
  const parts: Request[] =
    pieces.length <= 1 ? [{ content }] : pieces.map((part) => ({ content: { pieces: [{ as: "text", text: part }] } }));
  const kept: Request[] = parts.length <= capabilities.maxParts ? parts : [...parts.slice(0, 1), { file: text }];
  return kept.map((request, at) => ({
    method: "send",
    request: { ...request, ...(at === 0 && replyTo !== undefined ? { replyTo } : {}) },
    idempotent: false,
    cost: "message" as const,
    ...(slot === undefined ? {} : { slot }),
  }));
}

function plain(content: Content): string {
  const text = content.pieces.map((piece) => piece.text).join("\n");
  return content.footer === undefined ? text : `${text}\n${content.footer}`;
}
