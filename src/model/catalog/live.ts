import type { Language } from "../view.ts";

/** Words of a live frame. */
export interface LiveWords {
  readonly starting: string;
  readonly working: string;
  readonly waitingApproval: string;
  readonly waitingInput: string;
  readonly stopping: string;
  /** While app-server reconnects to the model. */
  readonly retrying: string;
  /** While no machine works on the turn. */
  readonly silent: string;
  readonly plan: string;
  /** Label of the button that stops the turn. */
  readonly stop: string;
  /** `12 s`, `2 min 5 s`, `1 h 3 min`. */
  elapsed(ms: number): string;
  /** More steps of the plan or actions than shown. */
  more(count: number): string;
  /** Toast when a tap could not be stored yet. */
  readonly tapDelayed: string;
}

function elapsed(ms: number, units: { readonly h: string; readonly min: string; readonly s: string }): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds} ${units.s}`;
  if (minutes < 60) return `${minutes} ${units.min} ${seconds % 60} ${units.s}`;
  return `${Math.floor(minutes / 60)} ${units.h} ${minutes % 60} ${units.min}`;
}

/** Live frames, in every language. */
export const live: Readonly<Record<Language, LiveWords>> = {
  en: {
    starting: "Starting",
    working: "Working",
    waitingApproval: "Waiting for an approval",
    waitingInput: "Waiting for an answer",
    stopping: "Stopping",
    retrying: "Reconnecting to the model",
    silent: "No sign of the machine",
    plan: "Plan",
    stop: "Stop",
    elapsed: (ms) => elapsed(ms, { h: "h", min: "min", s: "s" }),
    more: (count) => `${count} more`,
    tapDelayed: "Not saved yet; I keep trying.",
  },
  "zh-CN": {
    starting: "正在启动",
    working: "正在工作",
    waitingApproval: "等待批准",
    waitingInput: "等待回答",
    stopping: "正在停止",
    retrying: "正在重新连接模型",
    silent: "机器没有响应",
    plan: "计划",
    stop: "停止",
    elapsed: (ms) => elapsed(ms, { h: "小时", min: "分", s: "秒" }),
    more: (count) => `另有 ${count} 项`,
    tapDelayed: "尚未保存，正在重试。",
  },
};
