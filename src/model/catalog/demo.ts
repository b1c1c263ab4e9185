import type { Language } from "../view.ts";
import type { Twin } from "./twin.ts";

const label =
  'You are talking to the demo model: Codex itself is real, its answers are scripted. Sign in with "npx codex login" for the real one.';

const en = {
  /** Banner line, and the first message in every chat. */
  label,
  try: 'Send "push" in the web chat (or to your bot), and approve a command.',
  asked: "Started with --demo: without it your own Codex sign-in is used, if there is one.",
  codex: (version: string) => `Codex ${version}, demo model`,
  moved: (from: number, to: number) =>
    `Port ${from} of the demo model is taken, so it took ${to}. Demo turns that were running end.`,
  noSandbox: (why: string) =>
    `Codex's sandbox cannot run on this machine (${why}): the demo's scripted commands run without it, and Codex asks before it changes a file.`,
  noGit: "The demo project is no git checkout (git is missing or refused), so the demo's push will fail.",
  model: "demo model",
  footer: "demo",
  kept: "Your conversation with the real model is kept; it goes on once you are signed in again.",
  ended: "The demo conversation has ended; from here on the real model answers.",
  endedGoesOn:
    "The demo conversation has ended; from here on the real model answers, in the conversation you had with it before.",
  list: `Send one of these words, or its number:

1. \`table\`: a formatted answer, with a table and code
2. \`plan\`: a plan that is ticked off while commands run
3. \`push\`: a command that needs your approval
4. \`patch\`: a change to a file, with its diff
5. \`ask\`: a question for you
6. \`fail\`: a failure, and what to do about it
7. \`long\`: a long run; write to steer it, or stop it`,
  echo: (text: string, list: string) =>
    `This is the demo model, so this answer was written beforehand. You wrote:

> ${text.replaceAll("\n", "\n> ")}

${list}`,
  files: (names: string) => `I received ${names}. The demo cannot look inside; the real model can.`,
  nothingWritten: "(no text)",
  table: `## A formatted answer

Codex answers in **Markdown**; your chat shows it as well as it can.

| Send | What you see | Needs you |
|---|---|---|
| \`plan\` | steps ticked off | no |
| \`push\` | an approval card | yes |
| \`patch\` | a diff | no |

The demo project greets people:

\`\`\`js
import { greet } from "./src/greet.js";

console.log(greet("Ada", "en")); // Hello, Ada!
\`\`\`

- [x] a list with a tick
- [ ] and one without

> Codex is real here; only these words are scripted.`,
  plan: {
    thinking: "**Planning the work**",
    begin: "I'll look around, read the code and run its test.",
    steps: ["look around", "read the code", "run the test"],
    done: (passed: boolean) =>
      `${passed ? "The test passes" : "The test could not be run here"}: \`src/greet.js\` greets in a few languages, and \`test/greet.test.js\` checks it. The plan was ticked off while Codex really ran the commands; press **Details** to see them.`,
  },
  push: {
    begin: "This needs to write outside the project, so Codex asks you first.",
    why: "publish the branch (to a throw-away repository on this machine)",
    done: (output: string) => `You approved, and Codex really ran it. Git said:

\`\`\`
${output}
\`\`\`

It went to a throw-away repository beside the demo project; nothing left this machine.`,
    declined: (why: string) =>
      `It was not pushed: you declined, and wrote “${why}”. A real model would go on with that. Send \`push\` to be asked again.`,
    failed: (output: string) => `It was not pushed. This is what came back:

\`\`\`
${output}
\`\`\`

Send \`push\` to be asked again.`,
  },
  patch: {
    begin: "I'll read the file first.",
    added: (passed: boolean) =>
      `\`src/greet.js\` now greets in French, too.${passed ? " The test still passes." : ""} Press **Diff** to see the change; send \`patch\` again and I take it back.`,
    removed: (passed: boolean) =>
      `\`src/greet.js\` no longer greets in French.${passed ? " The test still passes." : ""} Press **Diff** to see the change.`,
    noted:
      "`src/greet.js` is not as the demo made it, so I left it alone and wrote `notes.md`. Press **Diff** to see it.",
    failed: (output: string) => `The change could not be made:

\`\`\`
${output}
\`\`\``,
  },
  ask: {
    header: "Greeting",
    question: "How should the demo greet you?",
    options: [
      { label: "Politely", description: "Good day to you." },
      { label: "Casually", description: "Hey there!" },
    ],
    done: (answer: string) => `You chose: **${answer}**. A real model would go on with that; the demo just says so.`,
    none: "No answer came, so the demo goes on without one.",
  },
  fail: {
    begin:
      "I read the README, and then I fail on purpose, as a model over its limit does. Press **Try now**, and it works.",
    message: "The demo failed on purpose.",
    done: "This time it worked. That is how a failure looks: it says what happened, keeps your message, and offers to try again.",
  },
  long: {
    step: (n: number, of: number) => `Step ${n} of ${of}. Write something to steer me, or press **Stop**.`,
    heard: (text: string) => `Taken up while working: “${text}”. I'll finish soon.`,
    done: (steps: number, said: readonly string[]) =>
      said.length === 0
        ? `All ${steps} steps are done, and you let me work.`
        : `Done after ${steps} steps, because you wrote: ${said.map((text) => `“${text}”`).join(", ")}. A message during a turn steers it.`,
  },
} as const;

/** What the demo says and its model answers, in one language. */
export type DemoWords = Twin<typeof en>;

const zh: DemoWords = {
  label: '你正在与演示模型对话：Codex 是真实的，回答是预先写好的。运行 "npx codex login" 登录即可使用真实模型。',
  try: "在网页聊天中（或向机器人）发送 push，然后批准一条命令。",
  asked: "已用 --demo 启动：去掉它就会使用你自己的 Codex 登录（如果有）。",
  codex: (version) => `Codex ${version}，演示模型`,
  moved: (from, to) => `演示模型的端口 ${from} 被占用，已改用 ${to}。正在进行的演示任务会结束。`,
  noSandbox: (why) =>
    `Codex 的沙箱无法在这台机器上运行（${why}）：演示中预先写好的命令不在沙箱中执行，修改文件前 Codex 会先询问。`,
  noGit: "演示项目不是 git 仓库（没有 git 或被拒绝），因此演示中的推送会失败。",
  model: "演示模型",
  footer: "演示",
  kept: "你与真实模型的对话已保留；重新登录后会继续。",
  ended: "演示对话已结束；从这里开始由真实模型回答。",
  endedGoesOn: "演示对话已结束；从这里开始由真实模型回答，并继续你之前与它的对话。",
  list: `发送下面的词，或它的编号：

1. \`表格\`：带表格和代码的格式化回答
2. \`计划\`：一边执行命令一边打勾的计划
3. \`推送\`：需要你批准的命令
4. \`补丁\`：修改文件并显示差异
5. \`提问\`：向你提一个问题
6. \`失败\`：一次失败，以及怎么办
7. \`长任务\`：长时间运行；可以发消息引导，或停止`,
  echo: (text, list) => `这是演示模型，这个回答是预先写好的。你写的是：

> ${text.replaceAll("\n", "\n> ")}

${list}`,
  files: (names) => `我收到了 ${names}。演示模型看不了内容；真实模型可以。`,
  nothingWritten: "（没有文字）",
  table: `## 格式化的回答

Codex 用 **Markdown** 回答；聊天会尽量完整地显示。

| 发送 | 你会看到 | 需要你操作 |
|---|---|---|
| \`计划\` | 逐步打勾 | 否 |
| \`推送\` | 批准卡片 | 是 |
| \`补丁\` | 差异 | 否 |

演示项目会向人问好：

\`\`\`js
import { greet } from "./src/greet.js";

console.log(greet("Ada", "en")); // Hello, Ada!
\`\`\`

- [x] 已完成的一项
- [ ] 未完成的一项

> 这里的 Codex 是真实的，只有这些话是预先写好的。`,
  plan: {
    thinking: "**规划工作**",
    begin: "我先看看目录，读代码，再运行测试。",
    steps: ["看看目录", "读代码", "运行测试"],
    done: (passed) =>
      `${passed ? "测试通过" : "这里无法运行测试"}：\`src/greet.js\` 用几种语言问好，\`test/greet.test.js\` 负责检查。Codex 真的执行了这些命令，计划随之打勾；点 **详情** 查看。`,
  },
  push: {
    begin: "这需要写到项目之外，所以 Codex 先问你。",
    why: "发布分支（到本机的一个临时仓库）",
    done: (output) => `你批准了，Codex 真的执行了它。Git 的输出：

\`\`\`
${output}
\`\`\`

推送到了演示项目旁边的临时仓库；没有任何内容离开这台机器。`,
    declined: (why) => `没有推送：你拒绝了，并写道“${why}”。真实模型会据此继续。再次发送 \`push\` 即可重新询问。`,
    failed: (output) => `没有推送。返回的内容是：

\`\`\`
${output}
\`\`\`

再发送 \`推送\` 就会再次询问。`,
  },
  patch: {
    begin: "我先读一下文件。",
    added: (passed) =>
      `\`src/greet.js\` 现在也会用法语问好。${passed ? "测试仍然通过。" : ""}点 **差异** 查看改动；再发送 \`补丁\` 我就改回去。`,
    removed: (passed) => `\`src/greet.js\` 不再用法语问好。${passed ? "测试仍然通过。" : ""}点 **差异** 查看改动。`,
    noted: "`src/greet.js` 已不是演示创建时的样子，所以我没有动它，而是写了 `notes.md`。点 **差异** 查看。",
    failed: (output) => `无法修改：

\`\`\`
${output}
\`\`\``,
  },
  ask: {
    header: "问候",
    question: "演示应该怎样向你问好？",
    options: [
      { label: "礼貌", description: "您好。" },
      { label: "随意", description: "嗨！" },
    ],
    done: (answer) => `你选择了：**${answer}**。真实模型会据此继续；演示只是说出来。`,
    none: "没有收到回答，演示就此继续。",
  },
  fail: {
    begin: "我先读 README，然后故意失败，就像模型用量达到上限那样。点 **立即重试**，它就会成功。",
    message: "演示故意失败。",
    done: "这次成功了。失败就是这个样子：说明发生了什么，保留你的消息，并提供重试。",
  },
  long: {
    step: (n, of) => `第 ${n} 步，共 ${of} 步。发消息可以引导我，也可以点 **停止**。`,
    heard: (text) => `工作中已采纳：“${text}”。我会很快结束。`,
    done: (steps, said) =>
      said.length === 0
        ? `全部 ${steps} 步已完成，你让我一直工作。`
        : `${steps} 步后结束，因为你写了：${said.map((text) => `“${text}”`).join("、")}。任务进行中的消息会引导它。`,
  },
};

/** What the demo says. */
export const demoWords: Readonly<Record<Language, DemoWords>> = { en, "zh-CN": zh };
