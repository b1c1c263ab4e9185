import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gate, text } from "../emulators/model/steps.ts";
import { ServiceWorld } from "./harness.ts";

let world: ServiceWorld;

beforeEach(async () => {
  world = await ServiceWorld.create();
  await world.start();
});

afterEach(async () => {
  expect(world.output).not.toContain(world.telegram.token);
  await world.dispose();
});

/** A turn whose answer is complete once the gate opens. */
async function working(): Promise<() => void> {
  const end = gate();
  world.model.on("work", [text(["Begun", end, ", done."])]);
  world.say("work");
  await world.waitFor(
    () => world.telegram.drafts(world.chat).some((d) => d.frames.some((f) => f.text.includes("Begun"))),
    "a draft",
  );
  return () => end.open();
}

async function readyz(): Promise<{ readonly status: number; readonly text: string }> {
  const address = /http:\/\/127\.0\.0\.1:\d+/.exec(world.output)?.[0] ?? "";
  const response = await fetch(`${address}/readyz`);
  return { status: response.status, text: await response.text() };
}

describe("L5: a final", () => {
  it.each(["badGateway", "serverError", "lostBeforeApply"] as const)("survives %s, once", async (kind) => {
    const end = await working();
    world.telegram.faults.arm({ kind }, { method: "sendMessage", times: 2 });
    end();
    await world.message("Begun, done.", 30_000);
    expect(world.sent.filter((m) => m.text.includes("Begun, done."))).toHaveLength(1);
  });

  it("whose answer was lost after Telegram took it may come twice, never not at all", async () => {
    const end = await working();
    world.telegram.faults.arm({ kind: "lostAfterApply" }, { method: "sendMessage" });
    end();
    await world.waitFor(() => world.sent.filter((m) => m.text.includes("Begun, done.")).length === 2, "the repetition");
  });

  it("waits out a 429 to the second it was told", async () => {
    const end = await working();
    const fault = world.telegram.faults.arm({ kind: "rateLimit", retryAfter: 3 }, { method: "sendMessage" });
    end();
    await world.message("Begun, done.", 30_000);
    expect(fault.hits).toBe(1);
    expect(world.telegram.violations).toEqual([]);
  });
});

it("L1: a revoked token makes /readyz red with the reason; nothing is lost, and all goes on when it is valid again", async () => {
  const end = await working();
  world.telegram.revokeToken();
  end();
  await world.waitFor(() => world.output.includes("Unauthorized"), "the refusal in the log", 60_000);
  const red = await readyz();
  expect(red.status).toBe(503);
  expect(red.text).toContain("telegram~main");
  expect(red.text).not.toContain(world.telegram.token);
  world.telegram.revokeToken(false);
  await world.message("Begun, done.", 60_000);
});

it("a Redis that freezes for 8 s in the middle of a turn loses nothing", async () => {
  const end = await working();
  const redis = Number(/"pid":(\d+),"msg":"embedded redis runs"/.exec(world.output)?.[1]);
  process.kill(redis, "SIGSTOP");
  end();
  const said = world.say("and then");
  await new Promise((resolve) => setTimeout(resolve, 8000));
  expect((await readyz()).status).toBe(503);
  process.kill(redis, "SIGCONT");
  await world.message("Begun, done.", 30_000);
  await world.waitFor(
    () => world.model.userTexts().some((t) => t.includes("and then")),
    "the message sent meanwhile",
    30_000,
  );
  expect(said.deleted).toBe(false);
});

it("a Redis killed with -9 in the middle of a turn is started again and loses nothing", async () => {
  const end = await working();
  process.kill(Number(/"pid":(\d+),"msg":"embedded redis runs"/.exec(world.output)?.[1]), "SIGKILL");
  end();
  const final = await world.message("Begun, done.", 30_000);
  expect(final.text).toMatch(/^Begun, done\./);
  expect(world.model.userTexts().filter((t) => t.includes("work"))).toHaveLength(1);
});

it("a second instance on the same data folder ends with one sentence", async () => {
  let said = "";
  let code = 0;
  try {
    execFileSync(process.execPath, ["dist/src/main.js", "start", "--config", `${world.dir}/hotline.yaml`], {
      stdio: "pipe",
      env: { PATH: process.env.PATH, HOME: world.dir },
    });
  } catch (error) {
    const { status, stderr } = error as { status: number; stderr: Buffer };
    code = status;
    said = stderr.toString();
  }
  expect(code).toBe(1);
  expect(said).toContain(String(world.pid));
});
