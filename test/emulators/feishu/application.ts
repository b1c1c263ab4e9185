import type { Answer, Call, Context, Route } from "./context.ts";
import { invalid, Refusal } from "./refusal.ts";

/** How the app stands in the developer console. */
export interface Application {
  /** 0 switched off, 1 enabled, 2 not enabled yet. */
  status: number;
  /** `activate_status` of the bot: 2 can be written to. */
  botStatus: number;
  /** False: no version is published. */
  published: boolean;
  /** Events of the published version. */
  readonly events: Set<string>;
  readonly callbacks: Set<string>;
  callbackType: "websocket" | "webhook";
}

/** An app set up as docs/how-to/feishu-setup.md says. */
export function completeApplication(): Application {
  return {
    status: 1,
    botStatus: 2,
    published: true,
    events: new Set([
      "im.message.receive_v1",
      "im.message.recalled_v1",
      "im.message.reaction.created_v1",
      "im.chat.member.bot.deleted_v1",
    ]),
    callbacks: new Set(["card.action.trigger"]),
    callbackType: "websocket",
  };
}

const versionId = "oav_0123456789abcdef0123456789abcdef";
const languages = new Set(["zh_cn", "en_us", "ja_jp"]);
const selfScopes = ["application:application:self_manage", "admin:app.info:readonly"];

/** What an app can read about itself. */
export const applicationRoutes: readonly Route[] = [
  {
    method: "application.scope.list",
    verb: "GET",
    path: "/open-apis/application/v6/scopes",
    scopes: [],
    handle: ({ scopes, application }) => {
      if (application.status !== 1) throw new Refusal(212100, "app not install");
      // What the app asked for, and whether the tenant granted it (1) or not (2).
      const asked = new Set([...scopes, "im:message:send_as_bot", "cardkit:card:write"]);
      const one = (name: string) => ({
        scope_name: name,
        grant_status: scopes.has(name) ? 1 : 2,
        scope_type: "tenant",
      });
      return { scopes: [...asked].map(one) };
    },
  },
  {
    method: "application.get",
    verb: "GET",
    path: "/open-apis/application/v6/applications/:app_id",
    query: ["lang", "user_id_type"],
    scopes: selfScopes,
    handle: application,
  },
  {
    method: "application.version.get",
    verb: "GET",
    path: "/open-apis/application/v6/applications/:app_id/app_versions/:version_id",
    query: ["lang", "user_id_type"],
    scopes: ["application:application:self_manage", "application:application.app_version:readonly"],
    handle: version,
  },
];

function checkSelf(context: Context, call: Call): void {
  if (!languages.has(call.query.lang ?? "")) throw invalid("lang");
  if (call.path.app_id !== "me" && call.path.app_id !== context.appId) throw new Refusal(210503, "invalid app_id");
}

function application(context: Context, call: Call): Answer {
  checkSelf(context, call);
  const { status, published, callbacks, callbackType } = context.application;
  return {
    app: {
      app_id: context.appId,
      status,
      scene_type: 0,
      online_version_id: published ? versionId : "",
      unaudit_version_id: "",
      app_name: "Hotline",
      callback_info: { callback_type: callbackType, request_url: "", subscribed_callbacks: [...callbacks] },
    },
  };
}

function version(context: Context, call: Call): Answer {
  checkSelf(context, call);
  const { published, events } = context.application;
  if (!published || call.path.version_id !== versionId) throw new Refusal(211002, "no such version_id");
  const infos = [...events].map((event) => ({ event_type: event, event_name: event, event_description: "" }));
  return { app_version: { app_id: context.appId, version_id: versionId, status: 1, event_infos: infos } };
}
