import { z } from "zod";
import type { FeishuCall } from "./requests.ts";

/** Scopes, events and callbacks of an app that can do everything; `docs/how-to/feishu-setup.md` tells what each is for. */
export const wanted = {
  scopes: [
    "im:message",
    "im:message:send_as_bot",
    "im:message:readonly",
    "im:message.p2p_msg:readonly",
    "im:message.group_at_msg:readonly",
    "im:resource",
    "im:message.reactions:write_only",
    "im:chat:read",
    "cardkit:card:write",
    "contact:user.base:readonly",
    "application:application:self_manage",
  ],
  events: [
    "im.message.receive_v1",
    "im.message.recalled_v1",
    "im.message.reaction.created_v1",
    "im.chat.member.bot.deleted_v1",
  ],
  callbacks: ["card.action.trigger"],
} as const;

/** Without one of each line something the service is for does not work; the first of a line is the one to ask for. */
const needed: readonly (readonly string[])[] = [
  ["im:message:send_as_bot", "im:message"],
  ["im:message.p2p_msg:readonly"],
  ["im:message.group_at_msg:readonly"],
  ["im:resource"],
  ["cardkit:card:write"],
  ["im:message.reactions:write_only"],
];

const granted = 1;
const answer = z.object({
  scopes: z
    .array(z.object({ scope_name: z.string(), grant_status: z.number(), scope_type: z.string().optional() }))
    .catch([]),
});

/**
 * Needed scopes that the tenant did not grant (application v6 `scope.list`, which needs no scope itself); undefined
 * when the platform does not tell. Events and callbacks cannot be read back this way.
 */
export async function missingScopes(call: FeishuCall, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const told = answer.safeParse(await call({ method: "GET", path: "/open-apis/application/v6/scopes" }, signal));
  if (!told.success || told.data.scopes.length === 0) return undefined;
  const names = new Set(
    told.data.scopes
      .filter((scope) => scope.grant_status === granted && scope.scope_type !== "user")
      .map((scope) => scope.scope_name),
  );
  return needed.flatMap((line) => (line.some((name) => names.has(name)) ? [] : line.slice(0, 1)));
}
