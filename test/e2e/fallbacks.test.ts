import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { gate, shell, text } from "../emulators/model/steps.ts";
import { ServiceWorld } from "./harness.ts";

let world: ServiceWorld;

afterEach(async () => {
  expect(world.telegram.violations).toEqual([]);
  await world.dispose();
});

it("where drafts are refused one status message shows the work, and ends as done beside the final", async () => {
  world = await ServiceWorld.create();
  world.telegram.faults.arm(
    { kind: "answer", code: 400, description: "Bad Request: TEXTDRAFT_PEER_INVALID" },
    { method: "sendMessageDraft", times: Number.POSITIVE_INFINITY },
  );
  await world.start();
  const end = gate();
  world.model.on("work", [shell("echo hi"), text(["Begun", end, ", done."], { everyMs: 20 })]);
  const asked = world.say("work");
  const status = await world.message(/^(Starting|Working) · \d+ s/);
  expect(status.markup?.inline_keyboard?.flat().map((b) => b.text)).toEqual(["Stop"]);
  await world.waitFor(() => status.text.includes("Begun"), "the text in the status message");
  expect(status.text).toContain("✓ echo hi");
  end.open();
  const final = await world.message(/^Begun, done\./);
  expect(final.id).not.toBe(status.id);
  expect(final.replyTo?.id).toBe(asked.id);
  await world.waitFor(() => /^Done · \d+ s$/.test(status.text), "the status message ends");
  expect(status.markup?.inline_keyboard?.flat().map((b) => b.text)).toEqual(["Details"]);
  expect(world.sent).toHaveLength(2);
});

/** Whether this machine lets us make a disk of our own; containers often do not. */
function canMount(): boolean {
  const place = mkdtempSync(join(tmpdir(), "hotline-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place], { stdio: "ignore" });
    execFileSync("umount", ["-l", place]);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(place);
  }
}

it.runIf(canMount())("a full disk costs the file, with a word about it, and not the message", async () => {
  world = await ServiceWorld.create();
  const inbox = join(world.project, ".hotline");
  mkdirSync(inbox);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", inbox]);
  try {
    await world.start();
    world.model.on(/anyway/, [text("Without it.")]);
    const file = { kind: "document" as const, name: "big.txt", bytes: Buffer.alloc(300_000, "x"), caption: "anyway" };
    world.telegram.phone.sendFile(world.chat, world.owner, file);
    await world.message("big.txt was not taken: the disk is full.");
    await world.message("Without it.");
  } finally {
    execFileSync("umount", ["-l", inbox]);
  }
});
