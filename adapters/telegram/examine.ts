import { z } from "zod";
import type { ExamineOptions } from "../../src/channel/port.ts";
import { type DoctorChannelWords, doctorChannelWords } from "../../src/model/catalog/doctor-channels.ts";
import type { Finding } from "../../src/model/finding.ts";
import type { TelegramClient } from "./client.ts";
import { ApiFailure, type Failure, failureReason } from "./errors.ts";

/** How long another poller has to show itself by taking the line from us, s. */
const rivalSeconds = 3;
const callMs = 3000;

const me = z.object({ id: z.number(), username: z.string(), can_read_all_group_messages: z.boolean().catch(true) });
const webhookInfo = z.object({ url: z.string() });
const member = z.object({ status: z.string(), is_member: z.boolean().optional() });

type Me = z.infer<typeof me>;

interface Examination {
  readonly client: TelegramClient;
  readonly account: string;
  readonly asked: ExamineOptions;
  readonly words: DoctorChannelWords;
  readonly signal: AbortSignal;
}

/** See `Examiner`: token, webhook, second poller, groups. Confirms no update. */
export async function examineAccount(
  client: TelegramClient,
  account: string,
  asked: ExamineOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const it: Examination = { client, account, asked, words: doctorChannelWords[asked.language], signal };
  let bot: Me;
  try {
    bot = me.parse(await call(it, "getMe", {}));
  } catch (error) {
    return [tokenFailure(it, failureOf(error))];
  }
  const [line, groups] = await Promise.all([
    examineLine(it),
    Promise.all(asked.groups.map((group) => examineGroup(it, bot, group))),
  ]);
  return [{ check: `${account}.token`, state: "ok", message: `@${bot.username}` }, ...line, ...groups];
}

function call({ client, signal }: Examination, method: string, payload: object): Promise<unknown> {
  return client.call(method, payload, AbortSignal.any([signal, AbortSignal.timeout(callMs)]));
}

/** Rethrows what is no failure of Telegram. */
function failureOf(error: unknown): Failure {
  if (error instanceof ApiFailure) return error.failure;
  throw error;
}

function tokenFailure({ account, asked, words }: Examination, failure: Failure): Finding {
  const check = `${account}.token`;
  if (failure.kind === "api" && (failure.code === 401 || failure.code === 404))
    return {
      check,
      state: "error",
      message: words.telegram.tokenRefused,
      fix: words.telegram.fixToken(asked.place("token")),
    };
  return unanswered(check, failure, words);
}

function unanswered(check: string, failure: Failure, words: DoctorChannelWords): Finding {
  if (failure.kind === "api")
    return {
      check,
      state: "error",
      message: words.answers("Telegram", failureReason(failure)),
      fix: words.fixUnreachable,
    };
  const why = failure.aborted ? words.noAnswer : failure.reason;
  return { check, state: "error", message: words.unreachable("Telegram", why), fix: words.fixUnreachable };
}

/** Whether updates come to us: no webhook, no other poller. */
async function examineLine(it: Examination): Promise<readonly Finding[]> {
  const { account, words } = it;
  const check = `${account}.webhook`;
  let url: string;
  try {
    url = webhookInfo.parse(await call(it, "getWebhookInfo", {})).url;
  } catch (error) {
    return [unanswered(check, failureOf(error), words)];
  }
  if (url === "") return [{ check, state: "ok", message: words.telegram.noWebhook }, await examinePoller(it)];
  const host = URL.canParse(url) ? new URL(url).host : url;
  return [
    {
      check,
      state: "error",
      message: words.telegram.webhook(host),
      fix: words.telegram.fixWebhook,
      async mend(signal) {
        await it.client.call("deleteWebhook", { drop_pending_updates: false }, signal);
        return words.telegram.webhookGone;
      },
    },
  ];
}

/**
 * Of two pollers the newer one gets the line and the older one a 409. So we take it for a moment: another one that is
 * alive takes it back. Updates that wait show that there is none. Without an offset nothing is confirmed, and without
 * `allowed_updates` the types stay as they are.
 */
async function examinePoller(it: Examination): Promise<Finding> {
  const { client, account, asked, words, signal } = it;
  const check = `${account}.poller`;
  if (asked.running) return { check, state: "ok", message: words.telegram.ownPoller };
  try {
    await client.call("getUpdates", { timeout: rivalSeconds, limit: 1 }, signal, "poll");
    return { check, state: "ok", message: words.telegram.alone };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind !== "api" || failure.code !== 409) return unanswered(check, failure, words);
    const fix = words.telegram.fixRival(asked.place("token"));
    return { check, state: "error", message: words.telegram.rival, fix };
  }
}

async function examineGroup(it: Examination, bot: Me, group: ExamineOptions["groups"][number]): Promise<Finding> {
  const { account, words } = it;
  const check = `${account}.groups`;
  const name = `@${bot.username}`;
  const outside: Finding = {
    check,
    state: "warn",
    message: words.notInGroup(group.id),
    fix: words.telegram.fixNotInGroup(name),
  };
  try {
    const { status, is_member: isMember } = member.parse(
      await call(it, "getChatMember", { chat_id: Number(group.id), user_id: bot.id }),
    );
    if (status === "left" || status === "kicked" || isMember === false) return outside;
    const hearsAll = bot.can_read_all_group_messages || status === "administrator" || status === "creator";
    if (group.mode === "all" && !hearsAll)
      return { check, state: "warn", message: words.telegram.privacy(group.id), fix: words.telegram.fixPrivacy(name) };
    return { check, state: "ok", message: words.telegram.inGroup(group.id) };
  } catch (error) {
    const failure = failureOf(error);
    if (failure.kind === "api" && failure.migrateTo !== undefined) {
      const message = words.telegram.moved(group.id, failure.migrateTo);
      return { check, state: "error", message, fix: words.telegram.fixMoved(group.id, failure.migrateTo) };
    }
    return failure.kind === "api" && (failure.code === 400 || failure.code === 403)
      ? outside
      : unanswered(check, failure, words);
  }
}
