import type { Language } from "../view.ts";
import type { Twin } from "./twin.ts";

const en = {
  usage: `Usage:
  hotline start [--config FILE] [--role ROLE] [--pool NAME] [--demo]
                                           run the service in the foreground; --demo: with scripted answers
      --role all|gateway|worker            gateway: the chats; worker: Codex; several machines share redis.url
      --pool NAME                          a worker serves these projects only; several times
  hotline status [--config FILE] [--json]  what the running service does
  hotline doctor [--config FILE] [--role ROLE] [--fix] [--json]
                                           look for what is wrong, and say (or do) what mends it; --role: what this
                                           machine is for, if not what runs there
  hotline stop [--config FILE] [--drain|--now]
                                           stop it: running turns live on, are waited for, or are interrupted
  hotline turns [CHAT] [--since 30d|DATE] [--json|--jsonl] [--out FILE]
                                           what turns did, of the last 30 days: a table, or all of it as JSON
  hotline trace CHAT [--minutes N|--off] [--json]
                                           watch the traffic of a chat for a while (10 min), without its texts
  hotline audit [--limit N] [--json]       who decided what
  hotline backup FILE [--config FILE]      write chats, bindings and settings to one file, while it runs or not
  hotline restore FILE [--config FILE] [--force]
                                           bring them back while it is stopped; --force replaces what is there
  hotline init [options]                   set it up: asks at a terminal, without one (or with --yes) by options:
      --telegram-token TOKEN               better by TELEGRAM_BOT_TOKEN: options show up in process lists
      --telegram-api-root URL              a Bot API server of your own
      --feishu-app-id ID --feishu-app-secret SECRET
                                           better by FEISHU_APP_ID and FEISHU_APP_SECRET
      --lark | --feishu-domain DOMAIN      the app is one of Lark (international), or of another address
      --feishu-qr                          make the app by scanning a QR code
      --project [NAME=]FOLDER              a folder Codex may work in; several times, the first is the default
      --owner PERSON                       telegram:1001, feishu:ou_…; several times; left out: by a code
      --language en|zh-CN  --config FILE  --data-dir DIR
      --yes                                ask nothing
      --force                              write over a configuration that is there (kept as .bak)
      --no-check                           do not ask the platforms whether they know the accounts`,
  shortUsage: (line: string | undefined) => `Usage: ${line ?? "hotline COMMAND"}\n"hotline --help" tells all of it.`,
  larkOrDomain: "choose one of --lark and --feishu-domain",
  unknownLanguage: (name: string) => `there is no language "${name}": en or zh-CN`,
  noCommand: "say what to do",
  unknownCommand: (name: string) => `there is no command "${name}"`,
  noFile: (command: string) => `say which file: hotline ${command} FILE`,
  extraArgument: (text: string) => `"${text}" is one argument too many`,
  foreignOption: (option: string, command: string) => `--${option} does not belong to "${command}"`,
  drainOrNow: "choose one of --drain and --now",
  unknownRole: (role: string) => `there is no role "${role}": all, gateway or worker`,
  gatewayPool: "--pool belongs to workers: a gateway serves no pool",
  demoAlone: "--demo is for one machine: leave --role out",
  started: 'Ready. Stop with Ctrl-C or "npx hotline stop"; running turns live on.',
  notRunning: (dataDir: string) =>
    `codex-hotline is not running (dataDir ${dataDir}). Started with another configuration? Name it by --config.`,
  stopping: {
    keep: (turns: number) =>
      turns === 0
        ? "Stopping."
        : `Stopping. ${turns === 1 ? "This turn goes" : `These ${turns} turns go`} on without the service:`,
    drain: (turns: number) =>
      turns === 0 ? "Stopping." : `Stopping once ${turns === 1 ? "this turn has" : `these ${turns} turns have`} ended:`,
    now: (turns: number) =>
      turns === 0 ? "Stopping." : `Stopping. ${turns === 1 ? "This turn is" : `These ${turns} turns are`} interrupted:`,
  },
  drainEnds: "Ctrl-C leaves it waiting; hotline stop --now ends the wait and interrupts the turns.",
  drainAsks:
    "A turn that only needs an answer is waited for 10 minutes, then it lives on without the service and can be answered afterwards.",
  waitingFor: (turns: readonly string[]) =>
    `waiting for ${turns.length === 1 ? "1 turn" : `${turns.length} turns`}: ${turns.join(", ")}`,
  drainTurn: (chat: string, minutes: number, requests: readonly number[]) =>
    `${chat} (${minutes} min${requests.length === 0 ? "" : `, needs an answer to ${requests.map((n) => `#${n}`).join(" ")}`})`,
  stillStopping: (pid: number) => `It has not stopped after a minute (pid ${pid}); look into its log.`,
  stopped: "Stopped.",
  demo: "demo model",
  ready: "ready",
  notReady: "not ready",
  stops: (turns: number) =>
    turns === 0 ? "stopping" : `stopping once ${turns === 1 ? "1 turn has" : `${turns} turns have`} ended`,
  counts: (chats: number, turns: number, waiting: number, requests: number) =>
    `active chats ${chats} · turns ${turns} · waiting ${waiting} · open requests ${requests}`,
  nodes: "Machines (role, host, process, pools, projects, active chats)",
  chats: (count: number) => (count === 1 ? "1 chat" : `${count} chats`),
  silent: (time: string) => `silent for ${time}`,
  stalled: (time: string) => `no sign of progress for ${time}`,
  turns: "Running turns",
  requests: "Waiting for an answer",
  processes: "Codex processes",
  working: "working",
  idle: "idle",
} as const;

/** What the command line says, in one language. */
export type CliWords = Twin<typeof en>;

const zh: CliWords = {
  usage: `用法：
  hotline start [--config FILE] [--role ROLE] [--pool NAME] [--demo]
                                           在前台运行服务；--demo：使用预先写好的回答
      --role all|gateway|worker            gateway：聊天；worker：Codex；多台机器共用 redis.url
      --pool NAME                          worker 只服务这些池中的项目；可多次
  hotline status [--config FILE] [--json]  正在运行的服务在做什么
  hotline doctor [--config FILE] [--role ROLE] [--fix] [--json]
                                           查找问题，并说明（或执行）修复方法；--role：此机器的角色，默认为正在运行的角色
  hotline stop [--config FILE] [--drain|--now]
                                           停止服务：正在进行的任务继续、等其结束或被中断
  hotline turns [CHAT] [--since 30d|日期] [--json|--jsonl] [--out FILE]
                                           最近 30 天的任务做了什么：表格，或全部以 JSON 输出
  hotline trace CHAT [--minutes N|--off] [--json]
                                           暂时（10 分钟）跟踪一个聊天的通信，不含文本
  hotline audit [--limit N] [--json]       谁做了什么决定
  hotline backup FILE [--config FILE]      将聊天、绑定和设置写入一个文件，运行中也可以
  hotline restore FILE [--config FILE] [--force]
                                           在服务停止时恢复；--force 替换现有内容
  hotline init [选项]                      设置服务：在终端中提问；没有终端时（或加 --yes）用选项：
      --telegram-token TOKEN               最好用 TELEGRAM_BOT_TOKEN：选项会出现在进程列表中
      --telegram-api-root URL              自建的 Bot API 服务器
      --feishu-app-id ID --feishu-app-secret SECRET
                                           最好用 FEISHU_APP_ID 和 FEISHU_APP_SECRET
      --lark | --feishu-domain DOMAIN      应用属于 Lark（国际版）或其他地址
      --feishu-qr                          扫描二维码创建应用
      --project [NAME=]FOLDER              Codex 可以工作的文件夹；可多次，第一个为默认
      --owner PERSON                       telegram:1001、feishu:ou_…；可多次；省略则用代码认领
      --language en|zh-CN  --config FILE  --data-dir DIR
      --yes                                不提问
      --force                              覆盖已有配置（保留为 .bak）
      --no-check                           不向平台核对账号`,
  shortUsage: (line) => `用法：${line ?? "hotline 命令"}\n“hotline --help”列出全部。`,
  larkOrDomain: "--lark 和 --feishu-domain 只能选一个",
  unknownLanguage: (name) => `没有语言“${name}”：en 或 zh-CN`,
  noCommand: "请说明要做什么",
  unknownCommand: (name) => `没有命令“${name}”`,
  noFile: (command) => `请指明文件：hotline ${command} FILE`,
  extraArgument: (text) => `多余的参数“${text}”`,
  foreignOption: (option, command) => `--${option} 不属于“${command}”`,
  drainOrNow: "--drain 和 --now 只能选一个",
  unknownRole: (role) => `没有角色“${role}”：all、gateway 或 worker`,
  gatewayPool: "--pool 只用于 worker：gateway 不服务任何池",
  demoAlone: "--demo 只用于单台机器：请去掉 --role",
  started: "已就绪。按 Ctrl-C 或运行“npx hotline stop”停止；正在进行的任务会继续。",
  notRunning: (dataDir) => `codex-hotline 没有运行（数据目录 ${dataDir}）。如果用了其他配置，请用 --config 指明。`,
  stopping: {
    keep: (turns) => (turns === 0 ? "正在停止。" : `正在停止。以下 ${turns} 个任务在服务停止后继续：`),
    drain: (turns) => (turns === 0 ? "正在停止。" : `等以下 ${turns} 个任务结束后停止：`),
    now: (turns) => (turns === 0 ? "正在停止。" : `正在停止。以下 ${turns} 个任务被中断：`),
  },
  drainEnds: "按 Ctrl-C 会让它继续等待；hotline stop --now 结束等待并中断任务。",
  drainAsks: "只缺答复的任务最多等 10 分钟，之后在服务停止后继续保留，可稍后答复。",
  waitingFor: (turns) => `等待 ${turns.length} 个任务：${turns.join("、")}`,
  drainTurn: (chat, minutes, requests) =>
    `${chat}（${minutes} 分钟${requests.length === 0 ? "" : `，需要答复 ${requests.map((n) => `#${n}`).join(" ")}`}）`,
  stillStopping: (pid) => `一分钟后仍未停止（pid ${pid}）；请查看日志。`,
  stopped: "已停止。",
  demo: "演示模型",
  ready: "就绪",
  notReady: "未就绪",
  stops: (turns) => (turns === 0 ? "正在停止" : `${turns} 个任务结束后停止`),
  counts: (chats, turns, waiting, requests) =>
    `活跃聊天 ${chats} · 任务 ${turns} · 等待 ${waiting} · 待答复 ${requests}`,
  nodes: "机器（角色、主机、进程、池、项目、活跃聊天）",
  chats: (count) => `${count} 个聊天`,
  silent: (time) => `已静默 ${time}`,
  stalled: (time) => `已 ${time} 没有进展`,
  turns: "正在进行的任务",
  requests: "等待答复",
  processes: "Codex 进程",
  working: "工作中",
  idle: "空闲",
};

/** What the command line says. */
export const cliWords: Readonly<Record<Language, CliWords>> = { en, "zh-CN": zh };
