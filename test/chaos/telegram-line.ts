import type { Chat, ChatMessage } from "../emulators/telegram/chats.ts";
import type { TelegramEmulator } from "../emulators/telegram/telegram-emulator.ts";
import type { Exchange } from "../emulators/telegram/transcript.ts";
import type { WireUser } from "../emulators/telegram/wire.ts";
import { doubtOf } from "./doubt.ts";
import type { Shown } from "./evidence.ts";
import type { Interruption, Line, Seen, Who } from "./line.ts";
import type { Outage } from "./outages.ts";

/** How long a person waits for the words of a tap, ms; the platform forgets it after 15 s. */
const tapPatienceMs = 16_000;

/** A private chat on Telegram. */
export class TelegramLine implements Line {
  readonly channel = "telegram";
  readonly name: string;
  readonly #telegram: TelegramEmulator;
  readonly #chat: Chat;
  readonly #people: Readonly<Record<Who, WireUser>>;
  readonly #said = new Map<string, ChatMessage>();
  readonly #ids = new Map<number, string>();

  constructor(name: string, telegram: TelegramEmulator, owner: WireUser, stranger: WireUser) {
    this.name = name;
    this.#telegram = telegram;
    this.#chat = telegram.privateChat(owner);
    this.#people = { owner, stranger };
  }

  say(text: string, id?: string): void {
    const message = this.#telegram.phone.say(this.#chat, this.#people.owner, text);
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
        text: message.text,
        sent: message.edits[0]?.text ?? message.text,
        buttons: message.deleted ? [] : (message.markup?.inline_keyboard ?? []).flat().map((button) => button.text),
      }));
  }

  async press(place: number, label: string, who: Who): Promise<string | undefined> {
    const message = this.#bot()[place];
    if (message === undefined) throw new Error(`${this.name} has no message ${place}`);
    const { answer } = this.#telegram.phone.tap(message, label, this.#people[who]);
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, tapPatienceMs, undefined);
    });
    const told = await Promise.race([answer, patience]);
    clearTimeout(timer);
    return told?.text;
  }

  handed(id: string) {
    return { dropped: this.#said.get(id)?.reactions.includes("👎") === true };
  }

  shown(ended: readonly Interruption[], outages: readonly Outage[]): readonly Shown[] {
    const sends = this.#telegram.transcript.exchanges.filter(
      ({ method, params, applied }) =>
        applied && params.chat_id === this.#chat.id && /^send(?!.*Draft|ChatAction)/.test(method),
    );
    const taken = new Set<Exchange>();
    return this.#bot().map((message) => {
      const sent = message.edits[0]?.text ?? message.text;
      const exchange = sends.find((one) => !taken.has(one) && one.params.text === sent);
      if (exchange !== undefined) taken.add(exchange);
      const doubt = exchange === undefined ? undefined : doubtOf(exchange, ended, outages);
      return {
        at: message.at,
        ...this.#about(message),
        texts: [...message.edits.map((edit) => edit.text), message.text],
        ...(doubt === undefined ? {} : { doubt: `message ${message.id}: ${doubt}` }),
      };
    });
  }

  #bot(): readonly ChatMessage[] {
    return [...this.#chat.messages.values()].filter((message) => message.fromBot);
  }

  #about(message: ChatMessage): { readonly about?: string } {
    const about = message.replyTo === undefined ? undefined : this.#ids.get(message.replyTo.id);
    return about === undefined ? {} : { about };
  }
}
