import type { Language } from "../view.ts";
import type { Twin } from "./twin.ts";

const en = {
  unreachable: (platform: string, why: string) => `${platform} cannot be reached: ${why}`,
  fixUnreachable: "check network, DNS and firewall; behind a proxy set HTTPS_PROXY or proxy in hotline.yaml",
  answers: (platform: string, what: string) => `${platform} answers: ${what}`,
  notChecked: "not looked at: the lines above come first",
  noAnswer: "no answer in time",
  notInGroup: (group: string) => `the bot is not in group ${group}: nothing written there arrives`,
  telegram: {
    tokenRefused: "Telegram refuses the token",
    fixToken: (place: string) =>
      `@BotFather → /mybots → your bot → API Token; put it at ${place} (or TELEGRAM_BOT_TOKEN)`,
    noWebhook: "none",
    webhook: (host: string) => `a webhook to ${host} is set: until it is gone no message arrives here`,
    fixWebhook: "npx hotline doctor --fix (what waits is kept)",
    webhookGone: "the webhook is deleted; messages that wait are kept",
    alone: "nobody else takes this bot's messages",
    ownPoller: "the running service",
    rival: "another program takes this bot's messages; only one can",
    fixRival: (place: string) =>
      `end the other program; if you do not know it: @BotFather → /mybots → your bot → API Token → Revoke, and put the new one at ${place}`,
    inGroup: (group: string) => `${group}: the bot hears what it shall`,
    fixNotInGroup: (bot: string) => `open the group → its name → Add members → ${bot}; or take it out of access.groups`,
    moved: (group: string, to: number) => `group ${group} became a supergroup, its id is now ${to}`,
    fixMoved: (group: string, to: number) => `write telegram:${to} instead of telegram:${group} in access.groups`,
    privacy: (group: string) =>
      `group ${group} has mode all, but privacy mode is on: the bot hears only mentions, replies and commands`,
    fixPrivacy: (bot: string) =>
      `@BotFather → /mybots → ${bot} → Bot Settings → Group Privacy → Turn off, then take the bot out of the group and add it again; or make it an administrator`,
  },
  feishu: {
    refused: (what: string) => `the platform refuses the app id or secret: ${what}`,
    fixSecret: (place: string, console: string) =>
      `${console} → Credentials & Basic Info; put App ID and App Secret at ${place} (for Lark: domain: lark)`,
    fixBot: (console: string) =>
      `${console} → Add Features → Bot, then Version Management & Release → create a version and publish it`,
    inactive: "the bot is not active: the app is switched off, or no version of it is published",
    fixInactive: (console: string) =>
      `${console} → Version Management & Release → publish a version; an administrator may have to approve or enable it`,
    scopes: "all that is needed is granted",
    missing: (scope: string, without: string) => `scope ${scope} is missing: ${without}`,
    optional: (scope: string, without: string) => `without the optional scope ${scope}: ${without}`,
    fixScope: (link: string) => `${link} → grant, then Version Management & Release → create a version and publish it`,
    without: {
      send: "nothing can be sent",
      direct: "private messages do not arrive",
      mentions: "mentions in groups do not arrive",
      files: "files and pictures are neither taken nor sent",
      cards: "no streaming card, you see the final only",
      reactions: "messages are not marked as taken, waiting, steered",
      history: "a reply to the bot without a mention is not recognised after a restart",
      everything: "in groups only mentions arrive",
      titles: "groups have ids instead of names",
      names: "people are called by their ids",
      self: "this check cannot read whether the app is published and what it is subscribed to",
    },
    unreadable: "whether the app is published and subscribed to its events and card.action.trigger cannot be read",
    fixUnreadable: (link: string, console: string) =>
      `grant it: ${link}; or look: ${console} → Events & Callbacks, both tabs, and Version Management & Release`,
    published: "published",
    off: "the app is switched off",
    unpublished: "no version of the app is published: scopes, events and the bot do not count yet",
    fixPublish: (console: string) => `${console} → Version Management & Release → create a version and publish it`,
    events: "subscribed",
    eventMissing: (event: string, without: string) => `event ${event} is not subscribed to: ${without}`,
    fixEvent: (console: string, event: string) =>
      `${console} → Events & Callbacks → Event configuration → persistent connection, add ${event}; publish a version`,
    eventsUnknown: "the platform does not tell the subscribed events",
    fixEventsUnknown: (console: string) => `look: ${console} → Events & Callbacks → Event configuration`,
    withoutEvent: {
      message: "no message arrives",
      recalled: "a message taken back is worked on all the same",
      reaction: "an OK on a waiting message is not read as steer now",
      left: "that the bot was removed is noticed only at the next send",
    },
    buttons: "card.action.trigger comes over the long connection",
    noButtons:
      "card.action.trigger is not subscribed to over the long connection: every button shows an error (200340)",
    fixButtons: (console: string) =>
      `${console} → Events & Callbacks → Callback configuration → persistent connection, add card.action.trigger; publish a version`,
    buttonsUnknown:
      "the platform does not tell the callbacks; a button that shows error 200340 means card.action.trigger is missing",
    inGroup: (group: string) => `${group}: the bot is in it`,
    fixNotInGroup: "open the group → Settings → Bots → Add; or take it out of access.groups",
    groupUnknown: (group: string, why: string) => `whether the bot is in group ${group} cannot be read: ${why}`,
  },
} as const;

/** What `hotline doctor` says about channels, in one language. */
export type DoctorChannelWords = Twin<typeof en>;

const zh: DoctorChannelWords = {
  unreachable: (platform, why) => `无法连接 ${platform}：${why}`,
  fixUnreachable: "检查网络、DNS 和防火墙；若经代理，请设置 HTTPS_PROXY 或 hotline.yaml 中的 proxy",
  answers: (platform, what) => `${platform} 回应：${what}`,
  notChecked: "未检查：请先处理以上各行",
  noAnswer: "没有及时回应",
  notInGroup: (group) => `机器人不在群 ${group} 中：收不到群里的消息`,
  telegram: {
    tokenRefused: "Telegram 拒绝了令牌",
    fixToken: (place) => `@BotFather → /mybots → 你的机器人 → API Token；写到 ${place}（或 TELEGRAM_BOT_TOKEN）`,
    noWebhook: "无",
    webhook: (host) => `设置了指向 ${host} 的 webhook：删除之前收不到消息`,
    fixWebhook: "npx hotline doctor --fix（等待中的消息会保留）",
    webhookGone: "已删除 webhook；等待中的消息会保留",
    alone: "没有其他程序收取此机器人的消息",
    ownPoller: "正在运行的服务",
    rival: "另一个程序在收取此机器人的消息；只能有一个",
    fixRival: (place) =>
      `结束另一个程序；若不知道是哪个：@BotFather → /mybots → 你的机器人 → API Token → Revoke，把新令牌写到 ${place}`,
    inGroup: (group) => `${group}：机器人能收到应收的消息`,
    fixNotInGroup: (bot) => `打开群 → 群名 → 添加成员 → ${bot}；或从 access.groups 中删除`,
    moved: (group, to) => `群 ${group} 已升级为超级群，id 变为 ${to}`,
    fixMoved: (group, to) => `在 access.groups 中把 telegram:${group} 改为 telegram:${to}`,
    privacy: (group) => `群 ${group} 的模式是 all，但隐私模式已开启：机器人只能收到提及、回复和命令`,
    fixPrivacy: (bot) =>
      `@BotFather → /mybots → ${bot} → Bot Settings → Group Privacy → Turn off，然后把机器人移出群再加回；或设为管理员`,
  },
  feishu: {
    refused: (what) => `平台拒绝了 App ID 或 App Secret：${what}`,
    fixSecret: (place, console) =>
      `${console} → 凭证与基础信息；把 App ID 和 App Secret 写到 ${place}（Lark：domain: lark）`,
    fixBot: (console) => `${console} → 添加应用能力 → 机器人，然后在版本管理与发布中创建并发布版本`,
    inactive: "机器人未启用：应用被停用，或没有已发布的版本",
    fixInactive: (console) => `${console} → 版本管理与发布 → 发布版本；可能需要管理员审批或启用`,
    scopes: "所需权限均已开通",
    missing: (scope, without) => `缺少权限 ${scope}：${without}`,
    optional: (scope, without) => `没有可选权限 ${scope}：${without}`,
    fixScope: (link) => `${link} → 开通，然后在版本管理与发布中创建并发布版本`,
    without: {
      send: "无法发送任何消息",
      direct: "收不到私聊消息",
      mentions: "收不到群里的提及",
      files: "无法收发文件和图片",
      cards: "没有流式卡片，只能看到最终结果",
      reactions: "消息不会标记为已接收、等待、已转向",
      history: "重启后无法识别未提及的回复",
      everything: "在群里只能收到提及",
      titles: "群显示为 id 而不是名称",
      names: "人显示为 id 而不是名字",
      self: "无法读取应用是否已发布、订阅了什么",
    },
    unreadable: "无法读取应用是否已发布、是否订阅了事件和 card.action.trigger",
    fixUnreadable: (link, console) =>
      `开通权限：${link}；或自行查看：${console} → 事件与回调的两个标签页，以及版本管理与发布`,
    published: "已发布",
    off: "应用已停用",
    unpublished: "应用没有已发布的版本：权限、事件和机器人都还未生效",
    fixPublish: (console) => `${console} → 版本管理与发布 → 创建版本并发布`,
    events: "已订阅",
    eventMissing: (event, without) => `没有订阅事件 ${event}：${without}`,
    fixEvent: (console, event) => `${console} → 事件与回调 → 事件配置 → 使用长连接接收，添加 ${event}；发布版本`,
    eventsUnknown: "平台没有给出已订阅的事件",
    fixEventsUnknown: (console) => `请查看：${console} → 事件与回调 → 事件配置`,
    withoutEvent: {
      message: "收不到消息",
      recalled: "已撤回的消息仍会被处理",
      reaction: "对等待中消息的 OK 不会被当作立即转向",
      left: "机器人被移出要到下次发送时才知道",
    },
    buttons: "card.action.trigger 经长连接到达",
    noButtons: "没有经长连接订阅 card.action.trigger：所有按钮都会报错（200340）",
    fixButtons: (console) => `${console} → 事件与回调 → 回调配置 → 使用长连接接收，添加 card.action.trigger；发布版本`,
    buttonsUnknown: "平台没有给出回调；若按钮报错 200340，说明缺少 card.action.trigger",
    inGroup: (group) => `${group}：机器人在群中`,
    fixNotInGroup: "打开群 → 设置 → 群机器人 → 添加；或从 access.groups 中删除",
    groupUnknown: (group, why) => `无法读取机器人是否在群 ${group} 中：${why}`,
  },
};

/** What `hotline doctor` says about channels. */
export const doctorChannelWords: Readonly<Record<Language, DoctorChannelWords>> = { en, "zh-CN": zh };
