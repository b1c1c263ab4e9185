import type { Agent } from "node:http";
import type { Channel, Examiner } from "../../src/channel/port.ts";
import { createHealthKeeper } from "../../src/lib/account-health.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { OutboundCall } from "../../src/model/delivery.ts";
import { accountKey } from "../../src/model/ids.ts";
import { capabilities, limits } from "./capabilities.ts";
import { createClient, type FeishuClient } from "./client.ts";
import { connect, longestSilenceMs } from "./connection.ts";
import { createDirectory } from "./directory.ts";
import { bridgeError, classify, codeOf, isTold } from "./errors.ts";
import { examineAccount } from "./examine.ts";
import { download } from "./files.ts";
import { ungrantedScopes } from "./grants.ts";
import { createHttp } from "./http.ts";
import { renderFrame } from "./live.ts";
import { renderBody } from "./outbound.ts";
import { createPerform } from "./perform.ts";
import { feishuRequest } from "./requests.ts";
import { readBotInfo } from "./wire.ts";

/** One Feishu or Lark app. */
export interface FeishuOptions {
  /** Account id of the configuration, e.g. `main`. */
  readonly id: string;
  /** `cli_` and 16 hex digits. */
  readonly appId: string;
  readonly appSecret: string;
  /** `feishu` (default), `lark` (international), or an address. */
  readonly domain?: string;
  /** Agent that reaches the platform through the configured proxy; absent: directly. */
  readonly proxyAgent?: Agent;
  readonly log: Logger;
  readonly clock: Clock;
  /** Time limit of a call without file, s. Default 15. */
  readonly callTimeoutSeconds?: number;
}

const uploadTimeoutMs = 300_000;
/** Somebody waits for the whole examination. */
const examineTimeoutMs = 3000;

/** The Feishu channel: only importer of the Lark SDK. One instance per app. */
export function createFeishuChannel(options: FeishuOptions): Channel {
  const account = accountKey({ channel: "feishu", account: options.id });
  const log = options.log.child({ channel: account });
  const { clock, appId, appSecret } = options;
  const domain = feishuAddress(options.domain ?? "feishu");
  const timeoutMs = (options.callTimeoutSeconds ?? 15) * 1000;
  const agent = options.proxyAgent === undefined ? {} : { agent: options.proxyAgent };
  const client = createClient({ appId, appSecret, domain, ...agent, timeoutMs, uploadTimeoutMs });
  const health = createHealthKeeper(clock, "has not reached Feishu yet", longestSilenceMs);
  const directory = createDirectory({ appId, call: client.call, log });
  const perform = createPerform({ call: client.call, upload: client.upload, classify, codeOf, clock, log });
  const whoAmI = createWhoAmI(client);

  return {
    account,
    capabilities,
    health: () => health.current(),
    async identify(signal) {
      try {
        return { name: (await whoAmI(signal)).app_name, ...chatLink(options.domain ?? "feishu", appId) };
      } catch (error) {
        throw bridgeError(error);
      }
    },
    receive: (sink, signal) =>
      connect(
        {
          account: options.id,
          appId,
          appSecret,
          domain,
          ...agent,
          http: createHttp({ timeoutMs, ...agent }),
          directory,
          health,
          clock,
          log,
          botId: async (stop) => (await whoAmI(stop)).open_id,
        },
        sink,
        signal,
      ),
    render: (op, screen) =>
      renderBody(op.body, screen, {
        chat: op.chat,
        maxParts: capabilities.maxParts,
        maxFileBytes: capabilities.maxUploadBytes,
        maxImageBytes: limits.imageBytes,
      }),
    renderLive: renderFrame,
    isGroup: () => true,
    async perform(chat, call, signal, attempt) {
      const result = await perform(chat, call, signal, attempt);
      if (result.outcome === "done" && result.message !== undefined)
        directory.sent(result.message.messageId, contentOf(call));
      if (result.outcome === "unauthorized") health.trouble("failed", "Feishu refuses the app id or secret");
      return result;
    },
    // The reaction on the message says it.
    busy: async () => {},
    download: (attachment, path, signal) =>
      download({ client, maxBytes: capabilities.maxDownloadBytes }, attachment, path, signal),
    // Feishu has no command menu an app can publish.
    publishCommands: async () => {},
  };
}

/** Looks at one app for `hotline doctor`; receives and sends nothing. */
export function createFeishuExaminer(
  options: Pick<FeishuOptions, "id" | "appId" | "appSecret" | "domain" | "proxyAgent">,
): Examiner {
  const { appId, appSecret } = options;
  const account = accountKey({ channel: "feishu", account: options.id });
  const domain = feishuAddress(options.domain ?? "feishu");
  const agent = options.proxyAgent === undefined ? {} : { agent: options.proxyAgent };
  const client = createClient({ appId, appSecret, domain, ...agent, timeoutMs: examineTimeoutMs, uploadTimeoutMs });
  const app = { account, appId, console: `${domain}/app/${appId}`, call: client.call };
  return { account, address: domain, examine: (asked, signal) => examineAccount(app, asked, signal) };
}

/** Content of a card that a call sends or changes. */
function contentOf(call: OutboundCall): string | undefined {
  const request = feishuRequest(call);
  if (request.kind === "send") return request.wire.content;
  return request.kind === "patch" ? request.content : undefined;
}

/** Address of the platform for a `domain` of the configuration. */
export function feishuAddress(domain: string): string {
  if (domain === "feishu") return "https://open.feishu.cn";
  if (domain === "lark") return "https://open.larksuite.com";
  return domain.replace(/\/+$/, "");
}

/** Link that opens the bot's chat in the app; no other platform than these two has one we know. */
function chatLink(domain: string, appId: string): { readonly chatLink?: string } {
  const hosts = new Map([
    ["feishu", "applink.feishu.cn"],
    ["lark", "applink.larksuite.com"],
  ]);
  const host = hosts.get(domain);
  return host === undefined ? {} : { chatLink: `https://${host}/client/bot/open?appId=${appId}` };
}

/**
 * Needed scopes an app was not granted; undefined when the platform does not tell, for whatever reason: nothing else
 * depends on it.
 */
export async function readMissingScopes(
  account: Pick<FeishuOptions, "appId" | "appSecret" | "domain" | "proxyAgent">,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const { appId, appSecret, proxyAgent } = account;
  const agent = proxyAgent === undefined ? {} : { agent: proxyAgent };
  const domain = feishuAddress(account.domain ?? "feishu");
  const { call } = createClient({ appId, appSecret, domain, ...agent, timeoutMs: 15_000, uploadTimeoutMs });
  return ungrantedScopes(call, signal).catch((error: unknown) => {
    if (isTold(error)) return undefined;
    throw error;
  });
}

/** Asks who the bot is until it was told once. Rejects with ApiFailure. */
function createWhoAmI(
  client: FeishuClient,
): (signal: AbortSignal) => Promise<{ readonly app_name: string; readonly open_id: string }> {
  let me: { readonly app_name: string; readonly open_id: string } | undefined;
  return async (signal) => {
    if (me !== undefined) return me;
    const told = readBotInfo(await client.call({ method: "GET", path: "/open-apis/bot/v3/info" }, signal));
    if (told === undefined) throw new Error("the platform does not say who the bot is");
    me = told.bot;
    return me;
  };
}
