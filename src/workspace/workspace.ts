import { join } from "node:path";
import type { Workspace } from "../dispatcher/port.ts";
import type { ChatKey } from "../model/ids.ts";
import type { Attachment } from "../model/message.ts";
import { createGit } from "./git.ts";
import { clearStaging, createChatInbox } from "./inbox.ts";
import { type Project, resolveProject, type SpecDefaults } from "./projects.ts";

/** What the workspace is made of. */
export interface WorkspaceOptions {
  /** First: where an unbound chat works. */
  readonly projects: Readonly<Record<string, Project>>;
  /** Every chat works in the first project and with its model, whatever the chat is bound to. */
  readonly unbound?: boolean;
  /** `codex` of the configuration. */
  readonly defaults: SpecDefaults;
  /** Files are received below it, out of the model's reach. */
  readonly dataDir: string;
  /** What git may inherit. */
  readonly environment: Readonly<Record<string, string>>;
  /** The channel's download: stores an attachment at an absolute path. */
  readonly download: (chat: ChatKey, attachment: Attachment, path: string) => Promise<void>;
}

/** The dispatcher's port, and the upkeep of what it leaves on disk. */
export interface ManagedWorkspace extends Workspace {
  /** Removes received files older than `days` from every project; 0 keeps all. How many went. */
  sweep(days: number, now: number): Promise<number>;
  /** Removes half-received files of an earlier run. Before anything is received. */
  prepare(): Promise<void>;
}

const dayMs = 86_400_000;

/** The machine's side of all chats. */
export function createWorkspace(options: WorkspaceOptions): ManagedWorkspace {
  const staging = join(options.dataDir, "incoming");
  const inbox = createChatInbox(staging);
  return {
    ...createGit(options.environment),
    resolve(binding) {
      const { project: _project, model: _model, ...unbound } = binding;
      return resolveProject(options.unbound === true ? unbound : binding, options.projects, options.defaults);
    },
    fetch: (chat, attachment, cwd) =>
      inbox.save(chat, cwd, {
        name: attachment.name,
        fallback: attachment.kind === "image" ? "photo.jpg" : "file",
        download: (path) => options.download(chat, attachment, path),
      }),
    prepare: () => clearStaging(staging),
    async sweep(days, now) {
      if (days === 0) return 0;
      const paths = new Set(Object.values(options.projects).map((project) => project.path));
      const counts = await Promise.all([...paths].map((path) => inbox.sweep(path, now - days * dayMs)));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}
