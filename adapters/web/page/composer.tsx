import type { VNode } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { PageWords } from "../../../src/model/catalog/page.ts";
import type { ToPage } from "../protocol.ts";
import { useDispatch } from "./app-context.ts";
import { AttachmentList } from "./attachment-list.tsx";
import { type Attachment, createAttachments } from "./attachments.ts";
import { CommandMenu } from "./command-list.tsx";
import { type Command, matchingCommands, nextPlace } from "./command-menu.ts";
import { freshId } from "./controller.ts";
import { FileButtons } from "./file-buttons.tsx";
import { Icon } from "./icon.tsx";
import { useIncomingFiles } from "./incoming-files.ts";
import { draftOf, keepDraft } from "./memory.ts";
import { useWords } from "./words.ts";

/** Typing is written to storage when it pauses this long. */
const draftPauseMs = 300;
const attachments = createAttachments();
const noCommands: readonly Command[] = [];

interface ComposerProps {
  readonly chat: string;
  readonly commands: readonly Command[] | undefined;
  /** What the service takes; absent until it said so. */
  readonly limits: Limits | undefined;
  /** Called after a message was said. */
  readonly sent: () => void;
}

/** Where a message is written. Enter sends, Shift+Enter begins a new line; on a touch screen Enter begins a new line. */
export function Composer({ chat, commands = noCommands, limits, sent }: ComposerProps): VNode {
  const words = useWords();
  const [text, setText] = useDraft(chat);
  const [files, take] = useFiles(chat, limits?.maxFileBytes);
  const menu = useCommandMenu(text, commands, setText);
  const say = useSay(chat, text, files, limits);
  const send = (): void => {
    if (!say()) return;
    setText("");
    attachments.clear(chat);
    sent();
  };
  const label = files.some((file) => file.state === "uploading") ? words.waitForFiles : words.send;
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <CommandMenu commands={menu.shown} place={menu.place} choose={menu.choose} />
      <AttachmentList items={files} remove={(id) => attachments.remove(chat, id)} />
      <div class="composer-row">
        <FileButtons take={take} />
        <Field text={text} setText={setText} menu={menu} send={send} />
        <button
          type="submit"
          class="icon send"
          // The field keeps the focus, and a phone its keyboard.
          onMouseDown={(event) => event.preventDefault()}
          disabled={text.trim() === "" && files.length === 0}
          aria-label={words.send}
          title={label}
        >
          <Icon name="send" />
        </button>
      </div>
    </form>
  );
}

type Limits = Pick<Extract<ToPage, { type: "welcome" }>, "maxFileBytes" | "maxTextLength" | "maxFiles">;

/** Why the service would not take it; nothing is said then, and the text stays where it is. */
function refusalOf(text: string, files: number, limits: Limits | undefined, words: PageWords): string | undefined {
  if (limits === undefined) return undefined;
  if (text.length > limits.maxTextLength) return words.tooLong(limits.maxTextLength);
  return files > limits.maxFiles ? words.tooManyFiles(limits.maxFiles) : undefined;
}

/** Says the message; false when there is none, or when it must wait for its files. */
function useSay(chat: string, text: string, files: readonly Attachment[], limits: Limits | undefined): () => boolean {
  const words = useWords();
  const dispatch = useDispatch();
  return () => {
    const done = files.flatMap((file) => (file.file === undefined ? [] : [file.file]));
    if (text.trim() === "" && files.length === 0) return false;
    const refusal = refusalOf(text.trim(), files.length, limits, words);
    if (refusal !== undefined) {
      dispatch({ type: "toast", id: freshId(), text: refusal });
      return false;
    }
    // A message never goes without a file that its writer believes is in it.
    if (done.length < files.length) {
      const uploading = files.some((file) => file.state === "uploading");
      dispatch({ type: "toast", id: freshId(), text: uploading ? words.waitForFiles : words.removeFailed });
      return false;
    }
    dispatch({ type: "say", id: freshId(), chat, text: text.trim(), files: done, now: Date.now() });
    return true;
  };
}

interface FieldProps {
  readonly text: string;
  readonly setText: (text: string) => void;
  readonly menu: Menu;
  readonly send: () => void;
}

function Field({ text, setText, menu, send }: FieldProps): VNode {
  const words = useWords();
  const area = useGrowing(text);
  const press = (event: KeyboardEvent): void => {
    // A key that chooses a word of an input method is none of ours.
    if (event.isComposing) return;
    if (menu.press(event)) {
      event.preventDefault();
      return;
    }
    if (event.key !== "Enter" || event.shiftKey || isTouch()) return;
    event.preventDefault();
    send();
  };
  return (
    <textarea
      ref={area}
      rows={1}
      value={text}
      aria-label={words.message}
      placeholder={words.placeholder}
      aria-autocomplete="list"
      aria-controls="commands"
      aria-activedescendant={menu.shown.length > 0 ? `command-${menu.place}` : undefined}
      onInput={(event) => setText(event.currentTarget.value)}
      onKeyDown={press}
    />
  );
}

function isTouch(): boolean {
  return window.matchMedia("(pointer: coarse)").matches;
}

/** The text of a chat, kept over a reload. */
function useDraft(chat: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => draftOf(chat));
  const latest = useRef(text);
  latest.current = text;
  useEffect(() => {
    const timer = window.setTimeout(() => keepDraft(chat, text), text === "" ? 0 : draftPauseMs);
    return () => window.clearTimeout(timer);
  }, [chat, text]);
  useEffect(() => {
    const keep = (): void => keepDraft(chat, latest.current);
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("pagehide", keep);
      keep();
    };
  }, [chat]);
  return [text, setText];
}

function useFiles(chat: string, limit: number | undefined): [readonly Attachment[], (files: readonly File[]) => void] {
  const words = useWords();
  const [files, setFiles] = useState(() => attachments.of(chat));
  useEffect(() => attachments.subscribe(() => setFiles(attachments.of(chat))), [chat]);
  const take = useCallback(
    (added: readonly File[]) => attachments.add(chat, added, limit, words),
    [chat, limit, words],
  );
  useIncomingFiles(take);
  return [files, take];
}

/** Grows with its text; the style sheet ends it at eight lines. */
function useGrowing(text: string): { current: HTMLTextAreaElement | null } {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
  useEffect(() => {
    // On a phone the keyboard would hide the chat that was just opened.
    if (!isTouch()) area.current?.focus();
  }, []);
  return area;
}

interface Menu {
  readonly shown: readonly Command[];
  readonly place: number;
  readonly choose: (name: string) => void;
  /** Whether the key was the menu's. */
  readonly press: (event: KeyboardEvent) => boolean;
}

function useCommandMenu(text: string, commands: readonly Command[], setText: (text: string) => void): Menu {
  const [place, setPlace] = useState(0);
  const [closedFor, setClosedFor] = useState<string>();
  const shown = closedFor === text ? [] : matchingCommands(text, commands);
  const at = Math.min(place, Math.max(0, shown.length - 1));
  const choose = (name: string): void => {
    setText(`/${name} `);
    setPlace(0);
  };
  const press = (event: KeyboardEvent): boolean => {
    const chosen = shown[at];
    if (chosen === undefined) return false;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        setPlace(nextPlace(at, shown.length, event.key === "ArrowDown" ? 1 : -1));
        return true;
      case "Escape":
        setClosedFor(text);
        return true;
      case "Tab":
        choose(chosen.name);
        return true;
      case "Enter":
        // A command that is written out is sent.
        if (event.shiftKey || text === `/${chosen.name}`) return false;
        choose(chosen.name);
        return true;
      default:
        return false;
    }
  };
  return { shown, place: at, choose, press };
}
