import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGit } from "../../../src/workspace/git.ts";

let root: string;
const environment = { PATH: process.env.PATH ?? "", GIT_CEILING_DIRECTORIES: realpathSync(tmpdir()) };
const git = createGit(environment);

function run(...args: string[]): string {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  return execFileSync("git", [...identity, ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...environment, HOME: root },
  });
}
const put = (path: string, text: string): void => writeFileSync(join(root, path), text);
const get = (path: string): string => readFileSync(join(root, path), "utf8");

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "hotline-git-")));
  run("init", "-q", "-b", "main");
  put("a.txt", "one\ntwo\nthree\n");
  put("gone.txt", "x\n");
  mkdirSync(join(root, "sub"));
  put("sub/b.txt", "b\n");
  run("add", "-A");
  run("commit", "-q", "-m", "first");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** What a turn does, and its diff as Codex tells it. */
async function turn(): Promise<string> {
  put("a.txt", "one\n2\nthree\n");
  put("sub/new ä.txt", "new\n");
  rmSync(join(root, "gone.txt"));
  return (await git.diff(root)) ?? "";
}

describe("reading a checkout", () => {
  it("names the branch, or the commit of a detached HEAD", async () => {
    expect(await git.branch(root)).toBe("main");
    run("checkout", "-q", "--detach");
    expect(await git.branch(root)).toMatch(/^[0-9a-f]{7,}$/);
  });

  it("is clean only without any change, untracked files among them", async () => {
    expect(await git.clean(root)).toBe(true);
    put("sub/x", "x");
    expect(await git.clean(root)).toBe(false);
  });

  it("shows new, changed and deleted files, and leaves the index alone", async () => {
    const diff = await turn();
    expect(diff).toContain("-two\n+2");
    expect(diff).toContain("+++ b/sub/new ä.txt");
    expect(diff).toContain("deleted file mode");
    expect(run("diff", "--cached", "--name-only")).toBe("");
    expect(run("status", "--porcelain")).toContain("?? ");
  });

  it("shows everything of a checkout without a commit", async () => {
    rmSync(join(root, ".git"), { recursive: true });
    run("init", "-q");
    expect(await git.diff(root)).toContain("+++ b/a.txt");
  });

  it("has no answers without git", async () => {
    rmSync(join(root, ".git"), { recursive: true });
    expect([await git.branch(root), await git.clean(root), await git.diff(root), await git.undo(root, "x")]).toEqual([
      undefined,
      false,
      undefined,
      false,
    ]);
    expect(await git.branch(join(root, "absent"))).toBeUndefined();
  });
});

describe("undo", () => {
  it("puts back changed and deleted files and removes new ones, also from a subfolder", async () => {
    const diff = await turn();
    expect(await git.undo(join(root, "sub"), diff)).toBe(true);
    expect(await git.clean(root)).toBe(true);
    expect([get("a.txt"), get("gone.txt"), existsSync(join(root, "sub/new ä.txt"))]).toEqual([
      "one\ntwo\nthree\n",
      "x\n",
      false,
    ]);
  });

  it.each([
    ["a file was changed again", () => put("a.txt", "one\n2\nthree\nfour\nfive\n2\n".replace("2", "II"))],
    ["there is a change that is not the turn's", () => put("other.txt", "mine\n")],
    ["something was staged", () => void run("add", "a.txt")],
    ["it was committed", () => void run("commit", "-q", "-a", "-m", "second")],
    ["a change is gone already", () => void run("checkout", "-q", "a.txt")],
  ])("touches nothing when %s", async (_, change) => {
    const diff = await turn();
    change();
    const before = [run("status", "--porcelain", "-uall"), get("a.txt")];
    expect(await git.undo(root, diff)).toBe(false);
    expect([run("status", "--porcelain", "-uall"), get("a.txt")]).toEqual(before);
  });
});

describe("a checkout the model prepared", () => {
  it("runs nothing of its own", async () => {
    const script = join(root, ".git/evil.sh");
    const proof = join(root, ".git/proof");
    put(".git/evil.sh", `#!/bin/sh\ntouch ${proof}\ncat\n`);
    chmodSync(script, 0o755);
    mkdirSync(join(root, ".git/hooks"), { recursive: true });
    for (const hook of ["post-index-change", "reference-transaction"])
      writeFileSync(join(root, ".git/hooks", hook), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 });
    put(".git/included", `[filter "in=cluded"]\n\tclean = ${script}\n\trequired = true\n`);
    for (const key of [
      "core.fsmonitor",
      "filter.x.clean",
      "filter.x.process",
      "filter.x.smudge",
      "diff.x.textconv",
      "diff.x.command",
      "diff.external",
    ])
      run("config", key, script);
    run("config", "include.path", "included");
    put(".git/info/attributes", "a.txt filter=x diff=x\nsub/* filter=in=cluded\n");
    const diff = await turn();
    expect(diff).toContain("-two\n+2");
    await git.clean(root);
    await git.branch(root);
    expect(await git.undo(root, diff)).toBe(true);
    expect(existsSync(proof)).toBe(false);
  });
});
