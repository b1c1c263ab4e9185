import { z } from "zod";
import type { ExamineOptions } from "../../src/channel/port.ts";
import { doctorChannelWords } from "../../src/model/catalog/doctor-channels.ts";
import type { Finding } from "../../src/model/finding.ts";
import { ApiFailure, codeOf, isUnauthorized } from "./errors.ts";
import { examineApp } from "./examine-app.ts";
import { ask, type Examination, type ExaminedApp, scopeLink, unanswered } from "./examine-tools.ts";
import { grantedScopes, missingScopes } from "./scopes.ts";

/** `activate_status` of a bot that can be written to (bot-v3/bot-overview, seen 2025-07). */
const active = 2;
const botInfo = z.object({
  bot: z.object({ app_name: z.string().catch("bot"), activate_status: z.number().optional() }),
});

/** See `Examiner`: secret, bot, scopes, publication, events and callbacks as far as the platform tells, groups. */
export async function examineAccount(
  app: ExaminedApp,
  asked: ExamineOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const it: Examination = { ...app, asked, words: doctorChannelWords[asked.language], signal };
  const bot = await examineBot(it);
  if (bot.state === "error") return [bot];
  const [scopes, rest, groups] = await Promise.all([
    examineScopes(it),
    examineApp(it),
    Promise.all(asked.groups.map((group) => examineGroup(it, group.id))),
  ]);
  return [bot, ...scopes, ...rest, ...groups];
}

async function examineBot(it: Examination): Promise<Finding> {
  const { account, asked, console, words } = it;
  const check = `${account}.app`;
  try {
    const { bot } = botInfo.parse(await ask(it, "/open-apis/bot/v3/info"));
    if (bot.activate_status === undefined || bot.activate_status === active)
      return { check, state: "ok", message: bot.app_name };
    const fix = words.feishu.fixInactive(console);
    return { check, state: "error", message: words.feishu.inactive, fix };
  } catch (error) {
    if (isUnauthorized(error)) {
      const what = error instanceof ApiFailure ? error.message : "";
      const fix = words.feishu.fixSecret(asked.place("appSecret"), console);
      return { check, state: "error", message: words.feishu.refused(what), fix };
    }
    const finding = unanswered(check, error, it);
    return codeOf(error) === undefined ? finding : { ...finding, fix: words.feishu.fixBot(console) };
  }
}

async function examineScopes(it: Examination): Promise<readonly Finding[]> {
  const { account, asked, console, words } = it;
  const check = `${account}.scopes`;
  let granted: ReadonlySet<string>;
  try {
    granted = grantedScopes(await ask(it, "/open-apis/application/v6/scopes"));
  } catch (error) {
    return [unanswered(check, error, it)];
  }
  const needs = { groups: asked.groups.length > 0, everything: asked.groups.some((group) => group.mode === "all") };
  const findings = missingScopes(granted, needs).map(({ scope, state, breaks }): Finding => {
    const without = words.feishu.without[breaks];
    if (state === "ok") return { check, state, message: words.feishu.optional(scope, without) };
    return {
      check,
      state,
      message: words.feishu.missing(scope, without),
      fix: words.feishu.fixScope(scopeLink(console, scope)),
    };
  });
  const lacking = findings.some((finding) => finding.state !== "ok");
  return lacking ? findings : [{ check, state: "ok", message: words.feishu.scopes }, ...findings];
}

/** Codes for "not in the chat" and "no such chat". */
const outside = new Set([232006, 232011, 232010]);

async function examineGroup(it: Examination, group: string): Promise<Finding> {
  const { account, words } = it;
  const check = `${account}.groups`;
  try {
    await ask(it, `/open-apis/im/v1/chats/${encodeURIComponent(group)}`);
    return { check, state: "ok", message: words.feishu.inGroup(group) };
  } catch (error) {
    const code = codeOf(error);
    if (code !== undefined && outside.has(code))
      return { check, state: "warn", message: words.notInGroup(group), fix: words.feishu.fixNotInGroup };
    const { message } = unanswered(check, error, it);
    return { check, state: "warn", message: words.feishu.groupUnknown(group, message) };
  }
}
