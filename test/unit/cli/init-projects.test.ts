import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findProjects } from "../../../src/cli/init/find-projects.ts";

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "hotline-find-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A checkout whose index was written at `minute`. */
function checkout(path: string, minute: number): string {
  const folder = join(home, path);
  mkdirSync(join(folder, ".git"), { recursive: true });
  writeFileSync(join(folder, ".git/index"), "");
  utimesSync(join(folder, ".git/index"), minute * 60, minute * 60);
  return folder;
}

describe("finding projects", () => {
  it("finds checkouts in the usual places, the one worked in last first, this folder before all", async () => {
    const [old, recent, deep, here] = [
      checkout("src/old", 1),
      checkout("code/recent", 9),
      checkout("projects/group/deep", 5),
      checkout("elsewhere/here", 2),
    ];
    expect(await findProjects({ cwd: here, home })).toEqual([here, recent, deep, old]);
  });

  it("looks neither into a checkout, nor deeper than two levels, nor into hidden folders, nor through links", async () => {
    const app = checkout("src/app", 1);
    checkout("src/app/vendor", 2);
    checkout("src/a/b/c", 3);
    checkout("src/.cache/x", 4);
    checkout("src/node_modules/x", 5);
    symlinkSync(checkout("far/away/x", 6), join(home, "src/link"));
    expect(await findProjects({ cwd: home, home })).toEqual([app]);
  });

  it("leaves out a checkout of the service itself", async () => {
    const own = checkout("src/codex-hotline", 1);
    writeFileSync(join(own, "package.json"), '{ "name": "codex-hotline" }');
    expect(await findProjects({ cwd: own, home })).toEqual([]);
  });

  it("stops at its bounds", async () => {
    for (let n = 0; n < 30; n++) checkout(`src/p${n}`, n + 1);
    const newest = await findProjects({ cwd: home, home, most: 3 });
    expect(newest).toEqual(["p29", "p28", "p27"].map((name) => join(home, "src", name)));
    expect((await findProjects({ cwd: "/", home, folders: 3 })).length).toBeLessThanOrEqual(3);
    expect(await findProjects({ cwd: join(home, "none"), home: join(home, "none") })).toEqual([]);
  });
});
