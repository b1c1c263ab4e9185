import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { useDispatch } from "./app-context.ts";
import { freshId } from "./controller.ts";
import { Icon } from "./icon.tsx";
import { chosenTheme, type Theme } from "./memory.ts";
import { askForNotifications, notificationState } from "./notifications.ts";
import type { State } from "./state.ts";
import { chooseTheme } from "./theme.ts";
import { useWords } from "./words.ts";

interface HeaderProps {
  readonly state: State;
  readonly listOpen: boolean;
  readonly toggleList: () => void;
}

/** Top line: what is open, how the connection is, and what the page can do. */
export function Header({ state, listOpen, toggleList }: HeaderProps): VNode {
  const words = useWords();
  const chat = state.chats?.find((one) => one.chat === state.chat);
  const title = state.view === "operations" ? words.operations : (chat?.title ?? words.newChat);
  return (
    <header class="top">
      <button
        type="button"
        class="icon list-toggle"
        aria-expanded={listOpen}
        aria-label={words.chats}
        onClick={toggleList}
      >
        <Icon name={listOpen ? "close" : "list"} />
      </button>
      <h1>{title}</h1>
      <ConnectionNote state={state} />
      <BellButton />
      <ThemeButton />
      {state.welcome?.demo === true ? <p class="banner demo">{words.demo}</p> : undefined}
    </header>
  );
}

function ConnectionNote({ state }: { readonly state: State }): VNode {
  const words = useWords();
  const { connection } = state;
  const text = connection === "offline" ? words.offline : words.connecting;
  return (
    <span class={`connection ${connection}`} role="status" title={connection === "open" ? words.connected : undefined}>
      {connection === "open" || connection === "outdated" ? undefined : text}
    </span>
  );
}

const nextTheme: Readonly<Record<Theme, Theme>> = { system: "light", light: "dark", dark: "system" };

/** Goes round: as the device, light, dark. */
function ThemeButton(): VNode {
  const words = useWords();
  const [theme, setTheme] = useState(chosenTheme);
  const change = (): void => {
    const next = nextTheme[theme];
    chooseTheme(next);
    setTheme(next);
  };
  const label = words.theme[theme];
  return (
    <button type="button" class="icon" aria-label={label} title={label} onClick={change}>
      <Icon name={theme} />
    </button>
  );
}

/** Notifications while nobody looks. */
function BellButton(): VNode | null {
  const words = useWords();
  const dispatch = useDispatch();
  const [on, setOn] = useState(notificationState);
  if (on === "unavailable") return null;
  const toggle = async (): Promise<void> => {
    const now = await askForNotifications(on !== "on");
    setOn(now);
    if (now === "blocked") dispatch({ type: "toast", id: freshId(), text: words.notificationsBlocked });
  };
  const label = on === "on" ? words.notificationsOn : words.notificationsOff;
  return (
    <button
      type="button"
      class="icon"
      aria-pressed={on === "on"}
      aria-label={label}
      title={label}
      onClick={() => void toggle()}
    >
      <Icon name={on === "on" ? "bell" : "bell-off"} />
    </button>
  );
}
