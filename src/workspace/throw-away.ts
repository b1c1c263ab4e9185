import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runGit } from "./git-command.ts";

/** A commit to be made: path → content. */
export interface CommitFiles {
  readonly message: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Where a throw-away project lies; absolute, both below one folder. */
export interface ThrowAwayPlaces {
  readonly project: string;
  /** The bare repository its `origin` names. */
  readonly origin: string;
}

/**
 * Makes a small checkout with a bare `origin`, once: what is there stays as it is. The last commit is not pushed.
 * Made beside its place and moved there, so that one cut off half-way is made anew. Answers whether it is a checkout:
 * without git its files are there all the same. Rejects when the files cannot be written.
 */
export async function makeThrowAway(
  places: ThrowAwayPlaces,
  commits: readonly CommitFiles[],
  environment: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (await exists(places.project)) return exists(join(places.project, ".git"));
  const draft = `${places.project}.new`;
  await rm(draft, { recursive: true, force: true });
  await rm(places.origin, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const git = gitWith(environment);
  let checkout = await begin(git, draft, places.origin);
  for (const [index, { message, files }] of commits.entries()) {
    await writeFiles(draft, files);
    if (!checkout) continue;
    checkout = (await git(draft, ["add", "-A"])) && (await git(draft, ["commit", "-qm", message]));
    if (index < commits.length - 1) checkout = checkout && (await git(draft, ["push", "-q", "origin", "main"]));
  }
  if (!checkout) await rm(join(draft, ".git"), { recursive: true, force: true });
  await rename(draft, places.project);
  return checkout;
}

type Git = (cwd: string, args: readonly string[]) => Promise<boolean>;

/** Nothing of the user's own configuration: it may sign commits, or run hooks. */
function gitWith(environment: Readonly<Record<string, string>>): Git {
  const someone = { NAME: "codex-hotline demo", EMAIL: "demo@localhost" };
  const env = {
    ...environment,
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: someone.NAME,
    GIT_AUTHOR_EMAIL: someone.EMAIL,
    GIT_COMMITTER_NAME: someone.NAME,
    GIT_COMMITTER_EMAIL: someone.EMAIL,
  };
  return async (cwd, args) => (await runGit(cwd, args, env)) !== undefined;
}

/** `symbolic-ref`, because `init -b` is newer than some gits in use. */
async function begin(git: Git, project: string, origin: string): Promise<boolean> {
  await mkdir(origin, { recursive: true, mode: 0o700 });
  const main = ["symbolic-ref", "HEAD", "refs/heads/main"];
  return (
    (await git(origin, ["init", "-q", "--bare"])) &&
    (await git(origin, main)) &&
    (await git(project, ["init", "-q"])) &&
    (await git(project, main)) &&
    (await git(project, ["remote", "add", "origin", origin]))
  );
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
