import type { TurnOutcome } from "../turn-log.ts";
import type { Language } from "../view.ts";
import type { Twin } from "./twin.ts";

const en = {
  noChatName: (name: string) =>
    `"${name}" names no chat: telegram:1001, or in full telegram~main~1001 (/id in the chat tells)`,
  whichChat: "say which chat: telegram:1001, or in full telegram~main~1001 (/id in the chat tells)",
  whichAccount: (name: string, chats: string) =>
    chats === "" ? `No account is configured that ${name} could be a chat of.` : `${name} may be any of: ${chats}`,
  noDate: (text: string) => `"${text}" is no time: 30d, 12h, 90m, or a day such as 2026-11-01`,
  noNumber: (option: string, most: number) => `${option} takes a number from 1 to ${most}`,
  jsonOrJsonl: "choose one of --json and --jsonl",
  minutesOrOff: "choose one of --minutes and --off",
  turnColumns: ["ended", "chat", "asked by", "outcome", "took", "commands", "files", "tokens", "turn"],
  auditColumns: ["when", "who", "result", "chat", "what"],
  outcomes: {
    completed: "completed",
    failed: "failed",
    stopped: "stopped",
    interrupted: "interrupted",
  } satisfies Record<TurnOutcome["outcome"], string>,
  noTurns: "No turn ended in that time.",
  noAudit: "Nobody decided anything yet.",
  olderTurns: (count: number) => `${count} earlier ones are not shown; --jsonl has all of them.`,
  written: (count: number, file: string) => `${count} ${count === 1 ? "record" : "records"} in ${file}`,
  tracing: (chat: string, until: string) => `Tracing ${chat} until ${until}. End with Ctrl-C.`,
  traced: (chat: string, lines: number, dropped: number) =>
    `Tracing of ${chat} is off. ${lines === 1 ? "1 line" : `${lines} lines`}${dropped === 0 ? "" : `, ${dropped} were dropped`}.`,
  traceOff: (chat: string) => `Tracing of ${chat} is off.`,
  traceWasOff: (chat: string) => `${chat} was not traced.`,
  unknownChat: (chat: string) =>
    `Nothing ever came from ${chat}: if that is not to be its first message, look at the name (/id in the chat tells).`,
  movedChat: (named: string, chat: string) => `${named} is kept as ${chat}, where it moved from.`,
  dropped: (count: number) => `… ${count} dropped`,
  answer: "answer",
  error: "error",
  chars: (count: number) => `${count} chars`,
} as const;

/** What the commands that look into the past say, in one language. */
export type InspectWords = Twin<typeof en>;

const zh: InspectWords = {
  noChatName: (name) => `“${name}”不是聊天名：telegram:1001，或完整的 telegram~main~1001（在聊天中发送 /id 可知）`,
  whichChat: "请说明哪个聊天：telegram:1001，或完整的 telegram~main~1001（在聊天中发送 /id 可知）",
  whichAccount: (name, chats) => (chats === "" ? `没有配置 ${name} 所属的账号。` : `${name} 可能是：${chats}`),
  noDate: (text) => `“${text}”不是时间：30d、12h、90m，或日期如 2026-11-01`,
  noNumber: (option, most) => `${option} 需要 1 到 ${most} 的数字`,
  jsonOrJsonl: "--json 和 --jsonl 只能选一个",
  minutesOrOff: "--minutes 和 --off 只能选一个",
  turnColumns: ["结束", "聊天", "提出者", "结果", "用时", "命令", "文件", "令牌", "任务"],
  auditColumns: ["时间", "谁", "结果", "聊天", "内容"],
  outcomes: { completed: "完成", failed: "失败", stopped: "停止", interrupted: "中断" },
  noTurns: "这段时间没有结束的任务。",
  noAudit: "还没有人做过决定。",
  olderTurns: (count) => `另有 ${count} 个较早的未显示；--jsonl 包含全部。`,
  written: (count, file) => `${count} 条记录已写入 ${file}`,
  tracing: (chat, until) => `正在跟踪 ${chat}，直到 ${until}。按 Ctrl-C 结束。`,
  traced: (chat, lines, dropped) => `已停止跟踪 ${chat}。${lines} 行${dropped === 0 ? "" : `，丢弃 ${dropped} 行`}。`,
  traceOff: (chat) => `已停止跟踪 ${chat}。`,
  traceWasOff: (chat) => `${chat} 没有被跟踪。`,
  unknownChat: (chat) =>
    `${chat} 从未发来任何消息：如果接下来的不该是它的第一条消息，请核对名称（在聊天中发送 /id 可知）。`,
  movedChat: (named, chat) => `${named} 由 ${chat} 迁移而来，并以该名称保存。`,
  dropped: (count) => `… 丢弃 ${count} 行`,
  answer: "应答",
  error: "错误",
  chars: (count) => `${count} 字符`,
};

/** What the commands that look into the past say. */
export const inspectWords: Readonly<Record<Language, InspectWords>> = { en, "zh-CN": zh };
