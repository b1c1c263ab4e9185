import type { Finding } from "../../model/finding.ts";
import { isReceivedFor } from "../../redis/examine.ts";
import type { AccountExaminer } from "../app-port.ts";
import type { Check, Scene } from "./check.ts";

/** One check per account; what is looked at is the adapter's business. */
export function channelChecks(scene: Scene, examiners: readonly AccountExaminer[]): readonly Check[] {
  const { config, words } = scene;
  const worker = scene.role === "worker";
  const none: Finding = { check: "channels", state: "ok", message: worker ? words.workerNoChannel : words.noChannel };
  if (examiners.length === 0) return [{ name: "channels", run: async () => [none] }];
  return examiners.map((examiner) => ({
    name: examiner.account,
    async run(signal) {
      const options = {
        language: config.language,
        running: worker || scene.service !== undefined || (await isServed(scene, examiner.account, signal)),
        groups: groupsOf(scene, examiner.account.slice(0, examiner.account.indexOf("~"))),
        place: (key: string) => scene.place(`${examiner.keyPath}.${key}`),
      };
      const found = await examiner.examine(options, signal);
      return worker ? ofWorker(found, examiner.account) : found;
    },
  }));
}

/** A worker only fetches files there: who polls is no concern of it, and no fault stops it. */
function ofWorker(found: readonly Finding[], account: string): readonly Finding[] {
  return found
    .filter((one) => one.check !== `${account}.poller`)
    .map((one) => (one.state === "error" ? { ...one, state: "warn" } : one));
}

/** A gateway on another machine has the account: asking for its messages would take them away. Unknown counts as no. */
async function isServed({ config }: Scene, account: string, signal: AbortSignal): Promise<boolean> {
  if (config.redis === undefined) return false;
  return isReceivedFor({ url: config.redis.url }, account, signal).catch(() => false);
}

function groupsOf(
  { config }: Scene,
  channel: string,
): readonly { readonly id: string; readonly mode: "mention" | "all" }[] {
  return Object.entries(config.access.groups).flatMap(([name, group]) => {
    if (!name.startsWith(`${channel}:`) || group === "off" || group.mode === "off") return [];
    return [{ id: name.slice(channel.length + 1), mode: group.mode }];
  });
}
