import { capabilities } from "../../../adapters/telegram/capabilities.ts";
import { createTelegramChannel } from "../../../adapters/telegram/index.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import type { PersonId } from "../../../src/model/ids.ts";
import type { Chat, ChatMessage } from "../../emulators/telegram/chats.ts";
import { TelegramEmulator } from "../../emulators/telegram/telegram-emulator.ts";
import type { WireUser } from "../../emulators/telegram/wire.ts";
import type { Place, Platform, Shown, Who } from "../platform.ts";

/** What a status message, the live frame of a group, begins with. */
const status = /^(Starting|Working|Waiting for (an approval|an answer)|Stopping|Done) · /;
const group = -1_000_000_000_123;

/** The real grammY client against the Bot API emulator. */
export function createTelegramPlatform(): Platform {
  const telegram = new TelegramEmulator({ rates: false });
  const users: Readonly<Record<Who, WireUser>> = {
    owner: telegram.user(1001, { username: "owner" }),
    member: telegram.user(1002, { username: "member" }),
    stranger: telegram.user(1003, { username: "stranger" }),
  };
  const places: Readonly<Record<Place, Chat>> = {
    home: telegram.privateChat(users.owner),
    team: telegram.group(group, { title: "Team", members: Object.values(users) }),
  };
  const message = (place: Place, id: string): ChatMessage => {
    const found = places[place].messages.get(Number(id));
    if (found === undefined) throw new Error(`no message ${id} in ${place}`);
    return found;
  };
  return {
    name: "telegram",
    capabilities,
    people: {
      owner: "telegram:1001" as PersonId,
      member: "telegram:1002" as PersonId,
      stranger: "telegram:1003" as PersonId,
    },
    group: `telegram:${group}`,
    start: () => telegram.start(),
    channel: (log) =>
      createTelegramChannel({
        id: "main",
        token: telegram.token,
        apiRoot: telegram.url,
        log,
        clock: systemClock,
        pollSeconds: 1,
      }),
    say(place, who, text, how = {}) {
      const words = how.mention === true ? `@${telegram.botUser.username} ${text}` : text;
      const reply = how.replyTo === undefined ? {} : { replyTo: message(place, how.replyTo) };
      return String(telegram.phone.say(places[place], users[who], words, reply).id);
    },
    sendFile: (place, who, file, caption) =>
      String(telegram.phone.sendFile(places[place], users[who], { ...file, caption }).id),
    async tap(place, id, label, who) {
      return (await telegram.phone.tap(message(place, id), label, users[who]).answer).text ?? "";
    },
    async tapAgain(place, id, who) {
      const tapped = message(place, id);
      const data = tapped.edits[0]?.markup?.inline_keyboard?.flat()[0]?.callback_data ?? "";
      return (await telegram.phone.forgeTap(data, users[who], tapped).answer).text ?? "";
    },
    shown: (place) => telegram.fromBot(places[place]).flatMap((m) => (isStatus(m) ? [] : [shown(m)])),
    frames: (place) => [
      ...telegram.drafts(places[place]).flatMap((draft) => draft.frames.map((frame) => frame.text)),
      ...telegram
        .fromBot(places[place])
        .filter(isStatus)
        .flatMap((m) => [...m.edits.map((edit) => edit.text), m.text]),
    ],
    redeliver: () => telegram.updates.repeatLast(),
    limitNext: () => void telegram.faults.arm({ kind: "rateLimit", retryAfter: 1 }, { method: "sendMessage" }),
    loseNextAnswer: () => void telegram.faults.arm({ kind: "lostAfterApply" }, { method: "sendMessage" }),
    violations: () => telegram.violations.map((violation) => JSON.stringify(violation)),
    stop: () => telegram.stop(),
  };
}

function isStatus(message: ChatMessage): boolean {
  return status.test(message.edits[0]?.text ?? message.text);
}

function shown(message: ChatMessage): Shown {
  const { file, replyTo } = message;
  return {
    id: String(message.id),
    text: message.text,
    buttons: (message.markup?.inline_keyboard ?? []).flat().map((button) => button.text),
    ...(replyTo === undefined ? {} : { replyTo: String(replyTo.id) }),
    ...(file?.bytes === undefined ? {} : { file: { name: file.name, bytes: file.bytes } }),
  };
}
