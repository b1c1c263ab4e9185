import type { Language } from "../view.ts";
import { type LiveWords, live } from "./live.ts";
import { type OperationWords, operationWords } from "./operations.ts";
import { zhPage } from "./page-zh.ts";
import type { Twin } from "./twin.ts";

const en = {
  title: "codex-hotline",
  /** For dates and times. */
  locale: "en-GB",
  chats: "Chats",
  newChat: "New chat",
  newChatKey: "New chat (Ctrl+K)",
  operations: "Operations",
  messages: "Messages",
  message: "Message",
  placeholder: "Message Codex",
  send: "Send",
  attach: "Attach files",
  camera: "Take a picture",
  attachments: "Files of this message",
  uploading: "Uploading; it can be sent when all files are there",
  uploadFailed: "Not uploaded: no connection. Remove it and attach it again.",
  uploadRefused: (why: string) => `Not uploaded: ${why}`,
  tooLong: (limit: number) => `Too long: at most ${limit} characters. Attach it as a file instead.`,
  tooManyFiles: (limit: number) => `Too many files: at most ${limit} in one message.`,
  tooLarge: (size: string, limit: string) => `Too large: ${size}; at most ${limit}.`,
  remove: (name: string) => `Remove ${name}`,
  enlarge: (name: string) => `Enlarge ${name}`,
  download: (name: string, size: string) => `Download ${name} (${size})`,
  close: "Close",
  ok: "OK",
  notice: "Notice",
  commands: "Commands",
  bot: "Codex",
  you: "You",
  running: "Working",
  unread: (count: number) => (count === 0 ? "Something new" : `${count} unread`),
  copy: "Copy",
  copied: "Copied",
  copyText: "Copy text",
  notCopied: "Not copied: the browser refuses",
  discard: "Discard",
  notStored:
    "This browser stores nothing for this page: what is not sent yet is lost when you close it. Allow storage, or send before you leave.",
  waitForFiles: "Not sent yet: the files are still on their way.",
  removeFailed: "Not sent: a file was not uploaded. Remove it or attach it again.",
  sending: "Sending …",
  keptOffline: "Kept; it is sent when the connection is back",
  refused: (why: string) => `Not sent: ${why}`,
  connected: "Connected",
  connecting: "Connecting …",
  offline: "Offline: what you send is kept",
  demo: 'You are talking to the demo model: Codex itself is real, its answers are scripted. Sign in with "npx codex login" for the real one.',
  theme: { system: "Colours: as the device", light: "Colours: light", dark: "Colours: dark" },
  notificationsOn: "Notifications are on",
  notificationsOff: "Notify me while this page is hidden",
  notificationsBlocked: "The browser blocks notifications of this page. Allow them in its settings for this site.",
  emptyChat: "Nothing here yet. Ask Codex for something.",
  demoTry: "Try one of these:",
  emptyChatHint: "Drop files anywhere, type / for commands, Ctrl+K begins another chat.",
  emptyChatTouchHint: "Type / for commands; the clip and the camera attach files.",
  older: "Load older messages",
  loading: "Loading …",
  toNewest: "Jump to the newest message",
  showQuoted: "Show the message this answers",
  pressed: "Waiting for the answer",
  liveAnswer: "Answer in progress",
  plan: "Plan",
  earlierSteps: (count: number) => `${count} earlier ${count === 1 ? "step" : "steps"}`,
  diffLines: (count: number) => `Diff · ${count} ${count === 1 ? "line" : "lines"}`,
  lines: (count: number) => `${count} ${count === 1 ? "line" : "lines"}`,
  actionStates: { running: "Running", done: "Done", failed: "Failed", declined: "Declined" },
  stepStates: { pending: "To do", inProgress: "In progress", completed: "Done" },
  marks: { taken: "taken", steered: "steered", waiting: "waiting", dropped: "dropped" },
  markTitles: {
    taken: "Codex works on this message",
    steered: "Codex took this into the running turn",
    waiting: "Waits until the running turn has ended",
    dropped: "Taken back: Codex never reads it",
  },
  deniedTitle: "This browser is not signed in",
  deniedWhy:
    "The service does not know this browser: the address was opened without its token, or the token has changed.",
  deniedDo: "Open the whole address again that the service printed when it started. What you wrote here is kept.",
  tryAgain: "Try again",
  outdated: "The service was updated and this page is an older one. What you wrote is kept.",
  reload: "Reload",
} as const;

/** What the web page says, besides the words of a live frame and of the operations view. */
type PageTexts = Twin<typeof en>;

/** All words of the web page. */
export type PageWords = PageTexts & { readonly live: LiveWords; readonly operation: OperationWords };

const zh: PageTexts = zhPage satisfies PageTexts;

export const pageWords: Readonly<Record<Language, PageWords>> = {
  en: { ...en, live: live.en, operation: operationWords.en },
  "zh-CN": { ...zh, live: live["zh-CN"], operation: operationWords["zh-CN"] },
};
