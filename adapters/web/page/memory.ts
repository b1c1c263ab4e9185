import type { Language } from "../../../src/model/view.ts";
import type { Remembered, State, Unsent } from "./state.ts";

const prefix = "hotline.";

/** Theme a person chose; `system`: as the device has it. */
export type Theme = "system" | "light" | "dark";

function read(name: string): unknown {
  try {
    const text = localStorage.getItem(prefix + name);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined; // Storage is switched off, or holds what no version of this page wrote.
  }
}

/** Whether it is stored: a browser may have switched storage off, or it is full. */
function write(name: string, value: unknown): boolean {
  try {
    if (value === undefined) localStorage.removeItem(prefix + name);
    else localStorage.setItem(prefix + name, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isUnsent(value: unknown): value is Unsent {
  return (
    isRecord(value) &&
    ["id", "chat", "text"].every((key) => typeof value[key] === "string") &&
    Array.isArray(value.files) &&
    typeof value.at === "number"
  );
}

/** Each unsent message has an entry of its own, so that two open pages do not erase each other's. */
function unsentKeys(): readonly string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(`${prefix}unsent.`));
  } catch {
    return [];
  }
}

/** What an earlier page left. `hash` of the address says which view or chat is open. */
export function remembered(hash: string): Remembered {
  const seen = read("seen");
  const numbers = Object.entries(isRecord(seen) ? seen : {}).filter(([, seq]) => typeof seq === "number");
  const unsent = unsentKeys().map((key) => read(key.slice(prefix.length)));
  const chat = /^#chat\/([a-z0-9]{1,32})$/.exec(hash)?.[1];
  return {
    unsent: unsent.filter(isUnsent).sort((a, b) => a.at - b.at),
    seen: Object.fromEntries(numbers) as Record<string, number>,
    view: hash === "#operations" ? "operations" : "chat",
    ...(chat === undefined ? {} : { chat }),
  };
}

/** Stores what changed between two states. False: something could not be stored. */
export function remember(before: State, after: State): boolean {
  let stored = true;
  if (before.seen !== after.seen) stored = write("seen", after.seen);
  if (before.unsent === after.unsent) return stored;
  for (const one of after.unsent) if (!before.unsent.includes(one)) stored = write(`unsent.${one.id}`, one) && stored;
  for (const one of before.unsent)
    if (!after.unsent.some((still) => still.id === one.id)) write(`unsent.${one.id}`, undefined);
  return stored;
}

/** Text being written in a chat. */
export function draftOf(chat: string): string {
  const draft = read(`draft.${chat}`);
  return typeof draft === "string" ? draft : "";
}

export function keepDraft(chat: string, text: string): void {
  write(`draft.${chat}`, text === "" ? undefined : text);
}

export function chosenTheme(): Theme {
  const theme = read("theme");
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function keepTheme(theme: Theme): void {
  write("theme", theme === "system" ? undefined : theme);
}

/** Language the service spoke last; before that the browser's. */
export function lastLanguage(): Language {
  const known = read("language");
  if (known === "en" || known === "zh-CN") return known;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

export function keepLanguage(language: Language): void {
  write("language", language);
}

/** Whether a reload for this build is allowed: once per build, so that a page that stays old does not reload for ever. */
export function mayReloadFor(build: string): boolean {
  try {
    if (sessionStorage.getItem(`${prefix}reloaded`) === build) return false;
    sessionStorage.setItem(`${prefix}reloaded`, build);
    return true;
  } catch {
    return false; // Without storage nobody counts the reloads.
  }
}

/** Whether a person wants notifications in this browser. */
export function wantsNotifications(): boolean {
  return read("notify") === true;
}

export function keepNotifications(wanted: boolean): void {
  write("notify", wanted ? true : undefined);
}
