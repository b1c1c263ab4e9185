import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useDispatch } from "./app-context.ts";
import { type ChatPage, emptyPage } from "./chat-page.ts";
import { Composer } from "./composer.tsx";
import { freshId } from "./controller.ts";
import { Icon } from "./icon.tsx";
import { LiveAnswer, LiveBar } from "./live.tsx";
import { MessageRows } from "./message-rows.tsx";
import { previewOf } from "./preview.ts";
import type { State, Unsent } from "./state.ts";
import { UnsentRows } from "./unsent.tsx";
import { useStickyScroll } from "./use-sticky-scroll.ts";
import { useWords } from "./words.ts";

/** A screen reader reads this much of a message by itself. */
const announcedLength = 1000;
/** Words of `src/demo/prompts.ts`, the most telling first. */
const demoPrompts = ["push", "plan", "table", "patch", "ask", "long"];
const nothingPending: ReadonlySet<string> = new Set();

/** The open chat: messages, the running turn, the composer. */
export function ChatView({ state }: { readonly state: State }): VNode {
  const words = useWords();
  const { chat = "" } = state;
  const page = state.pages[chat] ?? emptyPage;
  const { scroller, content, away, toNewest } = useStickyScroll(chat);
  const pressed = usePressed(state);
  const unsent = state.unsent.filter((one) => one.chat === chat);
  return (
    <main class="chat">
      <section class="scroller" ref={scroller} tabIndex={0} aria-label={words.messages}>
        <div class="column" ref={content}>
          <Older more={page.more} loading={page.loadingOlder} count={page.messages.length} scroller={scroller} />
          <Column
            page={page}
            pressed={pressed}
            unsent={unsent}
            online={state.connection === "open"}
            demoIn={state.welcome?.demo === true ? chat : undefined}
          />
        </div>
      </section>
      {away ? (
        <button
          type="button"
          class="to-newest icon"
          aria-label={words.toNewest}
          title={words.toNewest}
          onClick={toNewest}
        >
          <Icon name="down" />
        </button>
      ) : undefined}
      {page.live === undefined ? undefined : (
        <LiveBar frame={page.live} clockAhead={state.clockAhead} pressed={pressed} />
      )}
      <Announcer key={`said-${chat}`} page={page} />
      {chat === "" ? undefined : (
        <Composer key={chat} chat={chat} commands={state.welcome?.commands} limits={state.welcome} sent={toNewest} />
      )}
    </main>
  );
}

interface ColumnProps {
  readonly page: ChatPage;
  readonly pressed: ReadonlySet<string>;
  readonly unsent: readonly Unsent[];
  readonly online: boolean;
  /** The chat, where the demo model answers in it. */
  readonly demoIn: string | undefined;
}

/** Everything that was said, what is being sent, and the answer in progress. */
function Column({ page, pressed, unsent, online, demoIn }: ColumnProps): VNode {
  const { messages, live } = page;
  const empty = page.loaded && messages.length === 0 && unsent.length === 0 && live === undefined;
  return (
    <>
      {empty ? <Welcome demoIn={demoIn} /> : undefined}
      <MessageRows messages={messages} pressed={pressed} />
      <UnsentRows unsent={unsent} online={online} />
      {live === undefined ? undefined : <LiveAnswer frame={live} />}
    </>
  );
}

/** Nonces of the buttons that wait for their answer; the same set while nothing changed. */
function usePressed(state: State): ReadonlySet<string> {
  const last = useRef({ pending: state.pending, pressed: nothingPending });
  if (last.current.pending !== state.pending) {
    const nonces = state.pending.flatMap(({ frame }) => (frame.type === "tap" ? [frame.nonce] : []));
    last.current = { pending: state.pending, pressed: nonces.length === 0 ? nothingPending : new Set(nonces) };
  }
  return last.current.pressed;
}

/** Reads each new message of the bot to a screen reader, once it is whole. */
function Announcer({ page }: { readonly page: ChatPage }): VNode {
  const last = page.messages.at(-1);
  const first = useRef<string | undefined>(undefined);
  if (page.loaded) first.current ??= last?.id ?? "";
  const isNew = last?.from === "bot" && last.id !== first.current;
  return (
    <p class="heard-only" aria-live="polite">
      {isNew ? previewOf(last.content, announcedLength) : ""}
    </p>
  );
}

function Welcome({ demoIn }: Pick<ColumnProps, "demoIn">): VNode {
  const words = useWords();
  return (
    <div class="welcome">
      <p>{words.emptyChat}</p>
      <p class="faint on-desk">{words.emptyChatHint}</p>
      <p class="faint on-touch">{words.emptyChatTouchHint}</p>
      {demoIn === undefined ? undefined : <DemoPrompts chat={demoIn} />}
    </div>
  );
}

/** What the demo knows, to be sent by a tap. */
function DemoPrompts({ chat }: { readonly chat: string }): VNode {
  const words = useWords();
  const dispatch = useDispatch();
  const say = (text: string): void => dispatch({ type: "say", id: freshId(), chat, text, files: [], now: Date.now() });
  return (
    <div class="buttons">
      <p>{words.demoTry}</p>
      <div class="button-row">
        {demoPrompts.map((prompt) => (
          <button key={prompt} type="button" onClick={() => say(prompt)}>
            {prompt}
          </button>
        ))}
      </div>
    </div>
  );
}

interface OlderProps {
  readonly more: boolean;
  readonly loading: boolean;
  readonly count: number;
  readonly scroller: { readonly current: HTMLElement | null };
}

/** Asks for older messages when it comes near the screen, or by a click. */
function Older({ more, loading, count, scroller }: OlderProps): VNode | null {
  const words = useWords();
  const dispatch = useDispatch();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const element = button.current;
    const root = scroller.current;
    if (!more || loading || count === 0 || element === null || root === null) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        // At the very top a browser does not hold what is on the screen in its place.
        if (root.scrollTop < 1) root.scrollTop = 1;
        dispatch({ type: "older" });
      },
      { root, rootMargin: "800px 0px 0px 0px" },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [more, loading, count, dispatch, scroller]);
  if (!more) return null;
  return (
    <button
      ref={button}
      type="button"
      class="quiet older"
      disabled={loading}
      onClick={() => dispatch({ type: "older" })}
    >
      {loading ? words.loading : words.older}
    </button>
  );
}
