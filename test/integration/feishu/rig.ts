import { createFeishuChannel, type FeishuOptions } from "../../../adapters/feishu/index.ts";
import type { Attempt, Channel, InboundEvent, InboundSink, TapReply } from "../../../src/channel/port.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import type { Logger } from "../../../src/lib/log.ts";
import type { CallResult, OutboxBody, Screen } from "../../../src/model/delivery.ts";
import { type ChatKey, chatKey, type OpId } from "../../../src/model/ids.ts";
import { FeishuEmulator, type FeishuEmulatorOptions } from "../../emulators/feishu/feishu-emulator.ts";
import type { Chat, Person } from "../../emulators/feishu/state.ts";

/** A logger that keeps every line as text. */
export function memoryLog(): Logger & { readonly lines: string[] } {
  const lines: string[] = [];
  const at =
    (level: string, bound: object) =>
    (fields: object, event: string): void => {
      lines.push(`${level} ${event} ${JSON.stringify({ ...bound, ...fields })}`);
    };
  const build = (bound: object): Logger & { readonly lines: string[] } => ({
    lines,
    debug: at("debug", bound),
    info: at("info", bound),
    warn: at("warn", bound),
    error: at("error", bound),
    child: (fields) => build({ ...bound, ...fields }),
  });
  return build({});
}

/** A sink that keeps what it is given; `act` may refuse, wait, or answer. */
export function memorySink(
  act: (event: InboundEvent) => Promise<TapReply> | TapReply = () => ({}),
): InboundSink & { readonly events: InboundEvent[] } {
  const events: InboundEvent[] = [];
  return {
    events,
    async accept(event) {
      const reply = await act(event);
      events.push(event);
      return reply;
    },
  };
}

/** Waits for a condition; fails in its words after `timeoutMs`. */
export async function until(condition: () => boolean, what: string, timeoutMs = 8000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** An emulator with two people, and a channel on it. */
export interface Rig {
  readonly feishu: FeishuEmulator;
  readonly channel: Channel;
  readonly log: ReturnType<typeof memoryLog>;
  readonly ada: Person;
  readonly bo: Person;
  /** Ada's private chat. */
  readonly home: Chat;
  /** Another channel of the same app. */
  another(options?: Partial<FeishuOptions>): Channel;
  /** Receives until the rig ends; resolves when as many connections are open as channels receive. */
  receive(sink: InboundSink, channel?: Channel): Promise<void>;
  end(): Promise<void>;
}

export async function startRig(
  emulator: FeishuEmulatorOptions = {},
  options: Partial<FeishuOptions> = {},
): Promise<Rig> {
  const feishu = new FeishuEmulator({ rates: false, ...emulator });
  await feishu.start();
  const log = memoryLog();
  const another = (more: Partial<FeishuOptions> = {}): Channel =>
    createFeishuChannel({
      id: "main",
      appId: feishu.appId,
      appSecret: feishu.appSecret,
      domain: feishu.url,
      log,
      clock: systemClock,
      ...options,
      ...more,
    });
  const channel = another();
  const ada = feishu.person("Ada");
  const stop = new AbortController();
  const received: Promise<void>[] = [];
  return {
    feishu,
    channel,
    log,
    ada,
    bo: feishu.person("Bo"),
    home: feishu.privateChat(ada),
    another,
    async receive(sink, by = channel) {
      received.push(by.receive(sink, stop.signal));
      await until(
        () => by.health().state === "ready" && feishu.connections.open === received.length,
        "the channel is ready",
      );
    },
    async end() {
      stop.abort();
      await Promise.all(received);
      await feishu.stop();
    },
  };
}

export const never: AbortSignal = new AbortController().signal;
export const none: Screen = { slots: {} };

/** Key of a chat, or of a topic in it. */
export function keyOf(chat: Chat, topicId?: string): ChatKey {
  return chatKey({ channel: "feishu", account: "main", chat: chat.id, ...(topicId === undefined ? {} : { topicId }) });
}

/** Renders and performs a body as the sender does it without trouble: fallbacks after refusals, nothing repeated. */
export async function put(
  channel: Channel,
  chat: ChatKey,
  body: OutboxBody,
  screen: Screen = none,
  attempt?: Attempt,
): Promise<readonly CallResult[]> {
  const results: CallResult[] = [];
  const calls = channel.render({ id: "1-0" as OpId, chat, body }, screen);
  for (const [index, call] of calls.entries()) {
    const given = attempt === undefined ? undefined : { ...attempt, key: `${attempt.key} ${index}` };
    let result = await channel.perform(chat, call, never, given);
    if (result.outcome === "refused" && call.fallback !== undefined)
      result = await channel.perform(chat, call.fallback, never, given);
    results.push(result);
  }
  return results;
}
