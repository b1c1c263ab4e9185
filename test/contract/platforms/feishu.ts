import { capabilities } from "../../../adapters/feishu/capabilities.ts";
import { createFeishuChannel } from "../../../adapters/feishu/index.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import type { PersonId } from "../../../src/model/ids.ts";
import { cardButtons } from "../../emulators/feishu/card-text.ts";
import { FeishuEmulator } from "../../emulators/feishu/feishu-emulator.ts";
import type { TapSeen } from "../../emulators/feishu/phone.ts";
import type { Chat, Message, Person } from "../../emulators/feishu/state.ts";
import type { Place, Platform, Shown, Who } from "../platform.ts";

/** The real Lark SDK against the platform emulator. */
export function createFeishuPlatform(): Platform {
  const feishu = new FeishuEmulator({ rates: false, redelivery: [100, 200, 500, 1000, 2000] });
  const people: Readonly<Record<Who, Person>> = {
    owner: feishu.person("Ada"),
    member: feishu.person("Bo"),
    stranger: feishu.person("Cy"),
  };
  const places: Readonly<Record<Place, Chat>> = {
    home: feishu.privateChat(people.owner),
    team: feishu.group("Team", Object.values(people)),
  };
  const message = (id: string): Message => {
    const found = feishu.world.messages.get(id);
    if (found === undefined) throw new Error(`no message ${id}`);
    return found;
  };
  const idOf = (who: Who): PersonId => `feishu:${people[who].id}` as PersonId;
  return {
    name: "feishu",
    capabilities,
    people: { owner: idOf("owner"), member: idOf("member"), stranger: idOf("stranger") },
    group: `feishu:${places.team.id}`,
    start: () => feishu.start(),
    channel: (log) =>
      createFeishuChannel({
        id: "main",
        appId: feishu.appId,
        appSecret: feishu.appSecret,
        domain: feishu.url,
        log,
        clock: systemClock,
      }),
    say(place, who, text, how = {}) {
      const reply = how.replyTo === undefined ? {} : { replyTo: message(how.replyTo) };
      return feishu.phone.say(places[place], people[who], text, { mention: how.mention === true, ...reply }).id;
    },
    // A file has no words of its own here: they follow in a reply.
    sendFile: (place, who, file) => feishu.phone.file(places[place], people[who], file.name, file.bytes).id,
    tap: async (_place, id, label, who) => toastOf(await feishu.phone.tap(message(id), label, people[who])),
    async tapAgain(_place, id, who) {
      const stale = message(id);
      const first = cardButtons(JSON.parse(stale.versions[0] ?? stale.content))[0];
      return toastOf(await feishu.phone.tapValue(stale, first?.value ?? {}, people[who]));
    },
    shown: (place) =>
      feishu
        .fromBot(places[place])
        .filter((m) => m.cardId === undefined)
        .map((m) => shown(feishu, m)),
    frames: (place) =>
      feishu
        .cards(places[place])
        .flatMap((card) => [...card.contents].flatMap(([id, texts]) => (id.startsWith("answer") ? texts : []))),
    redeliver: () => feishu.phone.redeliver(),
    limitNext: () =>
      feishu.faults.arm({ kind: "refuse", code: 230020 }, { method: ["im.message.reply", "im.message.create"] }),
    loseNextAnswer: () =>
      feishu.faults.arm({ kind: "cut", applied: true }, { method: ["im.message.reply", "im.message.create"] }),
    violations: () => [
      ...feishu.violations,
      ...[...feishu.world.cards.values()].flatMap((card) =>
        card.redraws.map((redraw) => `redraw ${JSON.stringify(redraw)}`),
      ),
    ],
    stop: () => feishu.stop(),
  };
}

function toastOf(seen: TapSeen): string {
  if (seen.failed) throw new Error("the click was not acknowledged");
  return seen.toast?.content ?? "";
}

function shown(feishu: FeishuEmulator, m: Message): Shown {
  const content = JSON.parse(m.content) as { readonly file_key?: string };
  const file = content.file_key === undefined ? undefined : feishu.world.files.get(content.file_key);
  return {
    id: m.id,
    text: feishu.text(m),
    buttons: feishu.buttons(m),
    ...(m.parent === undefined ? {} : { replyTo: m.parent.id }),
    ...(file === undefined ? {} : { file: { name: file.name, bytes: file.bytes } }),
  };
}
