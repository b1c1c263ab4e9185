import { randomBytes } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";
import { decodeFrame, encodeFrame, type Frame } from "./frames.ts";

/** Settings of the long connection; times in ms. */
export interface ConnectionOptions {
  /** Without an acknowledgement for this long an event is delivered again. Default 3000. */
  readonly ackMs?: number;
  /** Pauses before each repetition; after the last one the event is lost. Default 15 s, 5 min, 1 h, 6 h. */
  readonly redelivery?: readonly number[];
  /** Seconds between pings the client is told. Default 120. */
  readonly pingSeconds?: number;
  /** Parts each event is cut into. Default 1. */
  readonly fragments?: number;
}

/** How one delivery ended. */
export interface Delivery {
  /** Of the event; repetitions share it. */
  readonly id: string;
  readonly type: "event" | "card";
  readonly attempt: number;
  /** When it was sent, ms since the epoch. */
  readonly at: number;
  /** The message the event is about, if it is about one. */
  readonly about?: string;
  /** What the service answered: its code, and its result if it had one. Absent: nothing in time. */
  readonly ack?: { readonly code: number; readonly data: unknown; readonly afterMs: number };
}

interface Waiting {
  readonly socket: WebSocket;
  readonly resolve: (ack: Delivery["ack"]) => void;
  readonly at: number;
}

const pathname = "/ws/connection";

/** The platform's end of the long connections: frames, pings, acknowledgements, repetitions. */
export class Connections {
  readonly options: Required<ConnectionOptions>;
  readonly deliveries: Delivery[] = [];
  /** What the client told wrong, in words. */
  readonly violations: string[] = [];
  /** Connections there ever were. */
  accepted = 0;
  /** Endpoint calls are answered with this code, and `data: null`, instead. */
  endpointCode: number | undefined;
  /** Pings are answered. */
  answersPings = true;
  /** Acknowledgements are thrown away. */
  losesAcks = 0;
  readonly #tickets = new Set<string>();
  readonly #sockets = new Set<WebSocket>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #server = new WebSocketServer({ noServer: true });
  #messages = 0;

  constructor(options: ConnectionOptions = {}) {
    this.options = {
      ackMs: options.ackMs ?? 3000,
      redelivery: options.redelivery ?? [15_000, 300_000, 3_600_000, 21_600_000],
      pingSeconds: options.pingSeconds ?? 120,
      fragments: options.fragments ?? 1,
    };
  }

  /** Serves the sockets of an HTTP server. */
  attach(server: Server): void {
    server.on("upgrade", (request, socket, head) => {
      if (!this.#admitted(request)) {
        socket.end("HTTP/1.1 403 Forbidden\r\nhandshake-status: 514\r\n\r\n");
        return;
      }
      this.#server.handleUpgrade(request, socket, head, (ws) => this.#accept(ws));
    });
  }

  get open(): number {
    return this.#sockets.size;
  }

  /** Data of `/callback/ws/endpoint`. */
  ticket(port: number): Readonly<Record<string, unknown>> {
    const id = randomBytes(8).toString("hex");
    this.#tickets.add(id);
    return {
      URL: `ws://127.0.0.1:${port}${pathname}?v=1&device_id=${id}&service_id=33554678`,
      ClientConfig: this.#config(),
    };
  }

  /** Delivers to one connection at random until it is acknowledged or the schedule ends. Answers the result of the first acknowledgement. */
  async deliver(type: "event" | "card", id: string, payload: unknown): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      const at = Date.now();
      const ack = await this.#once(type, Buffer.from(JSON.stringify(payload)));
      this.deliveries.push({ id, type, attempt, at, ...aboutOf(payload), ...(ack === undefined ? {} : { ack }) });
      if (ack?.code === 200) return ack.data;
      const pause = this.options.redelivery[attempt - 1];
      // A click is not repeated: the person sees that it failed.
      if (pause === undefined || type === "card") return undefined;
      await new Promise<void>((resolve) => this.#after(pause, resolve));
    }
  }

  /** Cuts all connections. `silently`: they stay open, but nothing is answered or sent any more. */
  drop(silently = false): void {
    for (const socket of this.#sockets) {
      if (silently) this.#sockets.delete(socket);
      else socket.terminate();
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const socket of this.#server.clients) socket.terminate();
    this.#server.close();
  }

  #admitted(request: IncomingMessage): boolean {
    const url = new URL(request.url ?? "", "http://127.0.0.1");
    return url.pathname === pathname && this.#tickets.delete(url.searchParams.get("device_id") ?? "");
  }

  #config(): Readonly<Record<string, number>> {
    return { PingInterval: this.options.pingSeconds, ReconnectCount: -1, ReconnectInterval: 120, ReconnectNonce: 30 };
  }

  #accept(socket: WebSocket): void {
    this.accepted += 1;
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => this.#sockets.delete(socket));
    socket.on("message", (data: Buffer) => {
      if (this.#sockets.has(socket)) this.#receive(socket, data);
    });
  }

  #receive(socket: WebSocket, data: Buffer): void {
    const frame = decodeFrame(data);
    if (frame.method === 0) {
      if (frame.headers.type !== "ping") this.violations.push(`control frame of type ${frame.headers.type}`);
      else if (this.answersPings)
        socket.send(
          encodeFrame({ ...frame, headers: { type: "pong" }, payload: Buffer.from(JSON.stringify(this.#config())) }),
        );
      return;
    }
    const id = frame.headers.message_id ?? "";
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    if (waiting.socket !== socket) this.violations.push(`acknowledgement of ${id} on another connection`);
    if (this.losesAcks > 0) {
      this.losesAcks -= 1;
      return;
    }
    this.#waiting.delete(id);
    waiting.resolve(readAck(frame, Date.now() - waiting.at));
  }

  #once(type: "event" | "card", payload: Buffer): Promise<Delivery["ack"]> {
    const all = [...this.#sockets];
    const socket = all[Math.floor(Math.random() * all.length)];
    if (socket === undefined) return Promise.resolve(undefined);
    this.#messages += 1;
    const id = `msg-${this.#messages}`;
    const answered = new Promise<Delivery["ack"]>((resolve) => {
      this.#waiting.set(id, { socket, resolve, at: Date.now() });
      this.#after(this.options.ackMs, () => {
        this.#waiting.delete(id);
        resolve(undefined);
      });
    });
    const parts = Math.min(this.options.fragments, Math.max(1, payload.length));
    const size = Math.ceil(payload.length / parts);
    for (let seq = 0; seq < parts; seq += 1) {
      const headers = { type, message_id: id, sum: String(parts), seq: String(seq), trace_id: "t" };
      const part = payload.subarray(seq * size, (seq + 1) * size);
      socket.send(
        encodeFrame({ seqId: this.#messages, logId: 1, service: 33554678, method: 1, headers, payload: part }),
      );
    }
    return answered;
  }

  #after(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms);
    this.#timers.add(timer);
  }
}

function aboutOf(payload: unknown): { readonly about?: string } {
  const { event } = payload as { readonly event?: { readonly message?: { readonly message_id?: string } } };
  const about = event?.message?.message_id;
  return about === undefined ? {} : { about };
}

function readAck(frame: Frame, afterMs: number): Delivery["ack"] {
  const { code, data } = JSON.parse(frame.payload.toString()) as { readonly code: number; readonly data?: string };
  if (data === undefined || data === "") return { code, data: undefined, afterMs };
  const text = Buffer.from(data, "base64").toString();
  try {
    return { code, data: JSON.parse(text), afterMs };
  } catch {
    return { code, data: text, afterMs };
  }
}
