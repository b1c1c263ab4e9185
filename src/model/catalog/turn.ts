import type { FailureReason } from "../turn.ts";
import type { Twin } from "./twin.ts";

const en = {
  noText: "Done. Codex wrote no answer.",
  footer: {
    commands: (n: number) => (n === 1 ? "1 command" : `${n} commands`),
    files: (n: number, added: number, removed: number) => `${n === 1 ? "1 file" : `${n} files`} +${added} −${removed}`,
    context: (percent: number) => `${percent} % context left`,
  },
  buttons: {
    diff: "Diff",
    details: "Details",
    undo: "Undo changes",
    stop: "Stop",
    continue: "Continue",
    leave: "Leave it",
    retry: "Try now",
    retryAt: (time: string) => `Try again at ${time}`,
    drop: "Drop",
    steerNow: "Steer now",
    runNext: "Run next",
    wait: "Wait",
    restartCodex: "Restart Codex",
    stopAndDo: "Stop and do it",
    afterTurn: "After this turn",
    end: (command: string) => `End ${command}`,
  },
  done: (time: string) => `Done · ${time}`,
  stopped: (time: string, files: number) =>
    `Stopped after ${time}.${files === 0 ? "" : files === 1 ? " 1 file was already changed." : ` ${files} files were already changed.`}`,
  /** `messages`: taken back with it, at least 1. */
  stoppedEarly: (messages: number) =>
    messages === 1
      ? "Stopped before it began. Nothing was sent to Codex."
      : `Stopped before it began. None of these ${messages} messages was sent to Codex.`,
  nothingRuns: "Nothing is running.",
  onlyBackground: "No turn is running. Left running in the background:",
  stopping: "Stopping …",
  failed: {
    usageLimit: (time: string | undefined) =>
      time === undefined
        ? "The model's usage limit is reached. Your message is kept."
        : `The model is over its limit until ${time}. Your message is kept.`,
    rateLimited: "The model answers too many requests right now. Your message is kept.",
    overloaded: "The model is overloaded right now. Your message is kept.",
    contextFull:
      "The conversation no longer fits into the model's context. What was said is kept; /new starts a fresh one.",
    unauthorized:
      'The model provider refuses the sign-in. Sign in again on the machine with "npx codex login" in the folder of this service. Your message is kept.',
    network: "The model cannot be reached. Your message is kept.",
    badRequest: "The model refused the request.",
    providerError: "The model had an error. Your message is kept.",
    codexDied: "Codex stopped unexpectedly. Your message is kept.",
    projectMissing: "The project folder is no longer there. What Codex had said is kept.",
    other: "The turn failed. Your message is kept.",
  } satisfies Record<FailureReason, string | ((time: string | undefined) => string)>,
  died: (cause: "restart" | "codex", last: string | undefined) => {
    const when = last === undefined ? "" : `, after "${last}"`;
    return cause === "restart"
      ? `The service restarted during this turn${when}. What it had said and your messages are kept.`
      : `Codex stopped during this turn${when}. What it had done is kept.`;
  },
  continuing: "Going on by myself.",
  alreadyWentOn: "Already went on.",
  left: "Left as it is.",
  willRetry: (time: string) => `Will try again at ${time}. /stop forgets it.`,
  couldNotStart: (why: string) => `Codex could not take this: ${why}. Your message is kept.`,
  mayNotHave: (why: string) => `Codex may not have this: ${why}. Your message is kept.`,
  couldNotDo: (why: string) => `That did not work: ${why}.`,
  why: {
    projectMissing: "the project folder is not there",
    spawnFailed: "it does not start",
    threadBusy: "this conversation is open in a terminal",
    inputTooLarge: "the message is too long (at most 1,048,576 characters)",
    disconnected: "the connection broke",
    other: (message: string) => message,
  },
  pause: {
    drain: "The service restarts once this turn has ended. What you write for later is kept and answered afterwards.",
    held: "The service is about to restart. Your message is kept and answered afterwards.",
    stop: "The service stops. Codex goes on with this turn; you get the answer once the service is back.",
    back: "The service is back.",
  },
  threadLost: (id: string) =>
    `The earlier conversation ${id} is not on the disk of the machine this chat works on now. A fresh one starts here.`,
  waiting: (before: number) => (before === 0 ? "Waiting for the running turn." : `Waiting, ${before} before this.`),
  waitingSlot: (before: number) => `Waiting for a free slot (${before} before you).`,
  slotFree: "A slot is free; working on it.",
  afterRequest: (n: number) => `Codex reads this after #${n}.`,
  steered: "Handed to the running turn.",
  runsNext: "Runs next.",
  dropped: "Dropped.",
  tookBack: "You took back a message Codex is working on. It goes on unless you stop it.",
  interruptedFor: "Interrupted for your new message.",
  corrected: "Corrected:",
  stalled: (minutes: number, what: string | undefined) =>
    `No sign of progress for ${minutes} min${what === undefined ? "" : ` (running: ${what})`}.`,
  stopUnanswered: "Codex does not answer the stop.",
  stillWaiting: "Waiting on.",
  tooLong: (minutes: number) => `This turn ran into its limit of ${minutes} min and was stopped.`,
  fileSkipped: (name: string, why: string) => `${name} was not taken: ${why}.`,
  fileWhy: {
    fileTooLarge: (mb: number) => `it is over the ${mb} MB this platform lets a bot download`,
    fileElsewhere: "it lies on another machine, which this one cannot reach",
    fileGone: "the platform no longer has it",
    diskFull: "the disk is full",
    channelUnreachable: "it could not be downloaded",
  },
  undone: "The changes of this turn are undone.",
  cannotUndo: "This can no longer be undone exactly, so nothing was changed.",
  noDiff: "This turn changed no files.",
  noDetails: "The details of this turn are no longer kept.",
  warning: (text: string) => `Codex: ${text}`,
  refused: (method: string) => `Codex asked for something this service cannot do (${method}); it was told so.`,
} as const;

type Words = Twin<typeof en>;

const zh: Words = {
  noText: "完成。Codex 没有写回答。",
  footer: {
    commands: (n) => `${n} 条命令`,
    files: (n, added, removed) => `${n} 个文件 +${added} −${removed}`,
    context: (percent) => `上下文剩余 ${percent} %`,
  },
  buttons: {
    diff: "差异",
    details: "详情",
    undo: "撤销改动",
    stop: "停止",
    continue: "继续",
    leave: "就这样",
    retry: "立即重试",
    retryAt: (time) => `${time} 重试`,
    drop: "丢弃",
    steerNow: "立即补充",
    runNext: "下一个执行",
    wait: "继续等",
    restartCodex: "重启 Codex",
    stopAndDo: "停止并执行",
    afterTurn: "本轮之后",
    end: (command) => `结束 ${command}`,
  },
  done: (time) => `完成 · ${time}`,
  stopped: (time, files) => `${time} 后已停止。${files === 0 ? "" : `已有 ${files} 个文件被修改。`}`,
  stoppedEarly: (messages) =>
    messages === 1 ? "开始之前已停止，没有内容发给 Codex。" : `开始之前已停止，这 ${messages} 条消息都没有发给 Codex。`,
  nothingRuns: "当前没有正在运行的任务。",
  onlyBackground: "没有正在进行的任务。仍在后台运行：",
  stopping: "正在停止 …",
  failed: {
    usageLimit: (time) =>
      time === undefined ? "模型用量已达上限。你的消息已保留。" : `模型用量已达上限，${time} 恢复。你的消息已保留。`,
    rateLimited: "模型当前请求过多。你的消息已保留。",
    overloaded: "模型当前过载。你的消息已保留。",
    contextFull: "对话已超出模型的上下文。内容已保留；/new 开始新的对话。",
    unauthorized: '模型服务拒绝了登录。请在机器上本服务的目录中重新执行 "npx codex login"。你的消息已保留。',
    network: "无法连接模型。你的消息已保留。",
    badRequest: "模型拒绝了该请求。",
    providerError: "模型出错。你的消息已保留。",
    codexDied: "Codex 意外退出。你的消息已保留。",
    projectMissing: "项目文件夹已不存在。Codex 已写出的内容已保留。",
    other: "本轮失败。你的消息已保留。",
  },
  died: (cause, last) => {
    const when = last === undefined ? "" : `（在“${last}”之后）`;
    return cause === "restart"
      ? `服务在本轮中重启${when}。它已写出的内容和你的消息都已保留。`
      : `Codex 在本轮中退出${when}。已完成的部分已保留。`;
  },
  continuing: "自动继续。",
  alreadyWentOn: "已经继续了。",
  left: "保持现状。",
  willRetry: (time) => `将在 ${time} 重试。/stop 可取消。`,
  couldNotStart: (why) => `Codex 无法接收：${why}。你的消息已保留。`,
  mayNotHave: (why) => `Codex 可能没有收到：${why}。你的消息已保留。`,
  couldNotDo: (why) => `没有成功：${why}。`,
  why: {
    projectMissing: "项目文件夹不存在",
    spawnFailed: "无法启动",
    threadBusy: "该对话正在终端中打开",
    inputTooLarge: "消息太长（最多 1,048,576 个字符）",
    disconnected: "连接中断",
    other: (message) => message,
  },
  pause: {
    drain: "本轮结束后服务将重启。之后的消息会保留，重启后回答。",
    held: "服务即将重启。你的消息已保留，重启后回答。",
    stop: "服务停止。Codex 会继续本轮；服务恢复后你会收到回答。",
    back: "服务已恢复。",
  },
  threadLost: (id) => `之前的对话 ${id} 不在此聊天现在所用机器的磁盘上。这里开始新的对话。`,
  waiting: (before) => (before === 0 ? "等待当前任务结束。" : `等待中，前面还有 ${before} 条。`),
  waitingSlot: (before) => `等待空闲名额（前面还有 ${before} 个）。`,
  slotFree: "有空闲名额了，正在处理。",
  afterRequest: (n) => `Codex 会在 #${n} 之后读到。`,
  steered: "已交给正在运行的任务。",
  runsNext: "将在下一个执行。",
  dropped: "已丢弃。",
  tookBack: "你撤回了 Codex 正在处理的消息。除非你停止，它会继续。",
  interruptedFor: "已为你的新消息中断。",
  corrected: "更正：",
  stalled: (minutes, what) => `${minutes} 分钟没有进展${what === undefined ? "" : `（正在运行：${what}）`}。`,
  stopUnanswered: "Codex 没有响应停止请求。",
  stillWaiting: "继续等待。",
  tooLong: (minutes) => `本轮达到 ${minutes} 分钟上限，已停止。`,
  fileSkipped: (name, why) => `${name} 未接收：${why}。`,
  fileWhy: {
    fileTooLarge: (mb) => `超过平台允许机器人下载的 ${mb} MB`,
    fileElsewhere: "它在另一台机器上，这台无法访问",
    fileGone: "平台上已没有该文件",
    diskFull: "磁盘已满",
    channelUnreachable: "下载失败",
  },
  undone: "本轮的改动已撤销。",
  cannotUndo: "已无法精确撤销，因此没有做任何更改。",
  noDiff: "本轮没有修改文件。",
  noDetails: "本轮的详情已不再保留。",
  warning: (text) => `Codex：${text}`,
  refused: (method) => `Codex 请求了本服务做不到的事（${method}），已告知它。`,
};

/** What a turn says to its chat. */
export const turnWords = { en: en as Words, "zh-CN": zh };
export type TurnWords = Words;
