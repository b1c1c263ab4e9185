import type { FeishuEmulator } from "../emulators/feishu/feishu-emulator.ts";
import type { Chat, Message, Person } from "../emulators/feishu/state.ts";
import type { Said, Shown } from "./evidence.ts";
import type { Line, Seen, Who } from "./line.ts";

/** A private chat on Feishu. */
export class FeishuLine implements Line {
  readonly channel = "feishu";
  readonly name: string;
  readonly #feishu: FeishuEmulator;
  readonly #chat: Chat;
  readonly #people: Readonly<Record<Who, Person>>;
  readonly #said = new Map<string, Message>();
  readonly #ids = new Map<string, string>();
  readonly #stops: Message[] = [];

  constructor(name: string, feishu: FeishuEmulator, owner: Person, stranger: Person) {
    this.name = name;
    this.#feishu = feishu;
    this.#chat = feishu.privateChat(owner);
    this.#people = { owner, stranger };
  }

  say(text: string, id?: string): void {
    const message = this.#feishu.phone.say(this.#chat, this.#people.owner, text);
    if (text === "/stop") this.#stops.push(message);
    if (id === undefined) return;
    this.#said.set(id, message);
    this.#ids.set(message.id, id);
  }

  seen(from: number): readonly Seen[] {
    return this.#bot()
      .slice(from)
      .map((message, at) => ({
        place: from + at,
        ...this.#about(message),
        text: this.#feishu.text(message),
        sent: this.#feishu.text({ ...message, content: message.versions[0] ?? message.content }),
        buttons: message.recalled ? [] : this.#feishu.buttons(message),
      }));
  }

  async press(place: number, label: string, who: Who): Promise<string | undefined> {
    const message = this.#bot()[place];
    if (message === undefined) throw new Error(`${this.name} has no message ${place}`);
    const { toast } = await this.#feishu.phone.tap(message, label, this.#people[who]);
    return toast?.content;
  }

  handed(id: string): Pick<Said, "handed" | "dropped"> & { readonly stopAfter?: true } {
    const message = this.#said.get(id);
    const mine = message === undefined ? undefined : this.#handed(message);
    // A stop that is delivered again comes after what was written after it, and takes that back as well.
    const late = this.#stops.some((stop) => (this.#handed(stop)?.to ?? 0) >= (mine?.from ?? Number.POSITIVE_INFINITY));
    const marks = message?.reactions.filter((one) => one.by === "app" && one.emoji === "CrossMark") ?? [];
    return {
      dropped: marks.length > 0,
      ...(late ? { stopAfter: true as const } : {}),
      ...(mine === undefined ? {} : { handed: mine }),
    };
  }

  shown(): readonly Shown[] {
    return this.#bot().map((message) => ({
      at: message.at,
      ...this.#about(message),
      texts: [...message.versions, message.content].map((content) => this.#feishu.text({ ...message, content })),
    }));
  }

  #handed(message: Message): Said["handed"] {
    const tries = this.#feishu.connections.deliveries.filter((one) => one.about === message.id);
    const taken = tries.find((one) => one.ack?.code === 200);
    const [first] = tries;
    if (first === undefined || taken === undefined) return undefined;
    return { from: first.at, to: taken.at + (taken.ack?.afterMs ?? 0), once: taken === first };
  }

  /** Streaming cards are live, not for keeps. */
  #bot(): readonly Message[] {
    return this.#chat.messages.filter((message) => message.from === undefined && message.cardId === undefined);
  }

  #about(message: Message): { readonly about?: string } {
    const about = message.parent === undefined ? undefined : this.#ids.get(message.parent.id);
    return about === undefined ? {} : { about };
  }
}
