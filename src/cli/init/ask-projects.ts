import type { Project } from "./choices.ts";
import { isProjectName, projectName } from "./choices.ts";
import type { Dialog } from "./dialog.ts";
import type { Session } from "./session.ts";

const another = "another";

/** What there is to choose from. */
export interface ProjectsFound {
  /** Names of configured projects, which stay. */
  readonly names: readonly string[];
  /** Checkouts that are not configured yet, the likeliest first. */
  readonly folders: readonly string[];
  /** Absolute path of what somebody typed. */
  readonly locate: (path: string) => string;
  readonly isFolder: (path: string) => boolean;
}

/** Which folders Codex may work in besides the configured ones; a new chat begins in the first. */
export async function askProjects(
  { words }: Session,
  dialog: Dialog,
  from: ProjectsFound,
): Promise<readonly Project[]> {
  const { folders } = from;
  const fresh = from.names.length === 0;
  const likeliest = fresh ? folders.slice(0, 1) : [];
  const picked =
    folders.length === 0
      ? [another]
      : await dialog.several(
          fresh ? words.projects.ask : words.projects.more,
          [...folders.map((path) => ({ value: path, label: path })), { value: another, label: words.projects.another }],
          likeliest,
        );
  const typed = picked.includes(another) ? await typePath(words, dialog, from) : undefined;
  const paths = [...picked.filter((path) => path !== another), ...(typed === undefined ? [] : [typed])];
  if (paths.length === 0 && fresh) dialog.say(words.projects.none);
  return named(await inOrder(words, dialog, fresh, paths), from.names);
}

async function typePath(words: Session["words"], dialog: Dialog, from: ProjectsFound): Promise<string | undefined> {
  const typed = await dialog.line(words.projects.path, (text) => {
    const path = from.locate(text);
    if (text === "") return undefined;
    return from.isFolder(path) ? pathFault(words, path) : words.projects.noFolder(path);
  });
  return typed === "" ? undefined : from.locate(typed);
}

/** Asked only where it makes a difference. */
async function inOrder(
  words: Session["words"],
  dialog: Dialog,
  fresh: boolean,
  paths: readonly string[],
): Promise<readonly string[]> {
  if (!fresh || paths.length < 2) return paths;
  const first = await dialog.one(
    words.projects.first,
    paths.map((path) => ({ value: path, label: path })),
  );
  return [first, ...paths.filter((path) => path !== first)];
}

function named(paths: readonly string[], taken: readonly string[]): readonly Project[] {
  const projects: Project[] = [];
  for (const path of new Set(paths))
    projects.push({ name: projectName(path, [...taken, ...projects.map((one) => one.name)]), path });
  return projects;
}

/** Projects of `--project NAME=FOLDER` and `--project FOLDER`. Throws an Error with the sentence. */
export function projectsOf(words: Session["words"], given: readonly string[], from: ProjectsFound): readonly Project[] {
  const projects: Project[] = [];
  for (const text of given) {
    const [, asked, folder = text] = /^([^=/~.]+)=(.+)$/.exec(text) ?? [];
    const path = from.locate(folder);
    if (!from.isFolder(path) || (asked !== undefined && !isProjectName(asked)))
      throw new Error(words.projects.wrongFlag(text));
    const fault = pathFault(words, path);
    if (fault !== undefined) throw new Error(fault);
    const taken = [...from.names, ...projects.map((one) => one.name)];
    projects.push({ name: asked ?? projectName(path, taken), path });
  }
  return projects;
}

/** The configuration would put a variable's value there. */
function pathFault(words: Session["words"], path: string): string | undefined {
  return /\$\{[A-Za-z_]\w*\}/.test(path) ? words.projects.dollar(path) : undefined;
}
