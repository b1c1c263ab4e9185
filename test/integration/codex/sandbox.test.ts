import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundledBinary } from "../../../src/codex/binary.ts";
import type { SessionSpec } from "../../../src/codex/port.ts";
import { run as runProcess } from "../../../src/codex/process.ts";
import { shell, text } from "../../emulators/model/steps.ts";
import { Events, type Lab, openLab } from "./lab.ts";

let lab: Lab;
let redis: Server;
beforeAll(async () => {
  lab = await openLab({
    // Would win over a default profile; ours is named in every call and holds.
    home: { top: 'sandbox_mode = "workspace-write"' },
    runtime: {
      env: { PROVIDER_KEY: "ENVSECRET", LC_EXTRA: "ENVSECRET" },
      proxyEnv: { HTTPS_PROXY: "http://u:PROXYSECRET@proxy:1" },
    },
  });
  writeFileSync(join(lab.data, "dump.rdb"), "DATASECRET");
  writeFileSync(join(lab.home, "auth.json"), '{"OPENAI_API_KEY":"AUTHSECRET"}');
  lab.model.on(/^sh /, (r) => [shell(r.userTexts.at(-1)?.slice(3) ?? ""), text("ok")]);
  redis = createServer((socket) => socket.end("SOCKETSECRET"));
  await new Promise<void>((resolve) => redis.listen(join(lab.data, "redis.sock"), resolve));
});
afterAll(async () => {
  redis.close();
  await lab.close();
});

const spec = (sandbox: SessionSpec["sandbox"], network = false, more: Partial<SessionSpec> = {}) => ({
  sandbox,
  network,
  ...more,
});

/** Runs one command in a fresh chat and gives what the model saw. */
async function run(command: string, changes: Partial<SessionSpec>): Promise<string> {
  const { session, events } = await lab.open(changes);
  const socket = session.process.socket;
  await lab.say(session, `sh ${command.replaceAll("$SOCKET", socket)}`, changes);
  const { turnId } = await events.turn();
  await session.end();
  return (
    lab.model.requests
      .filter((r) => r.turnId === turnId)
      .at(-1)
      ?.toolOutputs.at(-1) ?? ""
  );
}

const connect = (path: string): string =>
  `node -e 'require("net").connect("${path}").on("connect",()=>console.log("CONNECTED")).on("data",(d)=>{console.log(String(d));process.exit()}).on("error",(e)=>{console.log(e.code);process.exit()});setTimeout(()=>process.exit(),500)'`;

const modes = [spec("read-only"), spec("workspace-write"), spec("workspace-write", true)];

test.for(modes)("L10 no command reads our files, sockets, Codex's sign-in or any secret: %j", async (mode) => {
  const look = [
    `cat ${lab.data}/* ${lab.root}/hotline.yaml ${lab.home}/auth.json ${lab.run}/*`,
    `ls ${lab.data} ${lab.run}`,
    connect(join(lab.data, "redis.sock")),
    connect("$SOCKET"),
    'for s in /tmp/codex-daemon-*/* "${TMPDIR:-/tmp}"/codex-daemon-*/*; do cat "$s"; done',
    "env",
    "cat /proc/*/environ | tr '\\0' '\\n'",
    "cat /proc/*/cmdline | tr '\\0' ' ' | grep -ao 'http://u:[A-Z]*' ",
  ];
  const seen = await run(look.join("; "), mode);
  expect(seen).toContain("CODEX_HOTLINE_PROCESS=");
  expect(seen).toContain("Permission denied");
  expect(seen).not.toContain("SECRET");
  expect(seen).not.toContain("CONNECTED");
});

test("read-only writes nowhere; workspace-write in the project and further folders, with no network", async () => {
  const extra = join(lab.root, "extra");
  mkdirSync(extra);
  const port = new URL(lab.model.baseUrl).port;
  const write = `echo w > ${lab.cwd}/f && echo PROJECT; echo w > ${extra}/f && echo EXTRA; echo w > ${lab.home}/rules/x && echo HOME; (exec 3<>/dev/tcp/127.0.0.1/${port}) && echo NETWORK`;
  const words = (seen: string): string[] => seen.match(/^(PROJECT|EXTRA|HOME|NETWORK)$/gm) ?? [];
  expect(words(await run(write, spec("read-only", true, { writable: [extra] })))).not.toContain("PROJECT");
  expect(words(await run(write, spec("workspace-write", false, { writable: [extra] })))).toEqual(["PROJECT", "EXTRA"]);
  expect(words(await run(write, spec("workspace-write", true, { writable: [extra] })))).toEqual([
    "PROJECT",
    "EXTRA",
    "NETWORK",
  ]);
});

test("a chat changes its sandbox from turn to turn, and a resumed thread gets it again", async () => {
  const { session, events, thread } = await lab.open(spec("workspace-write"));
  const port = new URL(lab.model.baseUrl).port;
  const probe = `sh (exec 3<>/dev/tcp/127.0.0.1/${port}) && echo NETWORK; cat ${lab.data}/dump.rdb`;
  const outputs = (): string[] =>
    lab.model.requests.filter((r) => r.threadId === thread.threadId).map((r) => r.toolOutputs.at(-1) ?? "");
  await lab.say(session, probe, spec("workspace-write"));
  await events.turn(1);
  expect(outputs().at(-1)).not.toMatch(/^NETWORK$/m);
  await lab.say(session, probe, spec("workspace-write", true));
  await events.turn(2);
  expect(outputs().at(-1)).toMatch(/^NETWORK$/m);
  expect(outputs().at(-1)).not.toContain("DATASECRET");
  await lab.say(session, probe, spec("danger-full-access"));
  await events.turn(3);
  expect(outputs().at(-1)).toContain("DATASECRET");
  await session.end();

  const again = await lab.runtime.spawn("again", lab.spec);
  lab.track(again.process);
  const read = { ...lab.spec, ...spec("read-only") };
  await again.openThread(read, thread.threadId);
  let ended = 0;
  again.onEvent((event) => {
    if (event.kind === "turnEnded") ended += 1;
  });
  await lab.say(again, probe, spec("read-only"));
  await expect.poll(() => ended, { timeout: 10_000 }).toBe(1);
  expect(outputs().at(-1)).not.toMatch(/^NETWORK$/m);
  expect(outputs().at(-1)).not.toContain("DATASECRET");
  await again.end();
});

test("a thread that began in a sandbox is resumed with full access when it is asked for", async () => {
  const first = await lab.open(spec("workspace-write"));
  await lab.say(first.session, "hello", spec("workspace-write"));
  await first.events.turn();
  await first.session.end();
  const session = await lab.runtime.spawn("again", lab.spec);
  lab.track(session.process);
  const events = new Events(session);
  await session.openThread(lab.spec, first.thread.threadId);
  await lab.say(session, `sh cat ${lab.data}/dump.rdb`);
  await events.turn();
  expect(events.of("action").at(-1)?.action.output).toContain("DATASECRET");
  await session.end();
});

test("a sign-in that comes while a chat runs is unreadable too; denied paths need not exist", async () => {
  const late = await openLab({ runtime: {} });
  late.model.on(/^sh /, (r) => [shell(r.userTexts.at(-1)?.slice(3) ?? ""), text("ok")]);
  const changes = spec("workspace-write", true);
  const { session, events } = await late.open(changes);
  writeFileSync(join(late.home, "auth.json"), "AUTHSECRET");
  await late.say(session, `sh cat ${late.home}/auth.json; echo w > f && echo WROTE`, changes);
  const { turnId } = await events.turn();
  const seen = late.model.requests
    .filter((r) => r.turnId === turnId)
    .at(-1)
    ?.toolOutputs.at(-1);
  expect(seen).toContain("WROTE");
  expect(seen).not.toContain("AUTHSECRET");
  await session.end();
  await late.close();
});

test("a project below a denied folder is workable: its own folder is open, its neighbours are not", async () => {
  const inside = join(lab.data, "worktrees/a");
  mkdirSync(inside, { recursive: true });
  const seen = await run(
    `echo w > ${inside}/f && echo WROTE; cat ${lab.data}/dump.rdb`,
    spec("workspace-write", false, { cwd: inside }),
  );
  expect(seen).toContain("WROTE");
  expect(seen).not.toContain("DATASECRET");
});

test("a trusted project's own Codex configuration opens neither the fence nor the network", async () => {
  mkdirSync(join(lab.cwd, ".codex"), { recursive: true });
  mkdirSync(join(lab.cwd, ".git"), { recursive: true });
  const open = ["read-only", "workspace", "network"].map(
    (name) =>
      `[permissions.hotline-${name}]\nextends = ":workspace"\n[permissions.hotline-${name}.filesystem]\n"${lab.data}" = "write"\n`,
  );
  writeFileSync(join(lab.cwd, ".codex/config.toml"), `sandbox_mode = "danger-full-access"\n${open.join("")}`);
  const config = join(lab.home, "config.toml");
  const trust = `[projects."${lab.cwd}"]`;
  // Codex trusts a project by itself soon after a thread may write to it.
  if (!readFileSync(config, "utf8").includes(trust)) appendFileSync(config, `${trust}\ntrust_level = "trusted"\n`);
  const port = new URL(lab.model.baseUrl).port;
  const seen = await run(
    `cat ${lab.data}/dump.rdb; (exec 3<>/dev/tcp/127.0.0.1/${port}) && echo NETWORK`,
    spec("workspace-write"),
  );
  expect(seen).toContain("Permission denied");
  expect(seen).not.toMatch(/DATASECRET|^NETWORK$/m);
});

test("what is not denied is reached: the look-outs of these tests see", async () => {
  const open = createServer((socket) => socket.end("hello"));
  const path = join(lab.root, "open.sock");
  await new Promise<void>((resolve) => open.listen(path, resolve));
  expect(await run(connect(path), spec("workspace-write", true))).toContain("CONNECTED");
  open.close();
});

test("a thread of ours goes on in a terminal, which knows none of our profiles", async () => {
  const { session, events, thread } = await lab.open(spec("workspace-write", true));
  await lab.say(session, "hello", spec("workspace-write", true));
  await events.turn();
  await session.end();
  const env = { PATH: process.env.PATH ?? "", HOME: lab.root, CODEX_HOME: lab.home };
  const args = ["exec", "--cd", lab.cwd, "--skip-git-repo-check", "resume", thread.threadId, "from the terminal"];
  expect(await runProcess(bundledBinary(), args, env)).toContain("echo: from the terminal");
  expect(lab.model.userTexts(thread.threadId)).toEqual(["hello", "from the terminal"]);
});

test("danger-full-access is outside the fence, but its environment still holds no secret", async () => {
  const seen = await run("env", spec("danger-full-access"));
  expect(seen).toContain("PATH=");
  expect(seen).not.toContain("SECRET");
});
