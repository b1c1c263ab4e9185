import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capabilities } from "../../../adapters/web/capabilities.ts";
import { createWebChannel, type WebChannel } from "../../../adapters/web/index.ts";
import type { WebMessage } from "../../../adapters/web/protocol.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { silentLogger } from "../../../src/lib/log.ts";
import { type PersonId, webOwner } from "../../../src/model/ids.ts";
import { createTranscriptStore } from "../../../src/redis/transcript-store.ts";
import { createHealth } from "../../../src/telemetry/health.ts";
import { createHealthServer } from "../../../src/telemetry/http.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { PageClient } from "../../emulators/page/page-client.ts";
import type { Platform, Shown, Who } from "../platform.ts";

const chat = "home";

/** The web chat, through its real server and a page that speaks its protocol. */
export function createWebPlatform(): Platform {
  const server = createHealthServer({
    listen: "127.0.0.1:0",
    health: createHealth(),
    metrics: createMetrics(),
    redact: (text) => text,
    logger: silentLogger,
  });
  let address = "";
  let dataDir = "";
  let channel: WebChannel | undefined;
  let page: PageClient | undefined;
  let newest: readonly [string, string] = ["", ""];
  const firstButtons = new Map<string, string>();
  const violations: string[] = [];
  const client = (): PageClient => {
    if (page === undefined) throw new Error("no page is open");
    return page;
  };
  const all = (): readonly WebMessage[] => [...client().messages.values()].sort((a, b) => Number(a.id) - Number(b.id));
  const byId = (id: string): WebMessage => {
    const found = all().find((message) => message.id === id);
    if (found === undefined) throw new Error(`no message ${id}`);
    return found;
  };
  const sayId = (id: string): string => byId(id).sayId ?? id;
  const shown = (message: WebMessage): Shown => {
    const { content } = message;
    const buttons = (content.buttons ?? []).flat();
    const [first] = buttons;
    if (first !== undefined && !firstButtons.has(message.id)) firstButtons.set(message.id, first.nonce);
    const footer = content.footer === undefined ? [] : [content.footer];
    return {
      id: message.id,
      text: [...content.pieces.map((piece) => piece.text), ...footer].join("\n"),
      buttons: buttons.map((button) => button.label),
      ...(message.replyTo === undefined ? {} : { replyTo: sayId(message.replyTo) }),
    };
  };
  const say = (text: string, how: { readonly files?: readonly string[]; readonly replyTo?: string }): string => {
    const id = client().say(text, how);
    newest = [id, text];
    return id;
  };
  async function tap(id: string, nonce: string, who: Who): Promise<string> {
    if (who !== "owner") await PageClient.knock(address);
    const told = await client().tap(id, nonce);
    return told.text ?? "";
  }

  return {
    name: "web",
    capabilities,
    // There is one person; nobody else gets in.
    people: { owner: webOwner, member: "web:2" as PersonId, stranger: "web:3" as PersonId },
    group: "web:none",
    async start() {
      dataDir = await mkdtemp(join(tmpdir(), "contract-web-"));
      address = await server.start();
    },
    async channel(log, link) {
      channel?.site.close();
      channel = await createWebChannel({
        store: createTranscriptStore({ link, account: "web~main" }),
        page: { build: "test", files: new Map() },
        dataDir,
        address,
        language: "en",
        demo: false,
        operations: () => Promise.reject(new Error("not part of the contract")),
        stopTurn: async () => false,
        clock: systemClock,
        log,
      });
      server.mount(channel.site);
      page ??= await PageClient.enter(channel.entry, chat);
      return channel;
    },
    say: (_place, _who, text, how = {}) => say(text, how.replyTo === undefined ? {} : { replyTo: how.replyTo }),
    sendFile(_place, _who, file, caption) {
      const id = crypto.randomUUID();
      client()
        .upload(file.name, file.bytes)
        .then(
          (kept) => client().say(caption, { id, files: [kept.id] }),
          (error: unknown) => violations.push(String(error)),
        );
      return id;
    },
    tap(_place, id, label, who) {
      const button = (byId(id).content.buttons ?? []).flat().find((one) => one.label === label);
      return tap(id, button?.nonce ?? "none", who);
    },
    tapAgain: (_place, id, who) => tap(id, firstButtons.get(id) ?? "none", who),
    shown: () =>
      all()
        .filter((message) => message.from === "bot")
        .map(shown),
    frames: () => client().frames.filter((text) => text !== ""),
    redeliver: () => {
      client().say(newest[1], { id: newest[0] });
    },
    // There is no wire between sender and screen: nothing is refused for its rate, and no answer gets lost.
    limitNext: () => undefined,
    loseNextAnswer: () => undefined,
    violations: () => [...violations, ...client().backwards],
    async stop() {
      page?.close();
      channel?.site.close();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
