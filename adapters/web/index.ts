import { join } from "node:path";
import type { Channel, TranscriptStore } from "../../src/channel/port.ts";
import { createHealthKeeper } from "../../src/lib/account-health.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { ChatKey } from "../../src/model/ids.ts";
import type { Language } from "../../src/model/view.ts";
import { capabilities, maxFileBytes, maxSayFiles, maxSayLength } from "./capabilities.ts";
import { createWebFiles } from "./files.ts";
import { createGate } from "./gate.ts";
import { personOf } from "./inbound.ts";
import { frameOf } from "./live.ts";
import { renderBody, renderFrame, type WebRequest } from "./outbound.ts";
import type { PageFiles } from "./page-files.ts";
import { createPages } from "./pages.ts";
import { performWeb } from "./perform.ts";
import type { OperationsView } from "./protocol.ts";
import { createReceiver } from "./receiver.ts";
import { createSite, type Site } from "./server.ts";
import { keptToken } from "./token.ts";

export { loadPage } from "./page-files.ts";
export type { OperationsView } from "./protocol.ts";
export type { Site } from "./server.ts";

/** What the web chat needs. */
export interface WebOptions {
  readonly store: TranscriptStore;
  /** See {@link loadPage}. */
  readonly page: PageFiles;
  readonly dataDir: string;
  /** As printed, `http://127.0.0.1:8420`. */
  readonly address: string;
  /** Absent: made at the first start and kept in dataDir. */
  readonly token?: string | undefined;
  readonly language: Language;
  /** The model is the built-in demo. */
  readonly demo: boolean;
  readonly operations: () => Promise<OperationsView>;
  /** Stops the turn of any chat that began then, ms since the epoch; `id`: of this wish. False when it does not run. */
  readonly stopTurn: (chat: ChatKey, startedAt: number, id: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The local chat: a channel that is its own platform. */
export interface WebChannel extends Channel {
  readonly site: Site;
  /** The address that lets a browser in. Holds the token: for the terminal, never for a log. */
  readonly entry: string;
  /** Removes files last written before `before`, ms since the epoch. */
  sweep(before: number): Promise<void>;
}

/** There is one account: whoever holds the token. */
const account = "main";

/** What is written lives in `store`, files in `dataDir/web`. */
export async function createWebChannel(options: WebOptions): Promise<WebChannel> {
  const { store, page, dataDir, address, language, demo, clock } = options;
  const log = options.log.child({ channel: "web" });
  const token = options.token ?? (await keptToken(dataDir));
  const gate = createGate(token, Number(new URL(address).port || 80));
  const files = createWebFiles(join(dataDir, "web"), maxFileBytes);
  const pages = createPages(store);
  await pages.start();
  const health = createHealthKeeper(clock, "not receiving yet");
  const receiver = createReceiver({ account, person: personOf(language), store, files, clock, log });
  let menu: Parameters<Channel["publishCommands"]>[0][Language] = [];
  const site = createSite({
    gate,
    page,
    files,
    language,
    log,
    maxFileBytes,
    connection: {
      account,
      language,
      store,
      pages,
      receiver,
      clock,
      log,
      about: () => ({
        build: page.build,
        language,
        demo,
        commands: menu,
        maxFileBytes,
        maxTextLength: maxSayLength,
        maxFiles: maxSayFiles,
      }),
      operations: options.operations,
      stopTurn: options.stopTurn,
    },
  });
  return {
    account: `web~${account}`,
    capabilities,
    site,
    entry: `${address}/?token=${encodeURIComponent(token)}`,
    health: () => health.current(),
    identify: async () => ({ name: address }),
    async receive(sink, signal) {
      health.ok();
      await receiver.receive(sink, signal);
      pages.close();
    },
    render: (op, screen) => renderBody(op.body, screen),
    renderLive(_chat, view) {
      const frame = frameOf(view);
      return frame === undefined ? undefined : renderFrame(frame);
    },
    isGroup: () => false,
    perform: (chat, call, _signal, attempt) =>
      performWeb({ store, files, clock }, chat, call.request as WebRequest, attempt),
    // The live frame itself shows that something is going on.
    busy: async () => undefined,
    download: (attachment, path) => files.copy(attachment.ref, path),
    async publishCommands(commands) {
      menu = commands[language];
    },
    sweep: (before) => files.sweep(before),
  };
}
