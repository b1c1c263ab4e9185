import { z } from "zod";
import type { DoctorChannelWords } from "../../src/model/catalog/doctor-channels.ts";
import type { Finding } from "../../src/model/finding.ts";
import { codeOf } from "./errors.ts";
import { ask, type Examination, scopeLink, unanswered } from "./examine-tools.ts";

/** application-v6/application/get (seen 2025-07; `callback_info` as the SDK's types of 1.74 have it). `status` 1: enabled. */
const appInfo = z.object({
  app: z.object({
    status: z.number().optional(),
    online_version_id: z.string().optional(),
    callback_info: z
      .object({ callback_type: z.string().optional(), subscribed_callbacks: z.array(z.string()).optional() })
      .optional(),
  }),
});

/** application-v6/application-app_version/get (seen 2025-02). */
const versionInfo = z.object({
  app_version: z.object({ event_infos: z.array(z.object({ event_type: z.string() })).optional() }),
});

const enabled = 1;
const scopeMissing = new Set([99991672, 99991679]);
const selfManage = "application:application:self_manage";
const cardAction = "card.action.trigger";

const events: readonly (readonly [
  event: string,
  state: Finding["state"],
  breaks: keyof DoctorChannelWords["feishu"]["withoutEvent"],
])[] = [
  ["im.message.receive_v1", "error", "message"],
  ["im.message.recalled_v1", "warn", "recalled"],
  ["im.message.reaction.created_v1", "warn", "reaction"],
  ["im.chat.member.bot.deleted_v1", "warn", "left"],
];

/** Publication, events and callbacks; one line that says so where the app may not read about itself. */
export async function examineApp(it: Examination): Promise<readonly Finding[]> {
  const { account, console, words } = it;
  const check = `${account}.published`;
  let app: z.infer<typeof appInfo>["app"];
  try {
    ({ app } = appInfo.parse(await ask(it, "/open-apis/application/v6/applications/me", { lang: "en_us" })));
  } catch (error) {
    if (!scopeMissing.has(codeOf(error) ?? 0)) return [unanswered(check, error, it)];
    const fix = words.feishu.fixUnreadable(scopeLink(console, selfManage), console);
    return [{ check, state: "warn", message: words.feishu.unreadable, fix }];
  }
  if (app.status !== undefined && app.status !== enabled)
    return [{ check, state: "error", message: words.feishu.off, fix: words.feishu.fixInactive(console) }];
  const version = app.online_version_id ?? "";
  if (version === "")
    return [{ check, state: "error", message: words.feishu.unpublished, fix: words.feishu.fixPublish(console) }];
  return [
    { check, state: "ok", message: words.feishu.published },
    ...(await examineEvents(it, version)),
    buttonsFinding(it, app.callback_info),
  ];
}

async function examineEvents(it: Examination, version: string): Promise<readonly Finding[]> {
  const { account, console, words } = it;
  const check = `${account}.events`;
  let subscribed: readonly string[] | undefined;
  try {
    const path = `/open-apis/application/v6/applications/me/app_versions/${encodeURIComponent(version)}`;
    const told = versionInfo.parse(await ask(it, path, { lang: "en_us" })).app_version.event_infos;
    subscribed = told?.map((one) => one.event_type);
  } catch (error) {
    if (!scopeMissing.has(codeOf(error) ?? 0)) return [unanswered(check, error, it)];
  }
  if (subscribed === undefined)
    return [{ check, state: "warn", message: words.feishu.eventsUnknown, fix: words.feishu.fixEventsUnknown(console) }];
  const has = new Set(subscribed);
  const missing = events
    .filter(([event]) => !has.has(event))
    .map(([event, state, breaks]): Finding => {
      const message = words.feishu.eventMissing(event, words.feishu.withoutEvent[breaks]);
      return { check, state, message, fix: words.feishu.fixEvent(console, event) };
    });
  return missing.length > 0 ? missing : [{ check, state: "ok", message: words.feishu.events }];
}

function buttonsFinding(
  { account, console, words }: Examination,
  callbacks: z.infer<typeof appInfo>["app"]["callback_info"],
): Finding {
  const check = `${account}.buttons`;
  const fix = words.feishu.fixButtons(console);
  if (callbacks === undefined) return { check, state: "warn", message: words.feishu.buttonsUnknown, fix };
  const right =
    callbacks.callback_type === "websocket" && callbacks.subscribed_callbacks?.includes(cardAction) === true;
  if (right) return { check, state: "ok", message: words.feishu.buttons };
  return { check, state: "error", message: words.feishu.noButtons, fix };
}
