import { assertNever } from "../../../src/lib/assert-never.ts";
import type { FromPage } from "../protocol.ts";
import { emptyPage, onNewConnection } from "./chat-page.ts";
import { looked } from "./looked.ts";
import { type PageEvent, type State, type Step, sayFrame, silent, type Unsent } from "./state.ts";
import { receive } from "./step-server.ts";

/** Pure. What an event makes of the page. While offline nothing is said; `welcome` says again what is unanswered. */
export function step(state: State, event: PageEvent): Step {
  switch (event.type) {
    case "connected": {
      const greeted = state.chat === undefined ? {} : { greeted: state.chat };
      const { greeted: _before, ...rest } = state;
      return { state: { ...rest, ...greeted, connection: "connecting" }, say: [hello(state)] };
    }
    case "disconnected":
      return silent(disconnected(state, event));
    case "received":
      return receive(state, event.message, event.now);
    default:
      return stepOfPerson(state, event);
  }
}

type PersonEvent = Exclude<PageEvent, { type: "connected" | "disconnected" | "received" }>;

function stepOfPerson(state: State, event: PersonEvent): Step {
  switch (event.type) {
    case "say":
      return say(state, event);
    case "discard":
      return silent({ ...state, unsent: state.unsent.filter((one) => one.id !== event.id) });
    case "tap":
    case "stopTurn":
      return press(state, event);
    case "openChat":
      return open(state, event.chat);
    case "newChat":
      return open({ ...state, pages: { ...state.pages, [event.chat]: { ...emptyPage, loaded: true } } }, event.chat);
    case "older":
      return older(state);
    case "showOperations":
      return online(looked({ ...state, view: "operations" }), { type: "watch", on: true });
    case "visible":
      return silent(looked({ ...state, visible: event.visible }));
    default:
      return silent(notices(state, event));
  }
}

function notices(
  state: State,
  event: Extract<PersonEvent, { type: "toast" | "dismissToast" | "dismissAlert" }>,
): State {
  switch (event.type) {
    case "toast":
      return { ...state, toasts: [...state.toasts, { id: event.id, text: event.text }] };
    case "dismissToast":
      return { ...state, toasts: state.toasts.filter((toast) => toast.id !== event.id) };
    case "dismissAlert": {
      const { alert: _gone, ...rest } = state;
      return rest;
    }
    default:
      return assertNever(event);
  }
}

function hello(state: State): FromPage {
  return {
    type: "hello",
    build: state.build,
    ...(state.after === undefined ? {} : { after: state.after }),
    ...(state.chat === undefined ? {} : { chat: state.chat }),
  };
}

function disconnected(state: State, event: { readonly denied: boolean; readonly offline: boolean }): State {
  if (state.connection === "outdated") return state;
  const pages = Object.fromEntries(Object.entries(state.pages).map(([chat, page]) => [chat, onNewConnection(page)]));
  const connection = event.denied ? "denied" : event.offline ? "offline" : "connecting";
  return { ...state, pages, connection };
}

function online(state: State, ...frames: readonly FromPage[]): Step {
  return { state, say: state.connection === "open" ? frames : [] };
}

function say(state: State, event: Extract<PersonEvent, { type: "say" }>): Step {
  const unsent: Unsent = {
    id: event.id,
    chat: event.chat,
    text: event.text,
    files: event.files,
    at: event.now,
    ...(event.replyTo === undefined ? {} : { replyTo: event.replyTo }),
  };
  return online({ ...state, unsent: [...state.unsent, unsent] }, sayFrame(unsent));
}

function press(state: State, event: Extract<PersonEvent, { type: "tap" | "stopTurn" }>): Step {
  if (event.type === "stopTurn") {
    const frame = { type: "stopTurn", id: event.id, chat: event.chat, startedAt: event.startedAt } as const;
    return online({ ...state, pending: [...state.pending, { frame }] }, frame);
  }
  const again = state.pending.some(({ frame }) => frame.type === "tap" && frame.nonce === event.nonce);
  if (again || state.chat === undefined) return silent(state);
  const frame = { type: "tap", id: event.id, chat: state.chat, message: event.message, nonce: event.nonce } as const;
  return online({ ...state, pending: [...state.pending, { frame }] }, frame);
}

function open(state: State, chat: string): Step {
  const page = state.pages[chat] ?? emptyPage;
  const { live: _other, ...still } = onNewConnection(page);
  const wasWatching = state.view === "operations";
  const next = looked({ ...state, chat, view: "chat", pages: { ...state.pages, [chat]: still } });
  const frames: FromPage[] = [{ type: "open", chat }];
  if (wasWatching) frames.push({ type: "watch", on: false });
  return online(next, ...frames);
}

function older(state: State): Step {
  const { chat } = state;
  const page = chat === undefined ? undefined : state.pages[chat];
  const first = page?.messages[0];
  if (chat === undefined || page === undefined || first === undefined) return silent(state);
  if (!page.more || page.loadingOlder || state.connection !== "open") return silent(state);
  const pages = { ...state.pages, [chat]: { ...page, loadingOlder: true } };
  return online({ ...state, pages }, { type: "older", chat, before: first.id });
}
