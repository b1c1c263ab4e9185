import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { diffFiles } from "./diff.ts";
import { type GitCommand, openGit } from "./git-command.ts";

/** What the service does with a project's git checkout. Nothing here throws: a folder without git has no answers. */
export interface Git {
  /** Branch, or the short commit of a detached HEAD; undefined without git. */
  branch(cwd: string): Promise<string | undefined>;
  /** A checkout without changes, not even untracked files. */
  clean(cwd: string): Promise<boolean>;
  /** Uncommitted changes below `cwd` against HEAD, new files among them; undefined without git. */
  diff(cwd: string): Promise<string | undefined>;
  /**
   * Takes back what `turnDiff` did to a checkout that was clean before the turn. Only when that leaves it clean: every
   * change there is one of the diff's, none is staged, and the diff applies backwards. Else false, and nothing is touched.
   */
  undo(cwd: string, turnDiff: string): Promise<boolean>;
}

const emptyTree = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const statusArgs = [
  "status",
  "--porcelain=v1",
  "-z",
  "--untracked-files=all",
  "--no-renames",
  "--ignore-submodules=all",
];
const diffArgs = ["diff", "--no-color", "--no-ext-diff", "--no-textconv", "--ignore-submodules=all"];

/** Git with the allowlisted `environment` of children. */
export function createGit(environment: Readonly<Record<string, string>>): Git {
  const open = (cwd: string): Promise<GitCommand> => openGit(cwd, environment);
  return {
    async branch(cwd) {
      const git = await open(cwd);
      const name =
        (await git(["symbolic-ref", "--short", "-q", "HEAD"])) ?? (await git(["rev-parse", "--short", "HEAD"]));
      return name?.trim() || undefined;
    },
    async clean(cwd) {
      const git = await open(cwd);
      return (await git(statusArgs)) === "";
    },
    async diff(cwd) {
      return diffWithNewFiles(await open(cwd));
    },
    async undo(cwd, turnDiff) {
      const root = (await (await open(cwd))(["rev-parse", "--show-toplevel"]))?.replace(/\n$/, "");
      return root !== undefined && (await undoAt(await open(root), turnDiff));
    },
  };
}

/** Through a copy of the index, in which new files are announced; the checkout's own index is not touched. */
async function diffWithNewFiles(git: GitCommand): Promise<string | undefined> {
  const index = (await git(["rev-parse", "--path-format=absolute", "--git-path", "index"]))?.replace(/\n$/, "");
  if (index === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "hotline-diff-"));
  try {
    const copy = join(folder, "index");
    // A checkout without any commit or added file has no index yet.
    await copyFile(index, copy).catch(() => undefined);
    await git(["add", "--intent-to-add", "--", "."], { index: copy });
    const head = await git(["rev-parse", "--verify", "-q", "HEAD"]);
    return await git([...diffArgs, head?.trim() || emptyTree, "--", "."], { index: copy });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function undoAt(git: GitCommand, turnDiff: string): Promise<boolean> {
  const status = await git(statusArgs);
  const entries = (status ?? "").split("\0").filter((entry) => entry !== "");
  const unstaged = entries.every((entry) => /^( [MDT]|\?\?) /.test(entry));
  const changed = new Set(entries.map((entry) => entry.slice(3)));
  const ours = new Set(
    diffFiles(turnDiff).flatMap((file) => (file.oldPath === undefined ? [file.path] : [file.oldPath, file.path])),
  );
  if (!unstaged || ours.size === 0 || ours.size !== changed.size || [...ours].some((path) => !changed.has(path)))
    return false;
  const input = turnDiff.endsWith("\n") ? turnDiff : `${turnDiff}\n`;
  return (await git(["apply", "--reverse", "--whitespace=nowarn", "-"], { input })) !== undefined;
}
