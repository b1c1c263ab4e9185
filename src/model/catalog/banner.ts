import type { Language } from "../view.ts";
import type { Twin } from "./twin.ts";

const en = {
  channel: (account: string, name: string) => `${account}: ${name}`,
  channelFailed: (account: string, why: string) => `${account}: not reachable yet (${why}); it is tried again`,
  channelRefused: (account: string) =>
    `${account}: the platform refuses the token or secret; check it in the configuration and start again`,
  projectMissing: (name: string, path: string) => `Project ${name}: ${path} is not there; nothing can run in it`,
  worker: "Worker: runs Codex for the chats of another machine's gateway.",
  gateway: "Gateway: Codex runs on the workers (hotline start --role worker).",
  noChannel:
    "No channel is configured. Set TELEGRAM_BOT_TOKEN (from @BotFather), or FEISHU_APP_ID and FEISHU_APP_SECRET, and start again.",
  webOnly:
    "No bot is configured yet; the web chat below works without one. For your phone: npx hotline init, or set TELEGRAM_BOT_TOKEN (from @BotFather), or FEISHU_APP_ID and FEISHU_APP_SECRET.",
  web: (entry: string) => `Web chat: ${entry}`,
  project: (name: string, path: string) => `Project ${name}: ${path}`,
  codex: (version: string, model: string | undefined) =>
    `Codex ${version}${model === undefined ? "" : `, model ${model}`}`,
  codexFailed: (why: string) => `Codex does not start: ${why}`,
  signIn: 'Codex is not signed in: run "npx codex login" in this folder.',
  foreignVersion: (pinned: string) => `This Codex is not the version this service was made for (${pinned}).`,
  sandboxFailed: (why: string) =>
    `Codex's sandbox cannot run on this machine (${why}). Allow user namespaces, or, where the machine itself is the fence (a container), set codex.sandbox: danger-full-access and codex.approvalPolicy: untrusted.`,
  foreignSandbox: (mode: string) =>
    `Your Codex configuration sets sandbox_mode = "${mode}"; it wins over this service's sandbox. Remove it, or the model can read this service's files.`,
  http: (address: string) => `Health: ${address}/healthz and ${address}/readyz`,
  claim: (link: string | undefined, code: string) =>
    link === undefined
      ? `Nobody owns this service yet: send "/start ${code}" to the bot.`
      : `Nobody owns this service yet. Open this on your phone, or send "/start ${code}" to the bot: ${link}`,
} as const;

/** What start prints. */
export type BannerWords = Twin<typeof en>;

const zh: BannerWords = {
  channel: (account, name) => `${account}：${name}`,
  channelFailed: (account, why) => `${account}：暂时无法连接（${why}），会继续尝试`,
  channelRefused: (account) => `${account}：平台拒绝了令牌或密钥；请检查配置后重新启动`,
  worker: "Worker：为另一台机器的 gateway 上的聊天运行 Codex。",
  gateway: "Gateway：Codex 在各个 worker 上运行（hotline start --role worker）。",
  projectMissing: (name, path) => `项目 ${name}：${path} 不存在，无法在其中运行任务`,
  noChannel:
    "没有配置任何渠道。请设置 TELEGRAM_BOT_TOKEN（向 @BotFather 获取），或 FEISHU_APP_ID 和 FEISHU_APP_SECRET，然后重新启动。",
  webOnly:
    "还没有配置机器人；下面的网页聊天无需机器人即可使用。要在手机上使用：运行 npx hotline init，或设置 TELEGRAM_BOT_TOKEN（向 @BotFather 获取），或 FEISHU_APP_ID 和 FEISHU_APP_SECRET。",
  web: (entry) => `网页聊天：${entry}`,
  project: (name, path) => `项目 ${name}：${path}`,
  codex: (version, model) => `Codex ${version}${model === undefined ? "" : `，模型 ${model}`}`,
  codexFailed: (why) => `Codex 无法启动：${why}`,
  signIn: "Codex 尚未登录：请在此目录运行 npx codex login。",
  foreignVersion: (pinned) => `此 Codex 不是本服务所针对的版本（${pinned}）。`,
  sandboxFailed: (why) =>
    `Codex 的沙箱无法在这台机器上运行（${why}）。请允许用户命名空间；如果机器本身就是隔离环境（容器），请设置 codex.sandbox: danger-full-access 和 codex.approvalPolicy: untrusted。`,
  foreignSandbox: (mode) =>
    `你的 Codex 配置设置了 sandbox_mode = "${mode}"，它会覆盖本服务的沙箱。请删除它，否则模型能读取本服务的文件。`,
  http: (address) => `健康检查：${address}/healthz 和 ${address}/readyz`,
  claim: (link, code) =>
    link === undefined
      ? `服务还没有所有者：请向机器人发送“/start ${code}”。`
      : `服务还没有所有者。请在手机上打开，或向机器人发送“/start ${code}”：${link}`,
};

export const bannerWords: Readonly<Record<Language, BannerWords>> = { en, "zh-CN": zh };
