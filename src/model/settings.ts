/** Codex's own names. */
export type ApprovalPolicyName = "untrusted" | "on-request" | "never";
export type SandboxName = "read-only" | "workspace-write" | "danger-full-access";
export type EffortName = "none" | "minimal" | "low" | "medium" | "high" | "xhigh";
