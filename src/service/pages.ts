import type { LoadedConfig } from "../../config/load.ts";
import type { IngressStore } from "../channel/port.ts";
import { openWeb, type WebChannel } from "../channels.ts";
import type { AppStatus } from "../cli/app-port.ts";
import { operationsView, stopFromAfar } from "../cli/operations.ts";
import type { RuntimeSnapshot } from "../dispatcher/snapshot.ts";
import type { Logger } from "../lib/log.ts";
import type { Sender } from "../outbox/sender.ts";
import { readAudit } from "../redis/audit.ts";
import type { RedisLink } from "../redis/connection.ts";

/** What the web chat and its operations view are made of. */
export interface PagesParts {
  readonly config: LoadedConfig;
  readonly link: RedisLink;
  readonly store: IngressStore;
  /** As printed, `http://127.0.0.1:8420`. */
  readonly address: string;
  readonly demo: boolean;
  readonly log: Logger;
  readonly status: () => Promise<AppStatus>;
  readonly chats: () => Promise<readonly RuntimeSnapshot[]>;
  readonly senders: () => readonly Sender[];
}

/** The web chat with its view of the whole service. Rejects when its page is not built. */
export function openPages({ config, link, store, log, chats, ...parts }: PagesParts): Promise<WebChannel> {
  return openWeb(config, {
    link,
    demo: parts.demo,
    address: parts.address,
    logger: log,
    operations: () =>
      operationsView({
        status: parts.status,
        chats,
        owners: async () => [...config.access.owners, ...(await store.owners())],
        titles: (chat) => store.facts(chat),
        audit: (limit) => readAudit(link, limit),
        senders: parts.senders,
      }),
    stopTurn: (chat, startedAt, id) => stopFromAfar(store, chats, { chat, startedAt, id }),
  });
}
