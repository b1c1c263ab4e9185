import { stat } from "node:fs/promises";
import type { SessionSpec } from "../codex/port.ts";
import type { Binding } from "../model/chat.ts";
import { BridgeError } from "../model/errors.ts";
import type { ApprovalPolicyName, EffortName, SandboxName } from "../model/settings.ts";

/** How Codex is run where nothing narrower says otherwise (`codex` of the configuration). */
export interface SpecDefaults {
  readonly model?: string | undefined;
  readonly effort: EffortName;
  readonly approvalPolicy: ApprovalPolicyName;
  readonly sandbox: SandboxName;
  readonly network: boolean;
}

/** A configured project; paths absolute. */
export interface Project {
  readonly path: string;
  readonly model?: string | undefined;
  readonly effort?: EffortName | undefined;
  readonly approvalPolicy?: ApprovalPolicyName | undefined;
  readonly sandbox?: SandboxName | undefined;
  readonly network?: boolean | undefined;
  readonly writable: readonly string[];
  readonly instructions?: string | undefined;
}

/** The project a chat is bound to. */
export interface ResolvedProject {
  readonly project: string;
  readonly spec: SessionSpec;
}

/**
 * What a chat works in and how: the chat's binding, else the project, else the service. A chat bound to none works in
 * the first project. BridgeError `projectMissing` when there is no such project, or its folder is gone.
 */
export async function resolveProject(
  binding: Binding,
  projects: Readonly<Record<string, Project>>,
  defaults: SpecDefaults,
): Promise<ResolvedProject> {
  const name = binding.project ?? Object.keys(projects)[0];
  const project = name === undefined || !Object.hasOwn(projects, name) ? undefined : projects[name];
  if (name === undefined || project === undefined)
    throw new BridgeError("projectMissing", `no project named "${name ?? ""}" is configured`);
  const found = await stat(project.path).catch(() => undefined);
  if (found?.isDirectory() !== true)
    throw new BridgeError("projectMissing", `the folder of project "${name}" is not there: ${project.path}`);
  const model = binding.model ?? project.model ?? defaults.model;
  return {
    project: name,
    spec: {
      cwd: project.path,
      ...(model === undefined ? {} : { model }),
      effort: binding.effort ?? project.effort ?? defaults.effort,
      approvalPolicy: binding.approvalPolicy ?? project.approvalPolicy ?? defaults.approvalPolicy,
      sandbox: binding.sandbox ?? project.sandbox ?? defaults.sandbox,
      network: project.network ?? defaults.network,
      writable: project.writable,
      ...(project.instructions === undefined ? {} : { instructions: project.instructions }),
    },
  };
}
