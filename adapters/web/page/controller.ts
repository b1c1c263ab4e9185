import { pageWords } from "../../../src/model/catalog/page.ts";
import type { WebMessage } from "../protocol.ts";
import { connect, type ServerConnection } from "./connection.ts";
import { keepLanguage, lastLanguage, mayReloadFor, remember, remembered } from "./memory.ts";
import { initialState, type PageEvent, type State } from "./state.ts";
import { step } from "./step.ts";

/** Owner of the page's state: takes events, keeps what must outlive a reload, talks to the server. */
export interface Controller {
  state(): State;
  /** Calls back after each change. Returns the end of it. */
  subscribe(listener: () => void): () => void;
  dispatch(event: PageEvent): void;
  /** Called with each new message of the bot nobody looked at that may ring. Returns the end of it. */
  onRing(listener: (message: WebMessage) => void): () => void;
}

/** Random, unique for ever, `[a-z0-9]{20}`. */
export function freshId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return Array.from(bytes, (byte) => (byte % 36).toString(36)).join("");
}

/** Starts the page's life. `build`: of this page. */
export function startController(build: string): Controller {
  let state: State = { ...initialState(build, remembered(location.hash)), visible: !document.hidden };
  let connection: ServerConnection | undefined;
  const listeners = new Set<() => void>();
  let ring: (message: WebMessage) => void = () => undefined;

  let warned = false;
  const warnIfForgetful = (stored: boolean): void => {
    if (stored || warned) return;
    warned = true;
    const words = pageWords[state.welcome?.language ?? lastLanguage()];
    dispatch({ type: "toast", id: freshId(), text: words.notStored });
  };

  const dispatch = (event: PageEvent): void => {
    const before = state;
    const { state: after, say } = step(before, event);
    state = after;
    warnIfForgetful(remember(before, after));
    for (const frame of say) connection?.send(frame);
    if (after === before) return;
    if (after.unread !== before.unread && event.type === "received" && event.message.type === "message")
      ring(event.message.message);
    outside(before, after);
    for (const listener of listeners) listener();
  };

  connection = connect({
    connected: () => dispatch({ type: "connected" }),
    disconnected: (why) => dispatch({ type: "disconnected", ...why }),
    received: (message) => dispatch({ type: "received", message, now: Date.now() }),
    question: () => (state.chat === undefined ? undefined : { type: "open", chat: state.chat }),
  });
  document.addEventListener("visibilitychange", () => dispatch({ type: "visible", visible: !document.hidden }));
  window.addEventListener("hashchange", () => followHash(state, dispatch));

  return {
    state: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispatch,
    onRing: (listener) => {
      ring = listener;
      return () => {
        ring = () => undefined;
      };
    },
  };
}

/** What a change means outside of the state: address, language, a reload. */
function outside(before: State, after: State): void {
  const hash = after.view === "operations" ? "#operations" : after.chat === undefined ? "" : `#chat/${after.chat}`;
  const moved = before.chat !== after.chat || before.view !== after.view;
  const address = hash === "" ? location.pathname : hash;
  // What the page chose by itself is no step to go back to.
  if (moved && location.hash !== hash)
    history[before.chat === undefined ? "replaceState" : "pushState"](undefined, "", address);
  const language = after.welcome?.language;
  if (language !== undefined && language !== before.welcome?.language) keepLanguage(language);
  if (after.connection !== "outdated" || before.connection === "outdated") return;
  if (mayReloadFor(after.welcome?.build ?? "")) location.reload();
}

function followHash(state: State, dispatch: (event: PageEvent) => void): void {
  const { view, chat } = remembered(location.hash);
  if (view === "operations" && state.view !== "operations") dispatch({ type: "showOperations" });
  if (view === "chat" && chat !== undefined && (chat !== state.chat || state.view !== "chat"))
    dispatch({ type: "openChat", chat });
}
