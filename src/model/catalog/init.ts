import type { Language } from "../view.ts";
import type { Twin } from "./twin.ts";

const en = {
  intro: "codex-hotline set-up. Ctrl-C ends it; nothing is written before you say so.",
  language: "Which language shall the service speak?",
  found: (file: string) => `There is a configuration: ${file}. What you do not change here stays.`,
  broken: (file: string, faults: string) => `${file} cannot be used as it is:\n${faults}`,
  aside: "Keep it as .bak and write a new one?",
  brokenStop: "Nothing was changed. Mend the file, or let --force keep it as .bak and write a new one.",
  either: "Feishu or Lark",
  where:
    "Where do you want to talk to Codex? Space chooses, Enter goes on; none is fine: the web chat needs no account at all.",
  channels: {
    telegram: "Telegram",
    feishu: "Feishu",
    lark: "Lark (international)",
  },
  webOnly:
    "No account is needed for the web chat: start the service and open the address it prints. Telegram or Feishu can be added by running init again.",
  asking: (platform: string) => `Asking ${platform} …`,
  works: (platform: string, name: string) => `${platform} knows it: ${name}`,
  keep: (name: string) => `Keep ${name}?`,
  refusedPresent: (platform: string) => `${platform} refuses what stands in the configuration.`,
  unreachable: (platform: string, why: string) =>
    `${platform} cannot be reached (${why}). Behind a proxy, set HTTPS_PROXY; it is used for this check as well.`,
  unreachableChoice: "What now?",
  again: "Try again",
  other: "Enter it anew",
  unchecked: "Use it unchecked",
  skip: "Leave it out",
  yes: "Yes",
  no: "No",
  telegram: {
    how: "In Telegram open @BotFather (https://t.me/BotFather), send /newbot, answer its two questions, and copy the token it gives you.",
    token: "Bot token (empty: leave Telegram out)",
    shape: 'A token looks like "123456789:AAE…": digits, a colon, letters.',
    refused:
      "Telegram refuses this token. Copy it once more from @BotFather (/mybots → the bot → API Token); a token that was revoked never works again.",
    refusedFlag:
      "Telegram refuses the token. Nothing was changed. Copy it once more from @BotFather (/mybots → the bot → API Token) and give it by --telegram-token or TELEGRAM_BOT_TOKEN.",
    groups:
      "To use the bot in groups: @BotFather → /setprivacy, and name the group in the configuration (access.groups).",
  },
  feishu: {
    which: "Feishu, or Lark?",
    how: "How do you want to connect the app?",
    qr: "Scan a QR code: the app is made for you",
    typed: "I have an App ID and App Secret",
    scan: (minutes: number) =>
      `Scan this with Feishu or Lark on your phone, or open the link where you are signed in, and confirm (within ${minutes} min). It goes on by itself once you are done.`,
    narrow: "This terminal is too narrow for the QR code: open the link, or widen the terminal and run init again.",
    made: (appId: string) => `The app is made: ${appId}`,
    failed: {
      denied: () => "The request was declined on the phone.",
      expired: () => "The code has expired.",
      unreachable: (why: string) => `The platform cannot be reached (${why}). Behind a proxy, set HTTPS_PROXY.`,
      refused: (why: string) => `The platform makes no app: ${why}`,
    },
    console: (address: string) => `The app's page is ${address}: "Credentials" shows App ID and App Secret.`,
    appId: "App ID (empty: leave it out)",
    appIdShape: 'An App ID looks like "cli_0123456789abcdef": cli_ and 16 digits or letters a to f.',
    appSecret: "App Secret",
    refused:
      'The platform refuses App ID and secret. Copy both once more from "Credentials"; Feishu (open.feishu.cn) and Lark (open.larksuite.com) do not know each other\'s apps.',
    refusedFlag:
      'The platform refuses App ID and secret. Nothing was changed. Copy both once more from "Credentials" (FEISHU_APP_ID, FEISHU_APP_SECRET); an app of Lark needs --lark.',
    halves:
      "An app needs both: give --feishu-app-id and --feishu-app-secret, or set FEISHU_APP_ID and FEISHU_APP_SECRET.",
    missing: (scopes: string) =>
      `These scopes are missing: ${scopes}. Add them under "Permissions & Scopes" and publish a version; docs/how-to/feishu-setup.md tells what does not work without each.`,
    scopesGranted: "All needed scopes are granted.",
    scopesUnknown:
      "The platform does not tell which scopes are granted; docs/how-to/feishu-setup.md lists what is needed.",
    unreadable:
      'Events and the button callback (card.action.trigger) cannot be read back. If messages do not arrive or buttons show an error, see "Events" in docs/how-to/feishu-setup.md.',
    left: (appId: string) =>
      `The app ${appId} that was made stays on the platform; its page is in the developer console.`,
  },
  projects: {
    ask: "Which folders may Codex work in? Space chooses, Enter goes on. You can switch between them in a chat.",
    more: "Which folders shall be added? Space chooses, Enter goes on; none is fine.",
    another: "Another folder …",
    path: "Path of the folder (empty: none)",
    noFolder: (path: string) => `There is no folder ${path}.`,
    first: "In which of them does a new chat begin?",
    none: "No project: Codex works in a folder of its own until you add one.",
    wrongFlag: (text: string) =>
      `--project ${text}: give a folder that is there, or NAME=FOLDER with a name of letters, digits, _ and - that begins with a letter.`,
    dollar: (path: string) => `${path}: a path with \${…} cannot stand in the configuration.`,
  },
  owner: (person: string) => `Shall the person who scanned (${person}) own the service?`,
  ownerShape: (text: string) => `--owner ${text}: give a person such as telegram:1001 or feishu:ou_…`,
  summary: (file: string) => `To be written: ${file}`,
  write: "Write it?",
  changes: (file: string) => `This changes in ${file}:`,
  needsForce: "Nothing was changed. Say --force to let it be written; the file that is there is kept as .bak.",
  unchanged: (file: string) => `${file} stays as it is: nothing to change.`,
  written: (file: string) => `Written: ${file}`,
  backup: (file: string) => `The one before is kept: ${file}`,
  cannotRead: (file: string, why: string) => `${file} cannot be read (${why}). Nothing was changed.`,
  cannotWrite: (file: string, why: string) => `${file} cannot be written (${why}).`,
  cannotEdit: (file: string, why: string) =>
    `${file} cannot be changed by init (${why}). Nothing was changed; edit it by hand.`,
  shadowed: (key: string) =>
    `${key} would not get the value you chose: an environment variable of this shell says otherwise, and the environment wins over .env. Unset TELEGRAM_BOT_TOKEN, FEISHU_APP_ID and FEISHU_APP_SECRET and run init again. Nothing was changed.`,
  owned: (owners: string) => `${owners}: every right, everywhere.`,
  claimLink: (name: string, code: string) =>
    `${name}: once the service runs, open the link below on your phone and press Start, or send "/start ${code}" to the bot. The first to do so owns it, if nobody does yet.`,
  claimChat: (name: string, code: string) =>
    `${name}: once the service runs, scan this to open the bot, and send it "/start ${code}". The first to do so owns the service, if nobody does yet.`,
  claimCode: (name: string, code: string) =>
    `${name}: once the service runs, send "/start ${code}" to the bot. The first to do so owns the service, if nobody does yet.`,
  startNow: "Start the service now?",
  startLater: (command: string) => `Start it with: ${command}`,
  running: (command: string) =>
    `The service is running with the settings it had. To use the new ones: npx hotline stop, then ${command}`,
  cancelled: "Ended. Nothing was changed.",
  cancelledAfter: (file: string) => `Ended. ${file} is written.`,
  file: {
    header: 'Configuration of codex-hotline, made by "hotline init". Every key stands in config/hotline.example.yaml.',
    secrets:
      "${NAME} is taken from the .env file beside this one, or from the environment. Lines with #: are examples.",
    dataDir: "state of the service; Codex cannot read it",
    inDotenv: "it stands in .env",
    web: "the service's page; false switches it off",
    noOwners: "Whoever sends the code that start prints first owns the service. By name instead:",
    owners: "every right, everywhere",
    codex: "What is left out is Codex's own default.",
    projects: "Folders Codex works in; a new chat begins in the first.",
  },
} as const;

/** What `hotline init` says. */
export type InitWords = Twin<typeof en>;

const zh: InitWords = {
  intro: "codex-hotline 设置向导。Ctrl-C 随时结束；在你确认之前不会写入任何内容。",
  language: "服务使用哪种语言？",
  found: (file) => `已有配置：${file}。这里没有改动的内容保持不变。`,
  broken: (file, faults) => `${file} 目前无法使用：\n${faults}`,
  aside: "把它保留为 .bak 并重新写一份？",
  brokenStop: "没有任何改动。请修正该文件，或用 --force 将其保留为 .bak 并重新写一份。",
  either: "飞书或 Lark",
  where: "想在哪里与 Codex 对话？空格选择，回车继续；也可以不选：网页聊天不需要任何账号。",
  channels: { telegram: "Telegram", feishu: "飞书", lark: "Lark（国际版）" },
  webOnly: "网页聊天不需要账号：启动服务并打开它显示的地址即可。以后再次运行 init 可添加 Telegram 或飞书。",
  asking: (platform) => `正在询问 ${platform} …`,
  works: (platform, name) => `${platform} 已确认：${name}`,
  keep: (name) => `继续使用 ${name}？`,
  refusedPresent: (platform) => `${platform} 拒绝了配置中的凭据。`,
  unreachable: (platform, why) =>
    `无法连接 ${platform}（${why}）。如在代理之后，请设置 HTTPS_PROXY；检查时也会使用它。`,
  unreachableChoice: "怎么办？",
  again: "重试",
  other: "重新输入",
  unchecked: "不检查，直接使用",
  skip: "跳过",
  yes: "是",
  no: "否",
  telegram: {
    how: "在 Telegram 中打开 @BotFather（https://t.me/BotFather），发送 /newbot，回答它的两个问题，然后复制它给出的令牌。",
    token: "机器人令牌（留空则不使用 Telegram）",
    shape: "令牌形如“123456789:AAE…”：数字、冒号、字母。",
    refused:
      "Telegram 拒绝了此令牌。请从 @BotFather 重新复制（/mybots → 机器人 → API Token）；已撤销的令牌不会再生效。",
    refusedFlag:
      "Telegram 拒绝了此令牌。没有任何改动。请从 @BotFather 重新复制（/mybots → 机器人 → API Token），并通过 --telegram-token 或 TELEGRAM_BOT_TOKEN 提供。",
    groups: "要在群组中使用机器人：@BotFather → /setprivacy，并在配置中写明该群组（access.groups）。",
  },
  feishu: {
    which: "飞书还是 Lark？",
    how: "如何连接应用？",
    qr: "扫描二维码：自动创建应用",
    typed: "我已有 App ID 和 App Secret",
    scan: (minutes) =>
      `请用手机上的飞书或 Lark 扫描，或在已登录的地方打开链接并确认（${minutes} 分钟内）。完成后会自动继续。`,
    narrow: "终端太窄，无法显示二维码：请打开链接，或拉宽终端后重新运行 init。",
    made: (appId) => `应用已创建：${appId}`,
    failed: {
      denied: () => "手机上拒绝了此请求。",
      expired: () => "二维码已过期。",
      unreachable: (why) => `无法连接平台（${why}）。如在代理之后，请设置 HTTPS_PROXY。`,
      refused: (why) => `平台没有创建应用：${why}`,
    },
    console: (address) => `应用页面：${address}，“凭证与基础信息”中有 App ID 和 App Secret。`,
    appId: "App ID（留空则跳过）",
    appIdShape: "App ID 形如“cli_0123456789abcdef”：cli_ 加 16 位数字或字母 a 至 f。",
    appSecret: "App Secret",
    refused:
      "平台拒绝了 App ID 和密钥。请从“凭证与基础信息”重新复制；飞书（open.feishu.cn）和 Lark（open.larksuite.com）的应用互不相通。",
    refusedFlag:
      "平台拒绝了 App ID 和密钥。没有任何改动。请从“凭证与基础信息”重新复制（FEISHU_APP_ID、FEISHU_APP_SECRET）；Lark 应用需要 --lark。",
    halves:
      "应用两者都需要：请提供 --feishu-app-id 和 --feishu-app-secret，或设置 FEISHU_APP_ID 和 FEISHU_APP_SECRET。",
    missing: (scopes) =>
      `缺少以下权限：${scopes}。请在“权限管理”中添加并发布版本；docs/how-to/feishu-setup.md 说明了缺少每项权限的影响。`,
    scopesGranted: "所需权限均已授予。",
    scopesUnknown: "平台没有告知已授予哪些权限；所需权限见 docs/how-to/feishu-setup.md。",
    unreadable:
      "事件订阅和按钮回调（card.action.trigger）无法读取核对。如果收不到消息或按钮报错，请看 docs/how-to/feishu-setup.md 的“Events”一节。",
    left: (appId) => `已创建的应用 ${appId} 仍在平台上；可在开发者后台找到它。`,
  },
  projects: {
    ask: "Codex 可以在哪些文件夹中工作？空格选择，回车继续。聊天中可以切换。",
    more: "要添加哪些文件夹？空格选择，回车继续；也可以不选。",
    another: "其他文件夹 …",
    path: "文件夹路径（留空则不添加）",
    noFolder: (path) => `没有文件夹 ${path}。`,
    first: "新聊天从哪个文件夹开始？",
    none: "没有项目：添加之前，Codex 在自己的文件夹中工作。",
    wrongFlag: (text) =>
      `--project ${text}：请给出存在的文件夹，或“名称=文件夹”，名称由字母、数字、_ 和 - 组成并以字母开头。`,
    dollar: (path) => `${path}：含有 \${…} 的路径不能写入配置。`,
  },
  owner: (person) => `让扫码的人（${person}）成为服务的所有者？`,
  ownerShape: (text) => `--owner ${text}：请给出形如 telegram:1001 或 feishu:ou_… 的人员`,
  summary: (file) => `将要写入：${file}`,
  write: "写入？",
  changes: (file) => `${file} 将有以下改动：`,
  needsForce: "没有任何改动。加上 --force 才会写入；现有文件会保留为 .bak。",
  unchanged: (file) => `${file} 保持不变：没有需要改动的内容。`,
  written: (file) => `已写入：${file}`,
  backup: (file) => `之前的文件保留为：${file}`,
  cannotRead: (file, why) => `无法读取 ${file}（${why}）。没有任何改动。`,
  cannotWrite: (file, why) => `无法写入 ${file}（${why}）。`,
  cannotEdit: (file, why) => `init 无法修改 ${file}（${why}）。没有任何改动；请手动编辑。`,
  shadowed: (key) =>
    `${key} 不会得到你选择的值：当前 shell 的环境变量与之不同，而环境变量优先于 .env。请取消设置 TELEGRAM_BOT_TOKEN、FEISHU_APP_ID 和 FEISHU_APP_SECRET 后重新运行 init。没有任何改动。`,
  owned: (owners) => `${owners}：在任何地方拥有全部权限。`,
  claimLink: (name, code) =>
    `${name}：服务启动后，在手机上打开此链接并点击“开始”，或向机器人发送“/start ${code}”。如果还没有所有者，第一个这样做的人成为所有者。`,
  claimChat: (name, code) =>
    `${name}：服务启动后，扫码打开机器人，向它发送“/start ${code}”。如果还没有所有者，第一个这样做的人成为所有者。`,
  claimCode: (name, code) =>
    `${name}：服务启动后，向机器人发送“/start ${code}”。如果还没有所有者，第一个这样做的人成为所有者。`,
  startNow: "现在启动服务？",
  startLater: (command) => `启动命令：${command}`,
  running: (command) => `服务正以原来的设置运行。要使用新设置：先运行 npx hotline stop，再运行 ${command}`,
  cancelled: "已结束。没有任何改动。",
  cancelledAfter: (file) => `已结束。${file} 已写入。`,
  file: {
    header: "codex-hotline 的配置，由“hotline init”生成。所有配置项见 config/hotline.example.yaml。",
    secrets: "${NAME} 取自旁边的 .env 文件或环境变量。以 #: 开头的行是示例。",
    dataDir: "服务的数据；Codex 无法读取",
    inDotenv: "保存在 .env 中",
    web: "服务的网页；false 则关闭",
    noOwners: "最先发送启动时显示的代码的人成为所有者。也可直接指定：",
    owners: "在任何地方拥有全部权限",
    codex: "省略的项使用 Codex 自己的默认值。",
    projects: "Codex 工作的文件夹；新聊天从第一个开始。",
  },
};

/** What `hotline init` says. */
export const initWords: Readonly<Record<Language, InitWords>> = { en, "zh-CN": zh };
