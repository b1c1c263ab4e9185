import type { WebChannel, WebOptions } from "../adapters/web/index.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Channel } from "./channel/port.ts";
import { systemClock } from "./lib/clock.ts";
import type { Logger } from "./lib/log.ts";
import { createProxyAgents } from "./lib/proxy-agent.ts";
import type { RedisLink } from "./redis/connection.ts";
import { createTranscriptStore } from "./redis/transcript-store.ts";

export type { WebChannel } from "../adapters/web/index.ts";

/** The accounts of the platforms. Adapters are loaded only where an account of theirs is configured. */
export async function createChannels(config: LoadedConfig, log: Logger): Promise<readonly Channel[]> {
  const proxies = createProxyAgents(config.proxy, config.noProxy);
  const common = (address: string) => {
    const proxyAgent = proxies.agentFor(address);
    return { ...(proxyAgent === undefined ? {} : { proxyAgent }), log, clock: systemClock };
  };
  const { telegram, feishu } = config.channels;
  const channels: Channel[] = [];
  if (telegram.length > 0) {
    const { createTelegramChannel } = await import("../adapters/telegram/index.ts");
    for (const account of telegram) channels.push(createTelegramChannel({ ...account, ...common(account.apiRoot) }));
  }
  if (feishu.length > 0) {
    const { createFeishuChannel, feishuAddress } = await import("../adapters/feishu/index.ts");
    for (const account of feishu)
      channels.push(createFeishuChannel({ ...account, ...common(feishuAddress(account.domain)) }));
  }
  return channels;
}

/** The web chat, on the address that is listened on. Rejects when its page is not built. */
export async function openWeb(
  config: LoadedConfig,
  parts: Pick<WebOptions, "address" | "demo" | "operations" | "stopTurn"> & {
    readonly link: RedisLink;
    readonly logger: Logger;
  },
): Promise<WebChannel> {
  const { createWebChannel, loadPage } = await import("../adapters/web/index.ts");
  const { web } = config.channels;
  return createWebChannel({
    store: createTranscriptStore({ link: parts.link, account: "web~main" }),
    page: loadPage(),
    dataDir: config.dataDir,
    address: parts.address,
    token: web === false ? undefined : web.token,
    language: config.language,
    demo: parts.demo,
    operations: parts.operations,
    stopTurn: parts.stopTurn,
    clock: systemClock,
    log: parts.logger,
  });
}
