import type { FeishuCall } from "./requests.ts";
import { grantedScopes, missingScopes } from "./scopes.ts";

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

/**
 * Scopes the tenant did not grant and the service is not whole without; undefined when the platform does not tell.
 * Events and callbacks cannot be read back this way.
 */
export async function ungrantedScopes(call: FeishuCall, signal: AbortSignal): Promise<readonly string[] | undefined> {
  const granted = grantedScopes(await call({ method: "GET", path: "/open-apis/application/v6/scopes" }, signal));
  if (granted.size === 0) return undefined;
  const missing = missingScopes(granted, { groups: true, everything: false });
  return missing.filter(({ state }) => state !== "ok").map(({ scope }) => scope);
}
