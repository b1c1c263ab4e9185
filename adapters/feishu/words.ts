import type { Language } from "../../src/model/view.ts";

/** What cards say that no other channel needs to say. */
export interface FeishuWords {
  /** Status of a streaming card whose turn has ended. */
  readonly ended: string;
  /** Status of a full streaming card. */
  readonly goesOn: string;
  /** Title of the folded work log. */
  readonly log: string;
  /** Line above a message that may have been sent before. */
  readonly repeated: string;
}

/** In every language. */
export const feishuWords: Readonly<Record<Language, FeishuWords>> = {
  en: { ended: "Ended", goesOn: "Continues below", log: "Work log", repeated: "possibly repeated" },
  "zh-CN": { ended: "已结束", goesOn: "见下一张卡片", log: "工作记录", repeated: "可能重复" },
};
