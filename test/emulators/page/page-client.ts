import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import type { FromPage, LiveFrame, ToPage, WebChat, WebFile, WebMessage } from "../../../adapters/web/protocol.ts";

type Told = Extract<ToPage, { type: "told" }>;

/** A page without a screen: says and keeps what the protocol says, comes back by itself, and catches up. */
export class PageClient {
  readonly messages = new Map<string, WebMessage>();
  readonly chats = new Map<string, WebChat>();
  /** Whole text of each frame of the chat that is open. */
  readonly frames: string[] = [];
  frame: LiveFrame | undefined;
  welcome: Extract<ToPage, { type: "welcome" }> | undefined;
  operations: Extract<ToPage, { type: "operations" }>["view"] | undefined;
  /** Everything heard, in order. */
  readonly heard: ToPage[] = [];
  /** Numbers that came after a higher one of the same message. */
  readonly backwards: string[] = [];
  readonly #address: string;
  readonly #chat: string;
  readonly #cookie: string;
  readonly #unsaid = new Map<string, FromPage>();
  readonly #tapped = new Map<string, (told: Told) => void>();
  readonly #refused = new Map<string, string>();
  #socket: WebSocket | undefined;
  #seq: number | undefined;
  #text = "";
  #ended = false;
  #away = false;

  private constructor(address: string, chat: string, cookie: string) {
    this.#address = address;
    this.#chat = chat;
    this.#cookie = cookie;
  }

  /** Opens the printed address and a chat. Rejects with the status when it is not let in. */
  static async enter(entry: string, chat: string): Promise<PageClient> {
    const { origin } = new URL(entry);
    const answer = await fetch(entry, { redirect: "manual" });
    const cookie = answer.headers.get("set-cookie")?.split(";")[0];
    if (answer.status !== 303 || cookie === undefined) throw new Error(String(answer.status));
    const page = new PageClient(origin, chat, cookie);
    await page.#connect();
    return page;
  }

  /** Tries a socket without a cookie. Rejects with the status. */
  static async knock(address: string): Promise<void> {
    const socket = new WebSocket(`${address.replace("http", "ws")}/ws`, { origin: address });
    await new Promise<void>((resolve, reject) => {
      socket.on("open", resolve);
      socket.on("unexpected-response", (_request, response) => reject(new Error(String(response.statusCode))));
      socket.on("error", reject);
    });
    socket.terminate();
  }

  say(
    text: string,
    how: { readonly files?: readonly string[]; readonly replyTo?: string; readonly id?: string } = {},
  ): string {
    const id = how.id ?? randomUUID();
    const reply = how.replyTo === undefined ? {} : { replyTo: how.replyTo as WebMessage["id"] };
    this.#put(id, { type: "say", id, chat: this.#chat, text, files: how.files ?? [], ...reply });
    return id;
  }

  async tap(message: string, nonce: string): Promise<Told> {
    const id = randomUUID();
    const said: FromPage = {
      type: "tap",
      id,
      chat: this.#chat,
      message: message as WebMessage["id"],
      nonce: nonce as Extract<FromPage, { type: "tap" }>["nonce"],
    };
    return new Promise((resolve) => {
      this.#tapped.set(id, resolve);
      this.#put(id, said);
    });
  }

  async upload(name: string, bytes: Buffer): Promise<WebFile> {
    const answer = await fetch(`${this.#address}/files?name=${encodeURIComponent(name)}`, {
      method: "POST",
      headers: { cookie: this.#cookie, origin: this.#address },
      body: new Uint8Array(bytes),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()) as WebFile;
  }

  async download(id: string): Promise<Buffer> {
    const answer = await fetch(`${this.#address}/files/${id}`, { headers: { cookie: this.#cookie } });
    if (!answer.ok) throw new Error(String(answer.status));
    return Buffer.from(await answer.arrayBuffer());
  }

  send(said: FromPage): void {
    this.#socket?.send(JSON.stringify(said));
  }

  /** Reason of a message that was refused. */
  refusal(id: string): string | undefined {
    return this.#refused.get(id);
  }

  /** Ends the connection as a phone that loses its network does; it comes back by itself, or not before {@link back}. */
  drop(away = false): void {
    this.#away = away;
    this.#socket?.terminate();
  }

  /** It has no connection. */
  get cut(): boolean {
    return this.#socket?.readyState === WebSocket.CLOSED;
  }

  /** The network is back; the page is connected, and says so once `slow` resolves. */
  back(slow?: () => Promise<unknown>): void {
    this.#away = false;
    void this.#connect(slow);
  }

  close(): void {
    this.#ended = true;
    this.#socket?.terminate();
  }

  #put(id: string, said: FromPage): void {
    this.#unsaid.set(id, said);
    if (this.#socket?.readyState === WebSocket.OPEN) this.send(said);
  }

  async #connect(slow?: () => Promise<unknown>): Promise<void> {
    const socket = new WebSocket(`${this.#address.replace("http", "ws")}/ws`, {
      origin: this.#address,
      headers: { cookie: this.#cookie },
    });
    this.#socket = socket;
    socket.on("message", (data) => this.#hear(JSON.parse(String(data)) as ToPage));
    await new Promise<void>((resolve) => {
      const greet = (): void => {
        const after = this.#seq === undefined ? {} : { after: this.#seq };
        this.send({ type: "hello", build: "test", chat: this.#chat, ...after });
        for (const said of this.#unsaid.values()) this.send(said);
        resolve();
      };
      socket.on("open", () => void (slow === undefined ? greet() : slow().then(greet)));
      socket.on("error", () => undefined);
      socket.on("close", () => {
        if (this.#ended || this.#away) resolve();
        else setTimeout(() => void this.#connect().then(resolve), 20);
      });
    });
  }

  #hear(said: ToPage): void {
    this.heard.push(said);
    switch (said.type) {
      case "welcome":
        this.welcome = said;
        if (said.reset) this.messages.clear();
        if (said.reset || this.#seq === undefined) this.#seq = said.seq;
        return;
      case "chats":
        for (const chat of said.chats) this.chats.set(chat.chat, chat);
        return;
      case "chat":
        this.chats.set(said.chat.chat, said.chat);
        return;
      case "messages":
        for (const message of said.messages) this.#keep(message);
        return;
      case "message":
        this.#keep(said.message);
        this.#seq = Math.max(this.#seq ?? 0, said.message.seq);
        return;
      case "live":
        this.#show(said.frame);
        return;
      case "taken": {
        // As it was when it was looked up: a change told meanwhile is newer, and stays.
        const known = this.messages.get(keyOf(said.message));
        if (known === undefined || known.seq <= said.message.seq) this.#keep(said.message);
        this.#unsaid.delete(said.id);
        return;
      }
      case "refused":
        this.#refused.set(said.id, said.reason);
        this.#unsaid.delete(said.id);
        return;
      case "told":
        this.#tapped.get(said.id)?.(said);
        this.#unsaid.delete(said.id);
        return;
      case "operations":
        this.operations = said.view;
    }
  }

  #keep(message: WebMessage): void {
    const key = keyOf(message);
    const known = this.messages.get(key);
    if (known !== undefined && known.seq > message.seq) this.backwards.push(`${key}: ${known.seq} > ${message.seq}`);
    else this.messages.set(key, message);
  }

  #show(frame: LiveFrame | undefined): void {
    this.frame = frame;
    if (frame === undefined) return;
    this.#text = this.#text.slice(0, frame.keep) + frame.text;
    this.frames.push(this.#text);
  }
}

function keyOf({ chat, id }: WebMessage): string {
  return `${chat} ${id}`;
}
