import { z } from "zod";
import type { DoctorChannelWords } from "../../src/model/catalog/doctor-channels.ts";
import type { Finding } from "../../src/model/finding.ts";

/** A scope that is not granted. */
export interface MissingScope {
  readonly scope: string;
  /** `ok`: one can do without. */
  readonly state: Finding["state"];
  readonly breaks: keyof DoctorChannelWords["feishu"]["without"];
}

/** What of the configuration needs a scope that is optional otherwise. */
export interface ScopeNeeds {
  /** Groups are on. */
  readonly groups: boolean;
  /** A group hears everything. */
  readonly everything: boolean;
}

interface Wanted {
  /** Any of these will do; the first is the one to ask for. */
  readonly any: readonly [string, ...string[]];
  readonly breaks: MissingScope["breaks"];
  readonly state: (needs: ScopeNeeds) => Finding["state"];
}

const always = (state: Finding["state"]) => () => state;

/** The table of docs/how-to/feishu-setup.md. */
const wanted: readonly Wanted[] = [
  { any: ["im:message:send_as_bot", "im:message"], breaks: "send", state: always("error") },
  { any: ["im:message.p2p_msg:readonly", "im:message.p2p_msg"], breaks: "direct", state: always("error") },
  {
    any: ["im:message.group_at_msg:readonly", "im:message.group_at_msg", "im:message.group_msg"],
    breaks: "mentions",
    state: ({ groups }) => (groups ? "error" : "warn"),
  },
  { any: ["im:resource"], breaks: "files", state: always("warn") },
  { any: ["cardkit:card:write"], breaks: "cards", state: always("warn") },
  { any: ["im:message.reactions:write_only", "im:message"], breaks: "reactions", state: always("warn") },
  { any: ["im:message:readonly", "im:message"], breaks: "history", state: always("warn") },
  { any: ["im:message.group_msg"], breaks: "everything", state: ({ everything }) => (everything ? "error" : "ok") },
  { any: ["im:chat:read", "im:chat:readonly", "im:chat"], breaks: "titles", state: always("ok") },
  { any: ["contact:user.base:readonly"], breaks: "names", state: always("ok") },
  { any: ["application:application:self_manage", "admin:app.info:readonly"], breaks: "self", state: always("ok") },
];

/** What is missing, in the order of the table. Pure. */
export function missingScopes(granted: ReadonlySet<string>, needs: ScopeNeeds): readonly MissingScope[] {
  return wanted
    .filter(({ any }) => !any.some((scope) => granted.has(scope)))
    .map(({ any, breaks, state }) => ({ scope: any[0], state: state(needs), breaks }));
}

/** `grant_status` 1: granted (application-v6/scope/list). User scopes are another matter. */
const scopeList = z.object({
  scopes: z
    .array(z.object({ scope_name: z.string(), grant_status: z.number(), scope_type: z.string().optional() }))
    .catch([]),
});

/** Scopes the tenant granted, as `GET /open-apis/application/v6/scopes` tells (which needs no scope itself). Throws on anything else. */
export function grantedScopes(answer: unknown): ReadonlySet<string> {
  const { scopes } = scopeList.parse(answer);
  const ours = scopes.filter((scope) => scope.grant_status === 1 && scope.scope_type !== "user");
  return new Set(ours.map((scope) => scope.scope_name));
}
