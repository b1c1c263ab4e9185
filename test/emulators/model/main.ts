/**
 * The emulator by hand: `tsx test/emulators/model/main.ts [PORT] [CODEX_HOME to write]`. Say hello, plan, push, patch,
 * long or anything else (echoed).
 */
import { writeCodexHome } from "./codex-home.ts";
import { ModelEmulator } from "./model-emulator.ts";
import { addFile, patch, plan, reasoning, shell, text } from "./steps.ts";

const [port = "8421", home] = process.argv.slice(2);
const model = new ModelEmulator();
model
  .on(/^hello/i, [text("Hello! I am a scripted model.", { everyMs: 60 })])
  .on(/plan/i, [
    reasoning("**Planning the work**"),
    plan([["look around", "in_progress"], "change it", "test it"]),
    shell("ls -la"),
    plan([["look around", "completed"], ["change it", "in_progress"], "test it"]),
    text("The plan stands.", { everyMs: 60 }),
  ])
  .on(/push/i, [
    text("Publishing the branch.", { phase: "commentary" }),
    shell("git push origin main", { escalate: true, justification: "publish the branch" }),
    text("Pushed, if you let me.", { everyMs: 60, phase: "final_answer" }),
  ])
  .on(/patch/i, [patch(addFile("hello.txt", "hello\nworld\n")), text("Added `hello.txt`.", { everyMs: 60 })])
  .on(/long/i, [text(Array.from({ length: 400 }, (_, i) => `word${i} `).join(""), { everyMs: 50 })]);
await model.start(Number(port));
if (home !== undefined) await writeCodexHome(home, model.baseUrl);
process.stdout.write(`model emulator on ${model.baseUrl}\n`);
