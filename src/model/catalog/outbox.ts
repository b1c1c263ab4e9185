import type { Twin } from "./twin.ts";

const en = {
  notShown: (ref: string) => `This message could not be shown here (ref ${ref}).`,
} as const;

type Words = Twin<typeof en>;

const zh: Words = {
  notShown: (ref) => `这条消息无法在这里显示（编号 ${ref}）。`,
};

/** What the sender itself says, where the platform refuses a message for good. */
export const outboxWords = { en: en as Words, "zh-CN": zh };
