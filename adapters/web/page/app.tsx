import type { VNode } from "preact";
import { useCallback, useEffect, useReducer, useState } from "preact/hooks";
import { pageWords } from "../../../src/model/catalog/page.ts";
import { Dispatching, useDispatch } from "./app-context.ts";
import { ChatList } from "./chat-list.tsx";
import { ChatView } from "./chat-view.tsx";
import { type Controller, freshId } from "./controller.ts";
import { Denied, Outdated } from "./dead-ends.tsx";
import { AlertDialog, Toasts } from "./dialogs.tsx";
import { Header } from "./header.tsx";
import { unreadCount } from "./looked.ts";
import { lastLanguage } from "./memory.ts";
import { startRinging } from "./notifications.ts";
import { Operations } from "./operations.tsx";
import type { State } from "./state.ts";
import { Words } from "./words.ts";

/** The whole page. */
export function App({ controller }: { readonly controller: Controller }): VNode {
  const [, redraw] = useReducer((count: number, _: undefined) => count + 1, 0);
  useEffect(() => controller.subscribe(() => redraw(undefined)), [controller]);
  const state = controller.state();
  const language = state.welcome?.language ?? lastLanguage();
  const words = pageWords[language];
  const unread = unreadCount(state);
  useEffect(() => {
    document.documentElement.lang = language;
    document.title = unread > 0 ? `(${unread}) ${words.title}` : words.title;
  }, [language, unread, words]);
  useEffect(() => startRinging(controller, words), [controller, words]);
  return (
    <Words.Provider value={words}>
      <Dispatching.Provider value={controller.dispatch}>
        {state.connection === "denied" ? <Denied /> : <Screen state={state} />}
      </Dispatching.Provider>
    </Words.Provider>
  );
}

/** List and chat side by side; on a phone the list lies over the chat while it is open. */
function Screen({ state }: { readonly state: State }): VNode {
  const dispatch = useDispatch();
  const [listOpen, setListOpen] = useState(false);
  const closeList = useCallback(() => setListOpen(false), []);
  const nothingYet = state.chats !== undefined && state.chat === undefined && state.view === "chat";
  useEffect(() => setListOpen(false), [state.chat, state.view]);
  useEffect(() => {
    if (nothingYet) dispatch({ type: "newChat", chat: freshId() });
  }, [nothingYet, dispatch]);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.key === "Escape") setListOpen(false);
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      dispatch({ type: "newChat", chat: freshId() });
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [dispatch]);
  return (
    <div class={listOpen ? "screen list-open" : "screen"}>
      <Header state={state} listOpen={listOpen} toggleList={() => setListOpen(!listOpen)} />
      {state.connection === "outdated" ? <Outdated /> : undefined}
      <ChatList
        chats={state.chats}
        open={state.view === "chat" ? state.chat : undefined}
        seen={state.seen}
        unread={state.unread}
        operations={state.view === "operations"}
        close={closeList}
      />
      {state.view === "operations" ? <Operations state={state} /> : <ChatView state={state} />}
      <Toasts toasts={state.toasts} />
      {state.alert === undefined ? undefined : <AlertDialog text={state.alert} />}
    </div>
  );
}
