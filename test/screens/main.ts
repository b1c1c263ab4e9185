import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { WebWorld } from "../e2e/web-world.ts";
import { addFile, gate, patch, plan, shell, text } from "../emulators/model/steps.ts";
import { programOptions } from "../fixtures/program-options.ts";

const usage =
  "npm run screens   makes the pictures of the documentation anew, in docs/images; needs a build and the Chromium of the tests";

/** Makes the pictures of the documentation: the built service, the real Codex, a real browser; only the model's words are set. */
const folder = "docs/images";
const phone = { width: 390, height: 780 };
const desk = { width: 1180, height: 740 };

const answer = [
  "Added `GET /health` in **src/health.ts**; it returns 200 and the build id:",
  '```ts\napp.get("/health", (_request, response) => {\n  response.json({ ok: true, build: BUILD_ID });\n});\n```',
  "| check | result |\n|---|---|\n| `npm test` | 48 passed |\n| `curl /health` | 200 |",
].join("\n\n");

const health = 'app.get("/health", (_request, response) => {\n  response.json({ ok: true });\n});\n';

/** Once no toast lies over it. */
async function picture(world: WebWorld, name: string): Promise<void> {
  await world.until(async () => (await world.page.locator(".toast").count()) === 0, "the toasts are gone");
  await world.page.screenshot({ path: join(folder, `${name}.png`) });
}

/** A checkout with a branch that can be pushed. */
function checkout(dir: string): void {
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], { cwd: dir });
  };
  git("init", "-q", "--bare", "../origin.git");
  git("init", "-q", "-b", "feature/health");
  git("remote", "add", "origin", "../origin.git");
  git("commit", "-q", "--allow-empty", "-m", "Begin");
}

async function main(): Promise<void> {
  await mkdir(folder, { recursive: true });
  const world = await WebWorld.create({ codex: { approvalPolicy: "untrusted", sandbox: "danger-full-access" } });
  try {
    checkout(join(world.service.dir, "app"));
    const rest = gate();
    const steps = plan([
      ["find the router", "completed"],
      ["add /health", "completed"],
      ["publish the branch", "in_progress"],
    ]);
    world.model.on("add a health endpoint", [
      steps,
      patch(addFile("src/health.ts", health)),
      shell("git push origin feature/health", { escalate: true, justification: "publish the branch" }),
      text([answer, rest], { everyMs: 5 }),
    ]);
    await world.start();
    await world.page.setViewportSize(phone);
    await world.say("add a health endpoint");
    const approve = (): Promise<void> =>
      world.page.getByRole("button", { name: "Approve", exact: true }).last().click();
    await world.message("asks to change");
    await approve();
    await world.message("git push origin feature/health");
    await picture(world, "approval");
    await approve();
    await world.page.locator(".live").filter({ hasText: "48 passed" }).waitFor();
    await picture(world, "working");
    rest.open();
    await world.message("48 passed");
    await picture(world, "answer");
    await world.page.setViewportSize(desk);
    await world.page.emulateMedia({ colorScheme: "dark" });
    await picture(world, "desktop");
  } finally {
    await world.dispose();
  }
}

programOptions(usage, { options: {} });
await main();
