import type { Agent } from "node:http";
import type { Channel, ChannelIdentity, Examiner } from "../../src/channel/port.ts";
import { createHealthKeeper, type HealthKeeper } from "../../src/lib/account-health.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import { accountKey, type ChatKey, chatAddress } from "../../src/model/ids.ts";
import { capabilities } from "./capabilities.ts";
import { createClient, type TelegramClient } from "./client.ts";
import { createCommandMenu } from "./commands.ts";
import { ApiFailure, bridgeError, classify } from "./errors.ts";
import { examineAccount } from "./examine.ts";
import { download } from "./files.ts";
import { renderBody } from "./outbound.ts";
import { createPerform } from "./perform.ts";
import { poll } from "./poller.ts";
import { renderFrame } from "./render-live.ts";
import { addressFields } from "./requests.ts";
import { type Me, readMe } from "./wire.ts";

/** One Telegram bot. */
export interface TelegramOptions {
  /** Account id of the configuration, e.g. `main`. */
  readonly id: string;
  readonly token: string;
  /** Default `https://api.telegram.org`; a local Bot API server otherwise. A trailing slash is dropped. */
  readonly apiRoot?: string;
  /** Agent that reaches `apiRoot` through the configured proxy; absent: directly. */
  readonly proxyAgent?: Agent;
  /** Finals as rich messages, with entities as fallback. Default false. */
  readonly richMessages?: boolean;
  readonly log: Logger;
  readonly clock: Clock;
  /** How long Telegram holds a poll open, 0–50 s. Default 25. */
  readonly pollSeconds?: number;
  /** Time limit of a call without file, s. Default 30. */
  readonly callTimeoutSeconds?: number;
}

/** Telegram's own API. */
export const telegramAddress = "https://api.telegram.org";

/** A poll may be answered this much later than asked for, s. */
const pollGraceSeconds = 10;
/** A poll, with a repetition of one that was lost, is answered this much later than asked for at most, s. */
const silenceGraceSeconds = 30;
const uploadTimeoutSeconds = 300;

/** The Telegram channel: only importer of grammY. One instance per bot; one poller per token in the world. */
export function createTelegramChannel(options: TelegramOptions): Channel {
  const account = accountKey({ channel: "telegram", account: options.id });
  const log = options.log.child({ channel: account });
  const { clock } = options;
  const apiRoot = rootOf(options.apiRoot);
  const agent = options.proxyAgent === undefined ? {} : { agent: options.proxyAgent };
  const pollSeconds = options.pollSeconds ?? 25;
  const client = createClient({
    token: options.token,
    apiRoot,
    ...agent,
    callTimeoutSeconds: options.callTimeoutSeconds ?? 30,
    pollTimeoutSeconds: pollSeconds + pollGraceSeconds,
    uploadTimeoutSeconds,
  });
  const health = createHealthKeeper(clock, "has not reached Telegram yet", (pollSeconds + silenceGraceSeconds) * 1000);
  const whoAmI = createWhoAmI(client);
  const withoutDrafts = new Set<ChatKey>();
  const menu = createCommandMenu(client);
  const takesDrafts = (chat: ChatKey): boolean => isPrivate(chat) && !withoutDrafts.has(chat);

  return {
    account,
    capabilities,
    health: () => health.current(),
    identify: (signal) => identify(whoAmI, signal),
    receive: (sink, signal) =>
      poll({ client, health, clock, log, account: options.id, pollSeconds, whoAmI }, sink, signal),
    render: (op, screen) => renderBody(op.body, screen, { richMessages: options.richMessages ?? false }),
    renderLive: (chat, view, screen, now) => renderFrame(view, screen, now, takesDrafts(chat)),
    isGroup: (chat) => !takesDrafts(chat),
    perform: createPerform({
      client,
      health,
      clock,
      log,
      onDraftsRefused(chat) {
        if (!withoutDrafts.has(chat)) log.info({ chat }, "chat refuses drafts, streaming by edits");
        withoutDrafts.add(chat);
      },
    }),
    busy: (chat, signal) => busy({ client, health, log }, chat, signal),
    download: (attachment, path, signal) =>
      download(
        { client, token: options.token, apiRoot, ...agent, maxBytes: capabilities.maxDownloadBytes },
        attachment,
        path,
        signal,
      ),
    publishCommands: menu,
  };
}

/** Looks at one bot for `hotline doctor`; receives and sends nothing. */
export function createTelegramExaminer(
  options: Pick<TelegramOptions, "id" | "token" | "apiRoot" | "proxyAgent">,
): Examiner {
  const account = accountKey({ channel: "telegram", account: options.id });
  const apiRoot = rootOf(options.apiRoot);
  const client = createClient({
    token: options.token,
    apiRoot,
    ...(options.proxyAgent === undefined ? {} : { agent: options.proxyAgent }),
    callTimeoutSeconds: 30,
    pollTimeoutSeconds: 30,
    uploadTimeoutSeconds: 30,
  });
  return { account, address: apiRoot, examine: (asked, signal) => examineAccount(client, account, asked, signal) };
}

function rootOf(apiRoot: string = telegramAddress): string {
  return apiRoot.replace(/\/+$/, "");
}

/** Telegram numbers people above zero and groups below. */
function isPrivate(chat: ChatKey): boolean {
  return !chatAddress(chat).chat.startsWith("-");
}

/** Asks `getMe` until it was answered once. Rejects with ApiFailure. */
function createWhoAmI(client: TelegramClient): (signal: AbortSignal) => Promise<Me> {
  let me: Me | undefined;
  return async (signal) => {
    me ??= readMe(await client.call("getMe", {}, signal));
    return me;
  };
}

async function identify(whoAmI: (signal: AbortSignal) => Promise<Me>, signal: AbortSignal): Promise<ChannelIdentity> {
  try {
    const { username } = await whoAmI(signal);
    return {
      name: `@${username}`,
      claimLink: (code) => `https://t.me/${username}?start=${encodeURIComponent(code)}`,
    };
  } catch (error) {
    throw error instanceof ApiFailure ? bridgeError("getMe", error.failure) : error;
  }
}

async function busy(
  deps: { readonly client: TelegramClient; readonly health: HealthKeeper; readonly log: Logger },
  chat: ChatKey,
  signal: AbortSignal,
): Promise<void> {
  const method = "sendChatAction";
  try {
    await deps.client.call(method, { action: "typing", ...addressFields(method, chatAddress(chat)) }, signal);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    const result = classify(error.failure, { chat, method, idempotent: true });
    if (result.outcome === "unauthorized") deps.health.trouble("failed", "Telegram refuses the bot token");
    deps.log.debug({ chat, result }, "typing is not shown");
  }
}
