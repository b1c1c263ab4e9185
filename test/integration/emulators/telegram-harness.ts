import { Api, GrammyError } from "grammy";
import { afterEach } from "vitest";
import type { Chat } from "../../emulators/telegram/chats.ts";
import { TelegramEmulator, type TelegramEmulatorOptions } from "../../emulators/telegram/telegram-emulator.ts";
import type { WireUser } from "../../emulators/telegram/wire.ts";

/** A running emulator, the real client on it, one person with a private chat. */
export interface Harness {
  readonly emulator: TelegramEmulator;
  readonly api: Api;
  readonly ann: WireUser;
  readonly chat: Chat;
}

const running = new Set<TelegramEmulator>();

afterEach(async () => {
  await Promise.all([...running].map((emulator) => emulator.stop()));
  running.clear();
});

/** Started; stopped after the test. Rates are off unless given. */
export async function harness(options: TelegramEmulatorOptions = {}): Promise<Harness> {
  const emulator = new TelegramEmulator({ rates: false, ...options });
  running.add(emulator);
  await emulator.start();
  const ann = emulator.user(1001, { username: "ann", first_name: "Ann", language_code: "en" });
  return { emulator, api: client(emulator), ann, chat: emulator.privateChat(ann) };
}

/** Another client of the same bot. */
export function client(emulator: TelegramEmulator, token = emulator.token): Api {
  return new Api(token, { apiRoot: emulator.url, timeoutSeconds: 10 });
}

/** Calls a method with any payload, as JavaScript could. */
export function call(api: Api, method: string, payload: object = {}): Promise<unknown> {
  const raw = api.raw as unknown as Record<string, (payload: object) => Promise<unknown>>;
  return raw[method]?.(payload) ?? Promise.reject(new Error(`no ${method}`));
}

/** The refusal of a call; fails when the call goes through. */
export async function refusal(promise: Promise<unknown>): Promise<GrammyError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof GrammyError) return error;
    throw error;
  }
  throw new Error("the call went through");
}

/** `<code> <description>` of the refusal. */
export async function words(promise: Promise<unknown>): Promise<string> {
  const error = await refusal(promise);
  return `${error.error_code} ${error.description}`;
}

/** A clock that stands still. */
export function stoppedClock(): { now: () => number; advance: (ms: number) => void } {
  let at = 1_800_000_000_000;
  return {
    now: () => at,
    advance: (ms) => {
      at += ms;
    },
  };
}
