import { mkdtemp, rm } from "node:fs/promises";
import { get, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWebChannel, type WebChannel } from "../../../adapters/web/index.ts";
import type { InboundEvent, InboundSink, TapReply, TranscriptStore } from "../../../src/channel/port.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import type { OutboxBody } from "../../../src/model/delivery.ts";
import { type ChatKey, chatKey, type OpId } from "../../../src/model/ids.ts";
import { createTranscriptStore, type TranscriptStoreOptions } from "../../../src/redis/transcript-store.ts";
import { createHealth } from "../../../src/telemetry/health.ts";
import { createHealthServer } from "../../../src/telemetry/http.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { PageClient } from "../../emulators/page/page-client.ts";
import type { TestRedis } from "../../fixtures/redis.ts";

/** The web channel on a real server and a real Redis, without a service behind it. */
export interface WebRig {
  readonly address: string;
  readonly entry: string;
  readonly dataDir: string;
  readonly store: TranscriptStore;
  readonly channel: WebChannel;
  /** What ingress was given. */
  readonly events: InboundEvent[];
  /** Refuses what comes while set. */
  refuse: boolean;
  /** How often it refused. */
  refusals: number;
  /** Answer to taps. */
  reply: TapReply;
  page(chat?: string): Promise<PageClient>;
  /** Puts an operation on the screen, once per key. */
  show(body: OutboxBody, key?: string, chat?: string): Promise<string>;
  /** Ends the channel as a stop does, and starts it anew on the same data. */
  restart(): Promise<void>;
  end(): Promise<void>;
}

export const homeKey: ChatKey = chatKey({ channel: "web", account: "main", chat: "home" });

/** `options` bound what is kept. */
export async function startWebRig(
  redis: TestRedis,
  options: Pick<TranscriptStoreOptions, "entryCap" | "changeCap" | "chatCap"> = {},
): Promise<WebRig> {
  const dataDir = await mkdtemp(join(tmpdir(), "web-rig-"));
  const server = createHealthServer({
    listen: "127.0.0.1:0",
    health: createHealth(),
    metrics: createMetrics(),
    redact: (text) => text,
    logger: silentLogger,
  });
  const address = await server.start();
  const prefix = redis.keyPrefix();
  const pages: PageClient[] = [];
  let keys = 0;
  let stop = new AbortController();
  let received: Promise<void> = Promise.resolve();

  const events: InboundEvent[] = [];
  const sink: InboundSink = {
    async accept(event) {
      if (rig.refuse) {
        rig.refusals += 1;
        throw new Error("Redis is away");
      }
      events.push(event);
      return rig.reply;
    },
  };
  async function open(): Promise<Pick<WebRig, "channel" | "store">> {
    const link = await redis.link(prefix);
    const store = createTranscriptStore({ link, account: "web~main", ...options });
    const channel = await createWebChannel({
      store,
      page: { build: "b1", files: pageFiles },
      dataDir,
      address,
      language: "en",
      demo: true,
      operations: () => Promise.reject(new Error("not part of this test")),
      stopTurn: async (chat, startedAt) => chat === homeKey && startedAt === 1000,
      clock: systemClock,
      log: silentLogger,
    });
    server.mount(channel.site);
    stop = new AbortController();
    received = channel.receive(sink, stop.signal);
    return { channel, store };
  }

  const close = async (channel: WebChannel): Promise<void> => {
    stop.abort(new Error("the service ends"));
    await received;
    channel.site.close();
  };
  const rig: WebRig = {
    address,
    dataDir,
    events,
    refuse: false,
    refusals: 0,
    reply: {} as TapReply,
    ...(await open()),
    get entry() {
      return rig.channel.entry;
    },
    async page(chat = "home") {
      const page = await PageClient.enter(rig.channel.entry, chat);
      pages.push(page);
      return page;
    },
    async show(body: OutboxBody, key = `op-${++keys}`, chat = "home") {
      const at = chatKey({ channel: "web", account: "main", chat });
      const calls = rig.channel.render({ id: "1-1" as OpId, chat: at, body }, { slots: {} });
      let id = "";
      for (const call of calls) {
        const result = await rig.channel.perform(at, call, AbortSignal.timeout(10_000), { key });
        if (result.outcome !== "done") throw new Error(JSON.stringify(result));
        id = result.message?.messageId ?? "";
      }
      return id;
    },
    async restart() {
      await close(rig.channel);
      Object.assign(rig, await open());
    },
    async end() {
      for (const page of pages) page.close();
      await close(rig.channel);
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return rig;
}

const text = (words: string): Buffer => Buffer.from(words);
const pageFiles = new Map([
  ["/", { type: "text/html; charset=utf-8", plain: text("<main>page</main>"), gzip: text("zipped") }],
  ["/app.js", { type: "text/javascript; charset=utf-8", plain: text("run()"), gzip: text("zipped") }],
]);

/** One raw request, headers as given (a browser would not let a script set some of them). */
export function ask(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }> {
  return new Promise((resolve, reject) => {
    get(url, { headers }, (response) => {
      let body = "";
      response.on("data", (chunk: Buffer) => {
        body += chunk.toString();
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    }).on("error", reject);
  });
}
