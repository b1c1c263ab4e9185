import { assertNever } from "../lib/assert-never.ts";
import type { ThreadId, TurnId } from "../model/ids.ts";
import type { CodexRequest, FileChange, RequestAnswer, RequestBody, RequestIdentity } from "../model/request.ts";
import { plainCommand } from "./items.ts";
import type { CommandExecutionApprovalDecision } from "./protocol/generated/v2/CommandExecutionApprovalDecision.ts";
import type { CommandExecutionRequestApprovalResponse } from "./protocol/generated/v2/CommandExecutionRequestApprovalResponse.ts";
import type { CurrentTimeReadResponse } from "./protocol/generated/v2/CurrentTimeReadResponse.ts";
import type { FileChangeRequestApprovalResponse } from "./protocol/generated/v2/FileChangeRequestApprovalResponse.ts";
import type { GrantedPermissionProfile } from "./protocol/generated/v2/GrantedPermissionProfile.ts";
import type { McpServerElicitationRequestResponse } from "./protocol/generated/v2/McpServerElicitationRequestResponse.ts";
import type { PermissionsRequestApprovalResponse } from "./protocol/generated/v2/PermissionsRequestApprovalResponse.ts";
import type { ToolRequestUserInputResponse } from "./protocol/generated/v2/ToolRequestUserInputResponse.ts";
import { requests as read } from "./protocol/read.ts";

/** What is done with a server request: a person is asked, it is answered at once, or refused (-32601). */
export type Reading =
  | { readonly kind: "ask"; readonly request: CodexRequest }
  | { readonly kind: "reply"; readonly result: CurrentTimeReadResponse }
  | { readonly kind: "refuse" };

/** Context of a request: changes of patches under way by item id, the time in ms. */
export interface RequestContext {
  readonly changes: ReadonlyMap<string, readonly FileChange[]>;
  readonly now: number;
}

type RpcId = number | string;

/** Reads a server request. Pure; what it does not understand is refused. */
export function readRequest(rpcId: RpcId, method: string, params: unknown, context: RequestContext): Reading {
  if (method === "currentTime/read")
    return { kind: "reply", result: { currentTimeAt: Math.floor(context.now / 1000) } };
  const request = readers[method]?.(rpcId, params, context);
  return request === undefined ? { kind: "refuse" } : { kind: "ask", request };
}

type Reader = (rpcId: RpcId, params: unknown, context: RequestContext) => CodexRequest | undefined;

const readers: Readonly<Record<string, Reader>> = {
  "item/commandExecution/requestApproval": (rpcId, params) => {
    const p = read.command.safeParse(params).data;
    return p && { ...identity(rpcId, p), ...(p.approvalId ? { approvalId: p.approvalId } : {}), body: commandBody(p) };
  },
  "item/fileChange/requestApproval": (rpcId, params, { changes }) => {
    const p = read.files.safeParse(params).data;
    if (p === undefined) return undefined;
    const grantRoot = p.grantRoot ? { grantRoot: p.grantRoot } : {};
    return {
      ...identity(rpcId, p),
      body: { kind: "files", changes: changes.get(p.itemId) ?? [], ...reasonOf(p), ...grantRoot },
    };
  },
  "item/permissions/requestApproval": (rpcId, params) => {
    const p = read.permissions.safeParse(params).data;
    return (
      p && {
        ...identity(rpcId, p),
        body: { kind: "permissions", summary: summary(p.permissions), ...reasonOf(p), raw: p.permissions },
      }
    );
  },
  "item/tool/requestUserInput": (rpcId, params) => {
    const p = read.question.safeParse(params).data;
    if (p === undefined) return undefined;
    const questions = p.questions.map((q) => ({
      id: q.id,
      header: q.header,
      question: q.question,
      options: (q.options ?? []).map((o) => ({
        label: o.label,
        ...(o.description ? { description: o.description } : {}),
      })),
      other: q.isOther || (q.options ?? []).length === 0,
      secret: q.isSecret,
    }));
    return { ...identity(rpcId, p), body: { kind: "question", questions } };
  },
  "mcpServer/elicitation/request": (rpcId, params) => {
    const p = read.elicitation.safeParse(params).data;
    if (p === undefined || p.mode === "openai/userVerification") return undefined;
    const message = [p.title, p.message, p.url].filter(Boolean).join("\n");
    // It has no item: the server's name and the rpc id stand in for one.
    const of = { threadId: p.threadId, turnId: p.turnId ?? "", itemId: `elicitation-${p.serverName}-${rpcId}` };
    return { ...identity(rpcId, of), body: { kind: "elicitation", server: p.serverName, message, raw: params } };
  },
};

function identity(rpcId: RpcId, p: { threadId: string; turnId: string; itemId: string }): RequestIdentity {
  return { rpcId, threadId: p.threadId as ThreadId, turnId: p.turnId as TurnId, itemId: p.itemId };
}

function reasonOf(p: { reason?: string | null | undefined }): { reason?: string } {
  return p.reason ? { reason: p.reason } : {};
}

function commandBody(p: ReturnType<typeof read.command.parse>): RequestBody {
  const network = p.networkApprovalContext
    ? `network access to ${p.networkApprovalContext.protocol}://${p.networkApprovalContext.host}`
    : "";
  const rule = p.proposedExecpolicyAmendment ?? [];
  const reason = [p.reason, network].filter(Boolean).join("; ");
  return {
    kind: "command",
    command: plainCommand(p.command ?? "") || network || "(input for a running command)",
    ...(p.cwd ? { cwd: p.cwd } : {}),
    ...(reason === "" ? {} : { reason }),
    ...(rule.length === 0 ? {} : { proposedRule: rule }),
  };
}

function summary(permissions: Readonly<Record<string, unknown>>): string {
  return Object.entries(permissions)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join("\n");
}

/** The JSON-RPC result that carries a person's answer. Pure. */
export function toResult(request: CodexRequest, answer: RequestAnswer): unknown {
  const { body } = request;
  switch (body.kind) {
    case "command":
      return { decision: commandDecision(body.proposedRule, answer) } satisfies CommandExecutionRequestApprovalResponse;
    case "files":
      return { decision: fileDecision(answer) } satisfies FileChangeRequestApprovalResponse;
    case "permissions":
      return permissionsResult(body.raw, answer);
    case "question":
      return questionResult(answer);
    case "elicitation":
      return elicitationResult(answer);
    default:
      return assertNever(body);
  }
}

function decisionOf(answer: RequestAnswer): Extract<RequestAnswer, { kind: "decision" }>["decision"] {
  return answer.kind === "decision" ? answer.decision : "decline";
}

function commandDecision(rule: readonly string[] | undefined, answer: RequestAnswer): CommandExecutionApprovalDecision {
  const decision = decisionOf(answer);
  if (decision !== "always") return decision;
  // Without a proposed rule there is nothing to allow for ever: this once.
  return rule === undefined ? "accept" : { acceptWithExecpolicyAmendment: { execpolicy_amendment: [...rule] } };
}

function fileDecision(answer: RequestAnswer): FileChangeRequestApprovalResponse["decision"] {
  const decision = decisionOf(answer);
  return decision === "always" ? "acceptForSession" : decision;
}

function permissionsResult(raw: unknown, answer: RequestAnswer): PermissionsRequestApprovalResponse {
  const decision = decisionOf(answer);
  if (decision === "decline" || decision === "cancel") return { permissions: {}, scope: "turn" };
  const wanted =
    typeof raw === "object" && raw !== null ? Object.entries(raw).filter(([, value]) => value !== null) : [];
  const permissions: GrantedPermissionProfile = Object.fromEntries(wanted);
  return { permissions, scope: decision === "accept" ? "turn" : "session" };
}

function questionResult(answer: RequestAnswer): ToolRequestUserInputResponse {
  if (answer.kind === "decision") return { answers: {} };
  const entries = Object.entries(answer.answers).map(([id, answers]) => [id, { answers: [...answers] }]);
  return { answers: Object.fromEntries(entries) };
}

function elicitationResult(answer: RequestAnswer): McpServerElicitationRequestResponse {
  if (answer.kind === "answers") {
    const entries = Object.entries(answer.answers).map(([id, [first]]) => [id, first ?? ""] as const);
    return { action: "accept", content: Object.fromEntries(entries), _meta: null };
  }
  switch (answer.decision) {
    case "decline":
    case "cancel":
      return { action: answer.decision, content: null, _meta: null };
    case "accept":
      return { action: "accept", content: {}, _meta: null };
    case "acceptForSession":
      return { action: "accept", content: {}, _meta: { persist: "session" } };
    case "always":
      return { action: "accept", content: {}, _meta: { persist: "always" } };
    default:
      return assertNever(answer.decision);
  }
}
