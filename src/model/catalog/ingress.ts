import type { Decision } from "../request.ts";
import type { Language } from "../view.ts";
import type { Twin } from "./twin.ts";

const en = {
  owned: "This service is yours now: you may do everything, in every chat.",
  greeting: (project: string | undefined) =>
    `This bot works with Codex${project === undefined ? "" : ` in ${project}`}. Write what you want done. While it works you can write on, stop it, and approve what it asks for.`,
  noCommand: (name: string, near: string | undefined) =>
    `There is no command /${name}${near === undefined ? "." : `; did you mean /${near}?`} It was not sent to Codex.`,
  sendAsText: "Send as text",
  machineAway: (host: string) =>
    `The machine this chat works on (${host}) does not answer. What you write is kept and waits until it is back. A turn that ran there may have ended with it; its messages here stand still meanwhile.`,
  poolAway: (project: string | undefined) =>
    `No machine works on ${project ?? "this chat"} right now. What you write is kept and waits until one does.`,
  machineBack: (host: string, since: string | undefined, now: string) =>
    `The machine this chat works on (${host}) did not answer${since === undefined ? "" : ` from ${since} to ${now}`}. It is back, and takes what waited.`,
  poolBack: (project: string | undefined, since: string | undefined, now: string) =>
    `No machine worked on ${project ?? "this chat"}${since === undefined ? ` before ${now}` : ` from ${since} to ${now}`}. One does again, and takes what waited.`,
  projectMoved: (project: string | undefined) =>
    `${project === undefined ? "What this chat works on" : `The project ${project}`} is now worked on elsewhere. The conversation stayed where it was; what you write is kept and waits.`,
  projectBack: (project: string | undefined) =>
    `${project === undefined ? "What this chat works on" : `The project ${project}`} was worked on elsewhere. It is back where the conversation is, and what waited is taken.`,
  machineSince: (host: string, since: string | undefined) =>
    `The machine this chat works on (${host}) has not answered${since === undefined ? "" : ` since ${since}`}.`,
  poolSince: (project: string | undefined, since: string | undefined) =>
    `No machine works on ${project ?? "this chat"}${since === undefined ? " right now" : `; the last one was heard of at ${since}`}.`,
  turnUnknown: "A turn was running there. Whether it still does is known once the machine is back.",
  waitsThere: (count: number) =>
    count === 0 ? "Nothing waits for it." : `${count === 1 ? "1 message waits" : `${count} messages wait`} for it.`,
  openThere: (numbers: string) => `Open: ${numbers}; what you answer is kept, too.`,
  commandWaits: (name: string, host: string | undefined) =>
    `/${name} is kept. It is done once ${host === undefined ? "a machine works on this chat" : `the machine (${host}) answers`} again.`,
  tapWaits: (host: string | undefined) =>
    `Kept. It is done once ${host === undefined ? "a machine works on this chat" : `the machine (${host}) answers`} again.`,
  goOnElsewhere: "Start anew on another machine",
  startThere: "Start anew there",
  movesOn: "Another machine takes over, with a new conversation.",
  machineIsBack: "The machine answers again.",
  noTalk: "You can answer requests here, but not give Codex work.",
  notYou: "You cannot answer this here.",
  invalid: "This button is no longer valid.",
  only: {
    talk: (names: string) => `Only ${names} can do this here.`,
    approve: (names: string) => `Only ${names} can approve here.`,
    operate: (names: string) => `Only ${names} can allow this for good.`,
  },
  or: (names: readonly string[]) =>
    names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`,
  owner: "the owner",
  taken: {
    accept: "Approved.",
    acceptForSession: "Approved for this session.",
    always: "Always approved.",
    decline: "Declined.",
    cancel: "Stopping the turn.",
    answers: "Answered.",
  } satisfies Record<Decision | "answers", string>,
  takenNote: (toast: string, number: number) => `#${number}: ${toast}`,
  late: {
    accept: (who: string, time: string) => `${who} approved this at ${time}.`,
    acceptForSession: (who: string, time: string) => `${who} approved this for the session at ${time}.`,
    always: (who: string, time: string) => `${who} always approved this at ${time}.`,
    decline: (who: string, time: string) => `${who} declined this at ${time}.`,
    cancel: (who: string, time: string) => `${who} stopped the turn at ${time}.`,
    answers: (who: string, time: string) => `${who} answered this at ${time}.`,
  } satisfies Record<Decision | "answers", (who: string, time: string) => string>,
  ended: "This request ended with the turn.",
  settled: "This request is settled already.",
  reserved: (who: string) => `${who} is writing a reason.`,
  writeReason: "Write the reason as your next message.",
  writeAnswer: "Write the answer as your next message.",
  byReply: "Write it as a reply to this message.",
  reasonFor: (number: number) => `Reason for declining #${number}?`,
  declined: (number: number, reason: string) => `Declined #${number}: “${reason}”`,
  answered: (number: number) => `Answered #${number}.`,
  notUsed: (why: string) => `${why} Your text was not sent to Codex.`,
  noneOpen: "Nothing waits for an answer here.",
  notOpen: (number: number) => `There is no request #${number} here.`,
  whichOpen: (numbers: string, example: string) =>
    `Several requests are open: ${numbers}. Say which, as in ${example}.`,
  isQuestion: (number: number) => `#${number} is a question; answer it with its buttons.`,
  approveAlone: (number: number) =>
    `Nothing was decided: /approve takes no words. Send /approve ${number}, or /decline ${number} and why.`,
  full: (cap: number) =>
    `I have ${cap} messages waiting here already; this one was not taken. Send it again when some are done, or /stop what runs.`,
  crowded: "Too much waits here to be dealt with, so this was not taken. Try again in a moment.",
  waited: (count: number) => `${count} messages waited while I was down; taking them in order.`,
  stopping: "Stopping …",
  got: "Got it.",
} as const;

type Words = Twin<Omit<typeof en, "or">> & { readonly or: (names: readonly string[]) => string };

const zh: Words = {
  owned: "此服务现在归你所有：你可以在任何聊天中做任何事。",
  greeting: (project) =>
    `此机器人与 Codex 一起工作${project === undefined ? "" : `，项目 ${project}`}。写下你要做的事；它工作时你可以继续写、停止它，并批准它的请求。`,
  noCommand: (name, near) =>
    `没有命令 /${name}${near === undefined ? "。" : `；你是指 /${near} 吗？`}内容未发给 Codex。`,
  sendAsText: "作为文本发送",
  machineAway: (host) =>
    `此聊天所在的机器（${host}）没有响应。你写的内容会保留，等它恢复。正在那里进行的任务可能已随之中断；它在这里的消息暂时不再更新。`,
  poolAway: (project) => `现在没有机器处理${project ?? "此聊天"}。你写的内容会保留，直到有机器为止。`,
  machineBack: (host, since, now) =>
    `此聊天所在的机器（${host}）${since === undefined ? "曾" : `从 ${since} 到 ${now} `}没有响应。现已恢复，并处理等待的内容。`,
  poolBack: (project, since, now) =>
    `${since === undefined ? `${now} 之前` : `从 ${since} 到 ${now} `}没有机器处理${project ?? "此聊天"}。现已恢复，并处理等待的内容。`,
  projectMoved: (project) =>
    `${project === undefined ? "此聊天的项目" : `项目 ${project}`} 现在由另一台机器处理。对话留在原处；你写的内容会保留并等待。`,
  projectBack: (project) =>
    `${project === undefined ? "此聊天的项目" : `项目 ${project}`} 曾由另一台机器处理，现已回到对话所在的机器，并处理等待的内容。`,
  machineSince: (host, since) => `此聊天所在的机器（${host}）${since === undefined ? "" : `自 ${since} 起`}没有响应。`,
  poolSince: (project, since) =>
    `现在没有机器处理${project ?? "此聊天"}${since === undefined ? "" : `；最后一次响应在 ${since}`}。`,
  turnUnknown: "那里曾有任务在进行；是否仍在进行，要等机器恢复后才知道。",
  waitsThere: (count) => (count === 0 ? "没有消息在等待。" : `有 ${count} 条消息在等待。`),
  openThere: (numbers) => `待答复：${numbers}；你的答复也会保留。`,
  commandWaits: (name, host) =>
    `/${name} 已保留，${host === undefined ? "有机器处理此聊天" : `机器（${host}）恢复`}后执行。`,
  tapWaits: (host) => `已保留，${host === undefined ? "有机器处理此聊天" : `机器（${host}）恢复`}后执行。`,
  goOnElsewhere: "在另一台机器上重新开始",
  startThere: "在那里重新开始",
  movesOn: "另一台机器接手，开始新的对话。",
  machineIsBack: "机器已恢复响应。",
  noTalk: "你可以在这里回答请求，但不能给 Codex 布置任务。",
  notYou: "你不能在这里回答。",
  invalid: "此按钮已失效。",
  only: {
    talk: (names) => `此处只有 ${names} 可以这样做。`,
    approve: (names) => `此处只有 ${names} 可以批准。`,
    operate: (names) => `只有 ${names} 可以永久允许。`,
  },
  or: (names) => (names.length < 2 ? names.join("") : `${names.slice(0, -1).join("、")}或 ${names.at(-1)}`),
  owner: "所有者",
  taken: {
    accept: "已批准。",
    acceptForSession: "已在本会话内批准。",
    always: "已始终允许。",
    decline: "已拒绝。",
    cancel: "正在停止任务。",
    answers: "已回答。",
  },
  takenNote: (toast, number) => `#${number}：${toast}`,
  late: {
    accept: (who, time) => `${who} 已在 ${time} 批准。`,
    acceptForSession: (who, time) => `${who} 已在 ${time} 批准本会话。`,
    always: (who, time) => `${who} 已在 ${time} 始终允许。`,
    decline: (who, time) => `${who} 已在 ${time} 拒绝。`,
    cancel: (who, time) => `${who} 已在 ${time} 停止任务。`,
    answers: (who, time) => `${who} 已在 ${time} 回答。`,
  },
  ended: "该请求已随本轮结束。",
  settled: "该请求已经处理。",
  reserved: (who) => `${who} 正在写原因。`,
  writeReason: "请把原因写在你的下一条消息里。",
  writeAnswer: "请把回答写在你的下一条消息里。",
  byReply: "请以回复此消息的方式写下。",
  reasonFor: (number) => `拒绝 #${number} 的原因？`,
  declined: (number, reason) => `已拒绝 #${number}：“${reason}”`,
  answered: (number) => `已回答 #${number}。`,
  notUsed: (why) => `${why}你的文字未发给 Codex。`,
  noneOpen: "这里没有等待回答的请求。",
  notOpen: (number) => `这里没有请求 #${number}。`,
  whichOpen: (numbers, example) => `有多个待回答的请求：${numbers}。请指明，例如 ${example}。`,
  isQuestion: (number) => `#${number} 是一个问题，请用它的按钮回答。`,
  approveAlone: (number) =>
    `尚未决定：/approve 后面不带文字。请发送 /approve ${number}，或 /decline ${number} 加原因。`,
  full: (cap) => `这里已有 ${cap} 条消息在等待，这条没有接收。请稍后再发，或用 /stop 停止当前任务。`,
  crowded: "这里等待处理的内容太多，这次没有接收。请稍后再试。",
  waited: (count) => `我离线时有 ${count} 条消息在等待，现在按顺序处理。`,
  stopping: "正在停止 …",
  got: "收到。",
};

/** What the edge says: to taps, to commands it settles itself, and about messages it cannot take. */
export const ingressWords = { en: en as Words, "zh-CN": zh } satisfies Record<Language, Words>;
export type IngressWords = Words;
