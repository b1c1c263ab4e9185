import { createTelegramChannel, type TelegramOptions } from "../../../adapters/telegram/index.ts";
import type { Channel, InboundEvent, InboundSink, TapReply } from "../../../src/channel/port.ts";
import { type Clock, systemClock } from "../../../src/lib/clock.ts";
import type { Logger } from "../../../src/lib/log.ts";
import { token } from "./scripted-api.ts";

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

/** A clock whose sleeps are short, but remembered at full length. */
export function hastyClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    now: () => Date.now(),
    uptime: () => Date.now(),
    sleep(ms, signal) {
      slept.push(ms);
      return systemClock.sleep(Math.min(ms, 2), signal);
    },
  };
}

/** A channel on `apiRoot` with its log and clock. */
export interface Rig {
  readonly channel: Channel;
  readonly log: ReturnType<typeof memoryLog>;
  readonly clock: ReturnType<typeof hastyClock>;
}

export function rig(apiRoot: string, options: Partial<TelegramOptions> = {}): Rig {
  const log = memoryLog();
  const clock = hastyClock();
  return {
    channel: createTelegramChannel({ id: "main", token, apiRoot, log, clock, pollSeconds: 1, ...options }),
    log,
    clock,
  };
}

/** A sink that stores what it is given, unless told to refuse. */
export function memorySink(
  refuse: (event: InboundEvent) => boolean = () => false,
  reply: TapReply = {},
): InboundSink & { readonly events: InboundEvent[] } {
  const events: InboundEvent[] = [];
  return {
    events,
    async accept(event) {
      if (refuse(event)) throw new Error("the store is down");
      events.push(event);
      return reply;
    },
  };
}

/** Receives in the background until `stop`. */
export function receiving(channel: Channel, sink: InboundSink): { stop(): Promise<void> } {
  const controller = new AbortController();
  const done = channel.receive(sink, controller.signal);
  return {
    stop() {
      controller.abort();
      return done;
    },
  };
}

/** A private text message from Ada as an update. */
export function textUpdate(updateId: number, text: string, chat = 1001): unknown {
  const who = { id: chat, first_name: "Ada", username: `ada${chat}` };
  return {
    update_id: updateId,
    message: {
      message_id: updateId,
      date: 1_700_000_000,
      text,
      chat: { ...who, type: "private" },
      from: { ...who, is_bot: false },
    },
  };
}
