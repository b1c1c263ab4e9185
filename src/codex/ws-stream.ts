import { WebSocket } from "ws";
import { CodexError } from "./port.ts";

/** Whole messages in both directions; what {@link createRpcPeer} speaks over. */
export interface MessageStream {
  /** Resolves once handed to the operating system; rejects when the stream is gone. */
  send(text: string): Promise<void>;
  /** One listener, set before the first message is read. */
  onMessage(listener: (text: string) => void): void;
  /** Called once, with the reason. */
  onClose(listener: (reason: string) => void): void;
  close(): void;
}

// A response that lists turns with their items can be large; app-server itself takes 32 MB lines.
const maxPayloadBytes = 256 * 1024 * 1024;
const handshakeTimeoutMs = 5_000;

/**
 * Opens a websocket on app-server's unix socket. No `Origin` header: app-server refuses one. Messages that come before
 * the listener is set are kept. Rejects with CodexError `disconnected`.
 */
export async function openWsStream(socketPath: string): Promise<MessageStream> {
  const ws = new WebSocket(`ws+unix://${socketPath}:/`, {
    perMessageDeflate: false,
    maxPayload: maxPayloadBytes,
    handshakeTimeout: handshakeTimeoutMs,
  });
  const closing = watchClose(ws);
  const early: string[] = [];
  let deliver = (text: string): void => void early.push(text);
  ws.on("message", (data) => deliver(String(data)));
  await opened(ws);
  return {
    send: (text) => sent(ws, text),
    onMessage(listener) {
      deliver = listener;
      for (const text of early.splice(0)) listener(text);
    },
    onClose: closing,
    close: () => ws.close(),
  };
}

function opened(ws: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    ws.once("open", resolve);
    ws.once("error", (cause) => reject(new CodexError("disconnected", `no connection: ${cause.message}`, { cause })));
  });
}

function sent(ws: WebSocket, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    ws.send(text, (cause) => {
      if (cause === undefined || cause === null) resolve();
      else reject(new CodexError("disconnected", `not sent: ${cause.message}`, { cause }));
    });
  });
}

function watchClose(ws: WebSocket): MessageStream["onClose"] {
  let reason: string | undefined;
  let listener: (reason: string) => void = () => {};
  let error = "";
  ws.on("error", (cause) => {
    error = `: ${cause.message}`;
  });
  ws.once("close", (code) => {
    reason = `websocket closed (${code})${error}`;
    listener(reason);
  });
  return (next) => {
    listener = next;
    if (reason !== undefined) next(reason);
  };
}
