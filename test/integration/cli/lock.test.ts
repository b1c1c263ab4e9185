import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isHeld, lockDataDir } from "../../../src/cli/lock.ts";
import { processStart } from "../../../src/cli/process-start.ts";
import { BridgeError } from "../../../src/model/errors.ts";

const silent = async (): Promise<boolean> => false;
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hotline-lock-"));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const putLock = (text: string): void => writeFileSync(join(root, "hotline.lock"), text);
const failure = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("the lock of a data folder", () => {
  it("is free again once released, and leaves nothing behind", async () => {
    const lock = await lockDataDir(root, silent);
    expect(await isHeld(root)).toBe(true);
    await lock.release();
    expect(await isHeld(root)).toBe(false);
    expect(readdirSync(root)).toEqual([]);
  });

  it("is refused while its process lives", async () => {
    await lockDataDir(root, silent);
    const error = await failure(lockDataDir(root, silent));
    expect(error).toBeInstanceOf(BridgeError);
    expect(error).toMatchObject({ code: "dataDirBusy", message: expect.stringContaining(`pid ${process.pid}`) });
  });

  it.each([
    ["a dead process", '{"pid":4194304,"startedAt":"1"}'],
    ["an earlier process of a reused pid", `{"pid":${process.ppid},"startedAt":"1"}`],
    ["a half-written or foreign file", '{"pid"'],
    ["an empty file", ""],
  ])("is taken over from %s", async (_, text) => {
    putLock(text);
    await lockDataDir(root, silent);
    expect(JSON.parse(readFileSync(join(root, "hotline.lock"), "utf8"))).toEqual({
      pid: process.pid,
      startedAt: processStart(process.pid),
    });
    expect(readdirSync(root)).toEqual(["hotline.lock"]);
  });

  it("is refused when the holder answers though its pid is not to be seen here", async () => {
    putLock('{"pid":4194304,"startedAt":"1"}');
    expect(await failure(lockDataDir(root, async () => true))).toMatchObject({ code: "dataDirBusy" });
  });

  it("is not released by who does not hold it", async () => {
    const lock = await lockDataDir(root, silent);
    putLock('{"pid":1,"startedAt":"other"}');
    await lock.release();
    expect(readdirSync(root)).toEqual(["hotline.lock"]);
  });
});

it("a process that is gone has no start", () => {
  expect(processStart(4194304)).toBeUndefined();
  expect(processStart(process.pid)).toMatch(/\d/);
});
