import type { Language } from "../view.ts";
import type { Twin } from "./twin.ts";

const en = {
  stopping: "Stopping.",
  nothingRuns: "Nothing is running there.",
  fileGone: "A file of this message is no longer there. Nothing was sent; attach it again.",
  unacceptable: "The service cannot take this: it is too long, or has too many files. Nothing was sent.",
  empty: "An empty message is not sent.",
  fileTooLarge: (megabytes: number) => `Files up to ${megabytes} MB are taken. Nothing was kept of this one.`,
  diskFull: "There is no space left on the service's disk. Nothing was kept of this file.",
  uploadFailed: "The upload did not arrive whole. Nothing was kept; try again.",
  entryTitle: "Open the printed address",
  entry:
    'This chat opens with the address that "npm start" prints: it holds a token, once per browser. Look there, or in the file web-token of the data folder.',
  wrongToken: "This address holds a token that is not, or no longer, the right one.",
} as const;

const zh: Twin<typeof en> = {
  stopping: "正在停止。",
  nothingRuns: "那里没有正在运行的任务。",
  fileGone: "这条消息的某个文件已不存在。没有发送任何内容；请重新附上。",
  unacceptable: "服务无法接受：内容过长或文件过多。没有发送任何内容。",
  empty: "空消息不会发送。",
  fileTooLarge: (megabytes) => `文件最大 ${megabytes} MB。这个文件没有保留。`,
  diskFull: "服务所在磁盘已满。这个文件没有保留。",
  uploadFailed: "上传不完整。没有保留任何内容；请重试。",
  entryTitle: "请打开启动时显示的地址",
  entry:
    "请用 npm start 显示的地址打开此聊天：地址中带有令牌，每个浏览器只需一次。也可以查看数据目录中的 web-token 文件。",
  wrongToken: "此地址中的令牌不正确，或已失效。",
};

/** Words of the web chat's server. */
export const webWords: Readonly<Record<Language, Twin<typeof en>>> = { en, "zh-CN": zh };
