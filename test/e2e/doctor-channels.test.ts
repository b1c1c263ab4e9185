import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DoctorWorld } from "./doctor-world.ts";

let world: DoctorWorld;
beforeEach(async () => {
  world = await DoctorWorld.create();
});
afterEach(async () => {
  const { violations } = world.telegram;
  const wrong = world.feishu.violations;
  await world.dispose();
  expect([violations, wrong]).toEqual([[], []]);
});

const group = -1001234567890;
const owners = { owners: ["telegram:1001"] };

/** Configures the bot, with groups by id. */
function telegram(groups: Readonly<Record<string, unknown>> = {}): Promise<void> {
  return world.configure({ access: { ...owners, groups } }, world.telegramChannel);
}

/** Configures the app, with groups by id. */
function feishu(groups: Readonly<Record<string, unknown>> = {}): Promise<void> {
  return world.configure({ access: { owners: ["feishu:ou_1"], groups } }, world.feishuChannel);
}

describe("a Telegram bot", () => {
  it("is well when its token is right, nobody else polls and it hears its groups", async () => {
    world.telegram.group(group, { title: "Team" });
    await telegram({ [`telegram:${group}`]: { mode: "all" } });
    const { code, lines } = await world.lines();
    expect(lines.filter((line) => line.state !== "ok")).toEqual([]);
    expect(code).toBe(0);
    expect(lines.filter((line) => line.check.startsWith("telegram~main")).map((line) => line.check)).toEqual(
      ["token", "webhook", "poller", "groups"].map((name) => `telegram~main.${name}`),
    );
  });

  it("whose token is wrong: says where to get one and where to put it", async () => {
    world.telegram.revokeToken();
    await telegram();
    expect(await world.complaints()).toEqual([
      `error telegram~main.token: Telegram refuses the token → @BotFather → /mybots → your bot → API Token; put it at channels.telegram.0.token in ${world.path("hotline.yaml")} (or TELEGRAM_BOT_TOKEN)`,
    ]);
  });

  it("with a webhook: the fix deletes it and keeps what waits", async () => {
    world.telegram.updates.raw({ message: {} });
    world.telegram.updates.webhook = "https://old.example/hook";
    await telegram();
    expect(await world.complaints()).toEqual([
      "error telegram~main.webhook: a webhook to old.example is set: until it is gone no message arrives here → npx hotline doctor --fix (what waits is kept)",
    ]);
    const { code, output } = await world.run(["--fix"]);
    expect(code).toBe(0);
    expect(output).toMatch(/^fixed +telegram~main\.webhook +the webhook is deleted; messages that wait are kept$/m);
    expect([world.telegram.updates.webhook, world.telegram.updates.pending.length]).toEqual(["", 1]);
  });

  it("that another program polls with: is told, and no update is confirmed", async () => {
    await telegram();
    let stopped = false;
    const poll = async (): Promise<void> => {
      const url = `${world.telegram.url}/bot${world.telegram.token}/getUpdates?timeout=20`;
      // A rival that comes back whenever it is thrown out.
      while (!stopped) await fetch(url).catch(() => undefined);
    };
    const rival = poll();
    await world.telegram.waitFor(() => world.telegram.updates.polls > 0);
    const complaints = await world.complaints();
    stopped = true;
    world.telegram.updates.stop();
    await rival;
    expect(complaints).toEqual([
      expect.stringMatching(/^error telegram~main\.poller: another program takes this bot's messages; only one can → /),
    ]);
  });

  it("with updates that wait: nobody else takes them, and they still wait afterwards", async () => {
    world.telegram.updates.raw({ message: {} });
    await telegram();
    expect(await world.complaints()).toEqual([]);
    expect(world.telegram.updates.pending).toHaveLength(1);
  });

  it("that is not in a configured group, or was removed from it", async () => {
    world.telegram.group(-1000000000002).state = "left";
    await telegram({ "telegram:-1000000000001": {}, "telegram:-1000000000002": {}, "telegram:-1000000000003": "off" });
    expect(await world.complaints()).toEqual(
      ["-1000000000001", "-1000000000002"].map(
        (id) =>
          `warn telegram~main.groups: the bot is not in group ${id}: nothing written there arrives → open the group → its name → Add members → @hotline_test_bot; or take it out of access.groups`,
      ),
    );
  });

  it("in a group that became a supergroup: names the new id", async () => {
    world.telegram.group(-77).state = { migratedTo: group };
    await telegram({ "telegram:-77": {} });
    expect(await world.complaints()).toEqual([
      `error telegram~main.groups: group -77 became a supergroup, its id is now ${group} → write telegram:${group} instead of telegram:-77 in access.groups`,
    ]);
  });

  it("whose platform does not answer, with a server error or not at all", async () => {
    world.telegram.faults.arm({ kind: "serverError" }, { method: "getMe" });
    await telegram();
    expect(await world.complaints()).toEqual([
      expect.stringContaining("error telegram~main.token: Telegram answers: 500 Internal Server Error: restart → "),
    ]);
    world.telegram.faults.arm({ kind: "hang", ms: 60_000 }, { method: "getMe" });
    expect(await world.complaints()).toEqual([
      expect.stringContaining("error telegram~main.token: Telegram cannot be reached: no answer in time → "),
    ]);
  });
});

describe("a Telegram bot in privacy mode", () => {
  beforeEach(async () => {
    await world.dispose();
    world = await DoctorWorld.create({ telegram: { privacyMode: true } });
  });

  it("cannot hear everything: told for groups with mode all in which it is no administrator", async () => {
    world.telegram.group(group);
    world.telegram.group(-1000000000002, { admin: true });
    world.telegram.group(-1000000000003);
    await telegram({
      [`telegram:${group}`]: { mode: "all" },
      "telegram:-1000000000002": { mode: "all" },
      "telegram:-1000000000003": { mode: "mention" },
    });
    expect(await world.complaints()).toEqual([
      `warn telegram~main.groups: group ${group} has mode all, but privacy mode is on: the bot hears only mentions, replies and commands → @BotFather → /mybots → @hotline_test_bot → Bot Settings → Group Privacy → Turn off, then take the bot out of the group and add it again; or make it an administrator`,
    ]);
  });
});

describe("a Feishu app", () => {
  const console = (): string => `${world.feishu.url}/app/${world.feishu.appId}`;

  it("is well when everything of the set-up page is done", async () => {
    const team = world.feishu.group("Team", []);
    await feishu({ [`feishu:${team.id}`]: { mode: "all" } });
    const { code, lines } = await world.lines();
    expect(lines.filter((line) => line.state !== "ok")).toEqual([]);
    expect(code).toBe(0);
    expect(lines.filter((line) => line.check.startsWith("feishu~main")).map((line) => line.check)).toEqual(
      ["app", "scopes", "published", "events", "buttons", "groups"].map((name) => `feishu~main.${name}`),
    );
  });

  it("whose secret is wrong: says where it is found and where it belongs", async () => {
    await feishu();
    world.feishu.appSecret = "another one";
    const [complaint, ...more] = await world.complaints();
    expect(more).toEqual([]);
    expect(complaint).toMatch(/^error feishu~main\.app: the platform refuses the app id or secret: .*10014/);
    expect(complaint).toContain(
      `${console()} → Credentials & Basic Info; put App ID and App Secret at channels.feishu.0`,
    );
  });

  it("whose bot is not enabled, or was never added", async () => {
    await feishu();
    world.feishu.application.botStatus = 1;
    expect(await world.complaints()).toEqual([
      `error feishu~main.app: the bot is not active: the app is switched off, or no version of it is published → ${console()} → Version Management & Release → publish a version; an administrator may have to approve or enable it`,
    ]);
    world.feishu.faults.arm({ kind: "refuse", code: 11205, message: "app do not have bot" }, { method: "bot.info" });
    expect(await world.complaints()).toEqual([
      `error feishu~main.app: Feishu answers: 11205 app do not have bot → ${console()} → Add Features → Bot, then Version Management & Release → create a version and publish it`,
    ]);
  });

  it.each([
    [["im:message", "im:message:send_as_bot"], "error", "im:message:send_as_bot", "nothing can be sent"],
    [["im:message.p2p_msg:readonly"], "error", "im:message.p2p_msg:readonly", "private messages do not arrive"],
    [["im:resource"], "warn", "im:resource", "files and pictures are neither taken nor sent"],
    [["cardkit:card:write"], "warn", "cardkit:card:write", "no streaming card, you see the final only"],
  ])("without %j: says what breaks", async (taken, state, scope, without) => {
    await feishu();
    for (const one of taken) world.feishu.scopes.delete(one);
    expect((await world.complaints()).slice(0, 1)).toEqual([
      `${state} feishu~main.scopes: scope ${scope} is missing: ${without} → ${console()}/auth?q=${scope}&op_from=openapi&token_type=tenant → grant, then Version Management & Release → create a version and publish it`,
    ]);
  });

  it("without optional scopes is well; they are named, and mode all makes one necessary", async () => {
    const team = world.feishu.group("Team", []);
    for (const one of ["im:message.group_msg", "contact:user.base:readonly"]) world.feishu.scopes.delete(one);
    await feishu();
    const { lines } = await world.lines();
    expect(lines.filter((line) => line.state !== "ok")).toEqual([]);
    expect(lines.map((line) => line.message)).toContain(
      "without the optional scope contact:user.base:readonly: people are called by their ids",
    );
    await feishu({ [`feishu:${team.id}`]: { mode: "all" } });
    expect(await world.complaints()).toEqual([
      expect.stringMatching(
        /^error feishu~main\.scopes: scope im:message\.group_msg is missing: in groups only mentions/,
      ),
    ]);
  });

  it("that may not read about itself: says what could not be read and how to see it", async () => {
    world.feishu.scopes.delete("application:application:self_manage");
    await feishu();
    expect(await world.complaints()).toEqual([
      `warn feishu~main.published: whether the app is published and subscribed to its events and card.action.trigger cannot be read → grant it: ${console()}/auth?q=application:application:self_manage&op_from=openapi&token_type=tenant; or look: ${console()} → Events & Callbacks, both tabs, and Version Management & Release`,
    ]);
  });

  it("that is not published, lacks an event, or its buttons", async () => {
    await feishu();
    const { application } = world.feishu;
    application.events.delete("im.message.receive_v1");
    application.callbacks.clear();
    expect(await world.complaints()).toEqual([
      `error feishu~main.events: event im.message.receive_v1 is not subscribed to: no message arrives → ${console()} → Events & Callbacks → Event configuration → persistent connection, add im.message.receive_v1; publish a version`,
      `error feishu~main.buttons: card.action.trigger is not subscribed to over the long connection: every button shows an error (200340) → ${console()} → Events & Callbacks → Callback configuration → persistent connection, add card.action.trigger; publish a version`,
    ]);
    application.events.add("im.message.receive_v1");
    application.callbacks.add("card.action.trigger");
    application.callbackType = "webhook";
    expect(await world.complaints()).toEqual([expect.stringMatching(/^error feishu~main\.buttons: /)]);
    application.published = false;
    expect(await world.complaints()).toEqual([
      expect.stringMatching(/^error feishu~main\.published: no version of the app is published/),
    ]);
  });

  it("that is not in a configured group", async () => {
    const team = world.feishu.group("Team", []);
    team.botInside = false;
    await feishu({ [`feishu:${team.id}`]: {} });
    expect(await world.complaints()).toEqual([
      `warn feishu~main.groups: the bot is not in group ${team.id}: nothing written there arrives → open the group → Settings → Bots → Add; or take it out of access.groups`,
    ]);
  });
});

describe("secrets", () => {
  it("L10: stand in no line, not even where the platform repeats them", async () => {
    world.telegram.faults.arm(
      { kind: "answer", code: 400, description: `Bad Request: ${world.telegram.token}` },
      { method: "getMe" },
    );
    await telegram();
    const { output } = await world.run();
    expect(output).toContain("[redacted]");
    expect(output).not.toContain(world.telegram.token);
  });
});
