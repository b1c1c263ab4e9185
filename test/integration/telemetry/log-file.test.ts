import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLogFile } from "../../../src/telemetry/log-file.ts";

let root: string;
const unexpected = (error: unknown): void => {
  throw error;
};
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hotline-log-"));
});
afterEach(() => {
  chmodSync(root, 0o700);
  rmSync(root, { recursive: true, force: true });
});

it("writes one private file per day of its time zone", () => {
  let now = Date.parse("2026-11-20T22:59:00Z");
  const log = createLogFile({
    path: join(root, "log/hotline.log"),
    days: 0,
    timeZone: "Europe/Berlin",
    now: () => now,
    onError: unexpected,
  });
  log.write("a\n");
  now += 120_000;
  log.write("b\n");
  log.close();
  expect(readdirSync(join(root, "log"))).toEqual(["hotline-2026-11-20.log", "hotline-2026-11-21.log"]);
  expect(readFileSync(join(root, "log/hotline-2026-11-21.log"), "utf8")).toBe("b\n");
  expect(statSync(join(root, "log/hotline-2026-11-21.log")).mode & 0o777).toBe(0o600);
});

it("removes its own old files only", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  for (const name of ["hotline-2026-11-01.log", "hotline-2026-11-19.log", "hotline-x.log", "other-2026-11-01.log"]) {
    writeFileSync(join(root, name), "");
    const day = name.includes("19") ? now - 2 * 86_400_000 : now - 20 * 86_400_000;
    utimesSync(join(root, name), day / 1000, day / 1000);
  }
  const log = createLogFile({
    path: join(root, "hotline.log"),
    days: 14,
    timeZone: "UTC",
    now: () => now,
    onError: unexpected,
  });
  log.write("a\n");
  log.close();
  expect(readdirSync(root)).toEqual([
    "hotline-2026-11-19.log",
    "hotline-2026-11-21.log",
    "hotline-x.log",
    "other-2026-11-01.log",
  ]);
});

it("tells an outage once and tries again a minute later", () => {
  let now = 0;
  const errors: unknown[] = [];
  writeFileSync(join(root, "blocked"), "");
  const log = createLogFile({
    path: join(root, "blocked/hotline.log"),
    days: 0,
    timeZone: "UTC",
    now: () => now,
    onError: (error) => errors.push(error),
  });
  log.write("a\n");
  log.write("b\n");
  expect(errors).toHaveLength(1);
  rmSync(join(root, "blocked"));
  now = 60_000;
  log.write("c\n");
  log.close();
  expect(readFileSync(join(root, "blocked/hotline-1970-01-01.log"), "utf8")).toBe("c\n");
});
