import type { CreateExaminers } from "./cli/app-port.ts";
import { createProxyAgents } from "./lib/proxy-agent.ts";

/** How `hotline doctor` gets at the adapters; each is loaded only where an account of it is configured. */
export const createExaminers: CreateExaminers = async (config) => {
  const proxies = createProxyAgents(config.proxy, config.noProxy);
  const through = (address: string) => {
    const proxyAgent = proxies.agentFor(address);
    return proxyAgent === undefined ? {} : { proxyAgent };
  };
  const { telegram, feishu } = config.channels;
  const telegramExaminers = async () => {
    const { createTelegramExaminer } = await import("../adapters/telegram/index.ts");
    return telegram.map((account, index) => ({
      ...createTelegramExaminer({ ...account, ...through(account.apiRoot) }),
      keyPath: `channels.telegram.${index}`,
    }));
  };
  const feishuExaminers = async () => {
    const { createFeishuExaminer, feishuAddress } = await import("../adapters/feishu/index.ts");
    return feishu.map((account, index) => ({
      ...createFeishuExaminer({ ...account, ...through(feishuAddress(account.domain)) }),
      keyPath: `channels.feishu.${index}`,
    }));
  };
  return [
    ...(telegram.length === 0 ? [] : await telegramExaminers()),
    ...(feishu.length === 0 ? [] : await feishuExaminers()),
  ];
};
