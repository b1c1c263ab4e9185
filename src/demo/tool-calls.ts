/** A tool call of the model; ends the response, the next request carries its output. */
export interface ToolCall {
  readonly kind: "function" | "custom";
  readonly name: string;
  /** JSON arguments (function) or raw input (custom). */
  readonly input: string;
}

/** Options of a shell call. */
export interface ShellOptions {
  /** Asks to run outside the sandbox. */
  readonly escalate?: boolean;
  /** Why, for the person who is asked. */
  readonly justification?: string;
  /** How long the model waits before the command becomes a background terminal, ms. */
  readonly yieldMs?: number;
  readonly workdir?: string;
}

/** A step of a plan and how far it is. */
export type PlanEntry = readonly [step: string, status: "pending" | "in_progress" | "completed"];

/** A question with options, for `request_user_input`. */
export interface Question {
  readonly id: string;
  readonly header: string;
  readonly question: string;
  readonly options: readonly { readonly label: string; readonly description: string }[];
}

/** Any function call. */
export function functionCall(name: string, args: unknown): ToolCall {
  return { kind: "function", name, input: JSON.stringify(args) };
}

/** Runs a command. */
export function shellCall(cmd: string, options: ShellOptions = {}): ToolCall {
  return functionCall("exec_command", {
    cmd,
    ...(options.workdir === undefined ? {} : { workdir: options.workdir }),
    ...(options.yieldMs === undefined ? {} : { yield_time_ms: options.yieldMs }),
    ...(options.escalate === true ? { sandbox_permissions: "require_escalated" } : {}),
    ...(options.justification === undefined ? {} : { justification: options.justification }),
  });
}

/** Applies a patch in Codex's `*** Begin Patch` language. */
export function patchCall(input: string): ToolCall {
  return { kind: "custom", name: "apply_patch", input };
}

/** The patch text that adds one file. */
export function addFile(path: string, content: string): string {
  const lines = content.replace(/\n$/, "").split("\n");
  return ["*** Begin Patch", `*** Add File: ${path}`, ...lines.map((line) => `+${line}`), "*** End Patch"].join("\n");
}

/** Updates the plan. */
export function planCall(entries: readonly PlanEntry[]): ToolCall {
  return functionCall("update_plan", { plan: entries.map(([step, status]) => ({ step, status })) });
}

/** Asks the person (needs `features.default_mode_request_user_input`, which the service sets). */
export function askCall(questions: readonly Question[]): ToolCall {
  return functionCall("request_user_input", { questions });
}
