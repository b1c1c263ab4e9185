import { existsSync, statSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import type { ProjectConfig } from "../../../config/complete.ts";
import type { Finding } from "../../model/finding.ts";
import { openGit } from "../../workspace/git-command.ts";
import type { Scene } from "./check.ts";
import { canWrite } from "./folders.ts";

/** Every project folder: there, writable where Codex shall write, and under git. That none lies in dataDir the configuration has checked. */
export async function checkProjects(scene: Scene): Promise<readonly Finding[]> {
  const { projects } = scene.config;
  const found = await Promise.all(
    Object.entries(projects).map(([name, project]) => checkProject(name, project, scene)),
  );
  return found.flat();
}

async function checkProject(name: string, project: ProjectConfig, scene: Scene): Promise<readonly Finding[]> {
  const { config, words, place } = scene;
  const check = `projects.${name}`;
  const { path } = project;
  const own = path === config.ownWorkspace;
  if (!existsSync(path)) return [own ? ownMissing(check, path, scene) : missing(check, name, path, scene)];
  if (!statSync(path).isDirectory())
    return [{ check, state: "error", message: words.noFolder(path), fix: words.fixOtherPath(place(`${check}.path`)) }];
  const folders = (project.sandbox ?? config.codex.sandbox) === "read-only" ? [] : [path, ...project.writable];
  const findings: Finding[] = [];
  for (const folder of folders) {
    if (folder !== path && !existsSync(folder)) findings.push(missing(check, name, folder, scene, `${check}.writable`));
    else if (!(await canWrite(folder)))
      findings.push({ check, state: "error", message: words.notWritable(folder), fix: words.fixOwnFolder(folder) });
  }
  if (!own && !(await isUnderGit(path, config.environment)))
    findings.push({ check, state: "warn", message: words.noCheckout(path), fix: `git -C ${path} init` });
  return findings.length > 0 ? findings : [{ check, state: "ok", message: path }];
}

function missing(check: string, name: string, path: string, scene: Scene, key = `projects.${name}.path`): Finding {
  const { words, place } = scene;
  return { check, state: "error", message: words.projectMissing(path), fix: words.fixProject(path, place(key)) };
}

/** The folder nobody configured is ours to make. */
function ownMissing(check: string, path: string, { words }: Scene): Finding {
  return {
    check,
    state: "warn",
    message: words.folderMissing(path),
    fix: `mkdir -p ${path}`,
    async mend() {
      await mkdir(path, { recursive: true });
      return words.folderMade(path);
    },
  };
}

async function isUnderGit(path: string, environment: Readonly<Record<string, string>>): Promise<boolean> {
  const git = await openGit(path, environment);
  return (await git(["rev-parse", "--is-inside-work-tree"])) !== undefined;
}
