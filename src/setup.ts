import type { ChannelIdentity } from "./channel/port.ts";
import type { Account, Checked, CreatePlatforms, FeishuAccount } from "./cli/init/port.ts";
import { systemClock } from "./lib/clock.ts";
import { silentLogger } from "./lib/log.ts";
import { createProxyAgents } from "./lib/proxy-agent.ts";

/** The platforms for `hotline init`: the same adapters that serve later, without a service around them. */
export const createPlatforms: CreatePlatforms = async ({ proxy, noProxy }) => {
  const proxies = createProxyAgents(proxy, noProxy);
  const agentOf = (address: string) => {
    const proxyAgent = proxies.agentFor(address);
    return proxyAgent === undefined ? {} : { proxyAgent };
  };
  const common = { id: "main", log: silentLogger, clock: systemClock };

  async function identify(account: Account, signal: AbortSignal): Promise<ChannelIdentity> {
    if (account.channel === "feishu") {
      const { createFeishuChannel, feishuAddress } = await import("../adapters/feishu/index.ts");
      return createFeishuChannel({ ...account, ...common, ...agentOf(feishuAddress(account.domain)) }).identify(signal);
    }
    const { createTelegramChannel, telegramAddress } = await import("../adapters/telegram/index.ts");
    const { token, apiRoot = telegramAddress } = account;
    return createTelegramChannel({ token, apiRoot, ...common, ...agentOf(apiRoot) }).identify(signal);
  }

  async function missingOf(account: FeishuAccount, signal: AbortSignal): Promise<Pick<Checked, "missingScopes">> {
    const { feishuAddress, readMissingScopes } = await import("../adapters/feishu/index.ts");
    const missing = await readMissingScopes({ ...account, ...agentOf(feishuAddress(account.domain)) }, signal);
    return missing === undefined ? {} : { missingScopes: missing };
  }

  return {
    async check(account, signal) {
      const identity = await identify(account, signal);
      return account.channel === "telegram" ? identity : { ...identity, ...(await missingOf(account, signal)) };
    },
    async registerFeishu(lark, onLink, signal) {
      const { registerApp } = await import("../adapters/feishu/register.ts");
      const made = await registerApp({
        lark,
        ...agentOf("https://accounts.feishu.cn"),
        onLink: (link, seconds) => onLink(link, Math.floor(seconds / 60)),
        signal,
      });
      if ("failed" in made) return made;
      const { scannedBy, ...app } = made;
      return { account: { channel: "feishu", ...app }, ...(scannedBy === undefined ? {} : { scannedBy }) };
    },
  };
};
