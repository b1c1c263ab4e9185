import type { Twin } from "./twin.ts";

const en = {
  menu: {
    new: "start a fresh conversation",
    stop: "stop the running turn",
    status: "what runs, where, with what",
    queue: "what waits, and for what",
    diff: "what changed in the project",
    retry: "do the last request again",
    approve: "approve an open request",
    decline: "decline an open request, with a reason",
    project: "where Codex works, and change it",
    settings: "how this chat works",
    id: "ids of this chat and of you",
    help: "what I can do",
  },
  helpIntro:
    "Write to me and Codex works in your project. While it works you can write on, stop it, and approve what it asks for.",
  freshThread: "A fresh conversation starts with your next message.",
  busyAsk: "A turn is running.",
  afterTurn: "Will do, after this turn.",
  status: {
    policy: {
      untrusted: "asks before almost everything",
      "on-request": "asks before leaving the workspace",
      never: "never asks",
    },
    sandbox: {
      "read-only": "read-only",
      "workspace-write": "writes in the workspace",
      "danger-full-access": "no sandbox",
    },
    defaultModel: "default model",
    thread: (name: string, turns: number) => `Thread ${name}, ${turns === 1 ? "1 turn" : `${turns} turns`}`,
    noThread: "No conversation yet",
    context: (percent: number) => `${percent} % context left`,
    running: (time: string, what: string | undefined) => `Running ${time}${what === undefined ? "" : `: ${what}`}`,
    idle: "Nothing runs",
    waiting: (n: number) => `${n} waiting`,
    approvals: (numbers: string) => `open: ${numbers}`,
    terminals: "Still running in the background:",
    terminal: "Go on in terminal",
    newThread: "New",
    goOn: (id: string) => `Go on in a terminal with: codex resume ${id}`,
  },
  queue: {
    empty: "Nothing waits.",
    open: (n: number) => `#${n} waits for an answer`,
    item: (n: number, text: string) => `${n}. ${text}`,
  },
  settings: {
    title: "How this chat works",
    whileBusy: { title: "A message during a turn", steer: "steers it", queue: "waits", interrupt: "interrupts it" },
    language: { title: "Language", en: "English", "zh-CN": "中文" },
    set: (name: string, value: string) => `${name}: ${value}.`,
    unknown: (key: string) => `There is no setting "${key}".`,
  },
  project: {
    title: (name: string | undefined) =>
      name === undefined ? "No project is configured." : `This chat works in ${name}.`,
    bound: (name: string) =>
      `This chat works in ${name} from now on. A fresh conversation starts with your next message.`,
    already: (name: string) => `This chat works in ${name} already.`,
    unknown: (name: string) => `There is no project "${name}".`,
  },
  id: (chat: string, person: string) => `chat ${chat}\nyou ${person}`,
  nothingToRetry: "There is nothing to repeat here.",
  noChanges: "Nothing changed in the project.",
  noGit: "The project folder is not a git checkout.",
} as const;

type Words = Twin<typeof en>;

const zh: Words = {
  menu: {
    new: "开始新的对话",
    stop: "停止当前任务",
    status: "正在运行什么、在哪里、用什么",
    queue: "什么在等待、等什么",
    diff: "项目里改了什么",
    retry: "重做上一个请求",
    approve: "批准一个请求",
    decline: "拒绝一个请求，可附原因",
    project: "Codex 在哪个项目工作，可更换",
    settings: "此聊天的工作方式",
    id: "此聊天和你的 id",
    help: "我能做什么",
  },
  helpIntro: "给我发消息，Codex 就在你的项目里工作。它工作时你可以继续写、停止它，并批准它的请求。",
  freshThread: "你的下一条消息将开始新的对话。",
  busyAsk: "有任务正在运行。",
  afterTurn: "好的，本轮之后执行。",
  status: {
    policy: { untrusted: "几乎每一步都询问", "on-request": "离开工作区前询问", never: "从不询问" },
    sandbox: { "read-only": "只读", "workspace-write": "可写工作区", "danger-full-access": "无沙箱" },
    defaultModel: "默认模型",
    thread: (name, turns) => `对话 ${name}，${turns} 轮`,
    noThread: "还没有对话",
    context: (percent) => `上下文剩余 ${percent} %`,
    running: (time, what) => `运行中 ${time}${what === undefined ? "" : `：${what}`}`,
    idle: "没有正在运行的任务",
    waiting: (n) => `${n} 条等待`,
    approvals: (numbers) => `待回答：${numbers}`,
    terminals: "仍在后台运行：",
    terminal: "转到终端继续",
    newThread: "新对话",
    goOn: (id) => `在终端继续：codex resume ${id}`,
  },
  queue: {
    empty: "没有等待的内容。",
    open: (n) => `#${n} 等待回答`,
    item: (n, text) => `${n}. ${text}`,
  },
  settings: {
    title: "此聊天的工作方式",
    whileBusy: { title: "任务运行时的新消息", steer: "补充给它", queue: "等待", interrupt: "中断它" },
    language: { title: "语言", en: "English", "zh-CN": "中文" },
    set: (name, value) => `${name}：${value}。`,
    unknown: (key) => `没有“${key}”这个设置。`,
  },
  project: {
    title: (name) => (name === undefined ? "没有配置项目。" : `此聊天在 ${name} 工作。`),
    bound: (name) => `此聊天从现在起在 ${name} 工作。你的下一条消息将开始新的对话。`,
    already: (name) => `此聊天已在 ${name} 工作。`,
    unknown: (name) => `没有项目“${name}”。`,
  },
  id: (chat, person) => `聊天 ${chat}\n你 ${person}`,
  nothingToRetry: "这里没有可重做的内容。",
  noChanges: "项目没有改动。",
  noGit: "项目文件夹不是 git 仓库。",
};

/** What commands answer. */
export const commandWords = { en: en as Words, "zh-CN": zh };
export type CommandWords = Words;
