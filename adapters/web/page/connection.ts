import type { FromPage, ToPage } from "../protocol.ts";

/** Waiting time before the next attempt, ms: doubled each time, between these. */
const firstDelayMs = 500;
const lastDelayMs = 10_000;
/** A socket that says nothing for this long after it was asked is dead, though the browser does not know yet. */
const answerMs = 5000;

/** What a connection tells its owner. */
export interface ConnectionEvents {
  /** The socket is open: the first word is the page's. */
  readonly connected: () => void;
  /** `denied`: the server does not know this browser; no further attempt is made. */
  readonly disconnected: (why: { readonly denied: boolean; readonly offline: boolean }) => void;
  readonly received: (message: ToPage) => void;
  /** A word that the server answers, to see whether the socket still lives; absent: none is known yet. */
  readonly question: () => FromPage | undefined;
}

/** A WebSocket that comes back by itself. */
export interface ServerConnection {
  /** Says it if the socket is open; else it is lost, and the page says again what matters. */
  send(frame: FromPage): void;
  /** Ends for good. */
  close(): void;
}

/** Connects to `/ws` of the page's own server, and again after each loss: at once when the browser is back online or looked at. */
export function connect(events: ConnectionEvents): ServerConnection {
  let socket: WebSocket | undefined;
  let timer: number | undefined;
  let delayMs = firstDelayMs;
  let ended = false;
  let heard = 0;

  const attempt = (): void => {
    timer = undefined;
    const fresh = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
    socket = fresh;
    fresh.addEventListener("open", () => {
      events.connected();
    });
    fresh.addEventListener("message", (event) => {
      heard += 1;
      // Only a server that answers is back: one that closes at once is not asked again and again.
      delayMs = firstDelayMs;
      if (typeof event.data === "string") events.received(JSON.parse(event.data) as ToPage);
    });
    fresh.addEventListener("close", () => void lost(fresh));
  };

  const lost = async (which: WebSocket): Promise<void> => {
    if (ended || which !== socket) return;
    socket = undefined;
    const denied = await isDenied();
    events.disconnected({ denied, offline: !navigator.onLine });
    if (ended || denied || socket !== undefined) return;
    // Many pages that lost one server do not come back in the same instant.
    timer = window.setTimeout(attempt, delayMs * (0.75 + Math.random() / 2));
    delayMs = Math.min(lastDelayMs, delayMs * 2);
  };

  /** A phone that slept comes back with sockets that look open and are not. */
  const probe = (which: WebSocket): void => {
    const question = events.question();
    if (which.readyState !== WebSocket.OPEN || question === undefined) return;
    const before = heard;
    which.send(JSON.stringify(question));
    window.setTimeout(() => {
      if (heard !== before || which !== socket) return;
      which.close();
      void lost(which);
    }, answerMs);
  };

  const now = (): void => {
    if (document.visibilityState === "hidden") return;
    if (socket !== undefined) probe(socket);
    if (timer === undefined) return;
    window.clearTimeout(timer);
    attempt();
  };

  window.addEventListener("online", now);
  document.addEventListener("visibilitychange", now);
  attempt();
  return {
    send: (frame) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
    },
    close: () => {
      ended = true;
      window.clearTimeout(timer);
      window.removeEventListener("online", now);
      document.removeEventListener("visibilitychange", now);
      socket?.close();
    },
  };
}

/** A browser does not say why a socket failed; the same address asked plainly does. No answer at all: not denied. */
async function isDenied(): Promise<boolean> {
  try {
    const { status } = await fetch("/ws", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    return status === 401 || status === 403;
  } catch {
    return false; // The server is away: the next attempt tells.
  }
}
