import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FeishuWorld } from "../e2e/feishu-world.ts";
import { gate, hold, shell, text } from "../emulators/model/steps.ts";
import { BareCodex, makeCheckout } from "./bare.ts";
import type { Bench, Figure } from "./figures.ts";
import { memoryOf } from "./processes.ts";
import { ServiceTap } from "./tap.ts";
import { rest, until } from "./world.ts";

const samples = 16;
const warmUps = 25;
const clicks = 40;
const parkedTurns = 12;
const quietMs = 4_200;
/** Deltas of the long stream, 50 ms apart: a minute. */
const deltas = 1200;

interface Place {
  readonly world: FeishuWorld;
  readonly tap: ServiceTap;
  readonly bare: BareCodex;
}

/** The figures that a channel has its share in, on Feishu; rates of the platform are enforced. */
export const feishu: Bench = {
  name: "feishu",
  run: async (progress) => [
    ...(await inWorld({}, (place) => warmRows(place, progress))),
    ...(await inWorld({ idleMinutes: 0.02 }, parkedRows)),
    ...(await inWorld({ approvalPolicy: "untrusted" }, (place) => clickRows(place, progress))),
  ],
};

async function inWorld<T>(codex: Readonly<Record<string, unknown>>, use: (place: Place) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "hotline-bench-"));
  const tap = new ServiceTap(folder);
  const world = await FeishuWorld.create({
    // Fractions of a ms: the times of calls are compared with those of the tap.
    feishu: { now: () => performance.timeOrigin + performance.now() },
    codex: { approvalPolicy: "never", sandbox: "danger-full-access", ...codex },
    config: { log: { level: "info", pretty: false } },
    env: tap.env,
  });
  const { dir } = world.service;
  const bare = new BareCodex({ dir, project: join(dir, "app"), model: world.model });
  try {
    makeCheckout(join(dir, "app"));
    await world.start();
    return await use({ world, tap, bare });
  } finally {
    if (world.faults().length > 0) console.error("faults:", world.faults());
    await world.dispose();
    await rm(folder, { recursive: true, force: true });
  }
}

async function warmRows(place: Place, progress: (line: string) => void): Promise<readonly Figure[]> {
  const { world, bare } = place;
  await rest(10_000);
  const idle = memoryOf(world.service.pid);
  await bare.open();
  for (let at = 0; at < warmUps; at += 1) await quick(place, `quick ${at}`);
  const taken: (Awaited<ReturnType<typeof turn>> & { readonly bare: number })[] = [];
  for (let at = -2; at < samples; at += 1) {
    const sample = { bare: await bare.turn(), ...(await turn(place, `turn ${at + 2}`)) };
    if (at >= 0) taken.push(sample);
    if (at % 4 === 0) progress(`feishu ${at}/${samples}`);
  }
  await bare.close();
  const all = (key: keyof (typeof taken)[number]): number[] => taken.map((sample) => sample[key]);
  return [
    { row: "service idle with Feishu, without Codex: RSS", unit: "MB", samples: [idle.rss], bars: { p50: 175 } },
    {
      row: "Feishu: event handed to us → model request received, warm, minus the bare app-server",
      unit: "ms",
      samples: taken.map((sample) => sample.toModel - sample.bare),
      bars: { p50: 15 },
    },
    { row: "of it ours: → `turn/start` written", unit: "ms", samples: all("toStart"), bars: { p50: 5 } },
    {
      row: "Feishu: first delta sent → frame with it requested",
      unit: "ms",
      samples: all("toFrame"),
      bars: { p95: 50 },
      why: `of ${samples} samples the slowest alone is the p95`,
    },
    {
      row: "Feishu: `turn/completed` read → final requested",
      unit: "ms",
      samples: all("completedToFinal"),
      bars: { p50: 10 },
    },
    ...(await streamRows(place)),
  ];
}

async function quick({ world }: Place, name: string): Promise<void> {
  world.model.on(name, [text(`Done ${name}.`)]);
  world.say(name);
  await world.message(`Done ${name}.`);
  // One turn makes six calls in the chat; it takes five a second.
  await rest(1_000);
}

async function turn(
  { world, tap }: Place,
  name: string,
): Promise<{ toStart: number; toModel: number; toFrame: number; completedToFinal: number }> {
  const first = gate();
  const last = gate();
  world.model.on(name, [hold(first), text(["Let me see. ", last, `Done ${name}.`])]);
  const said = performance.now();
  world.say(name);
  const request = await world.model.waitFor((one) => one.userTexts.at(-1) === name, 60_000);
  const started = tap.after("turn/start", said);
  await rest(quietMs);
  const deltaAt = performance.now();
  first.open();
  const frame = await called(world, /^cardkit\.(batch|content)$/, "Let me see.", deltaAt);
  await rest(1_500);
  const endAt = performance.now();
  last.open();
  const final = await called(world, /^im\.message\.reply$/, `Done ${name}.`, endAt);
  const completed = tap.after("turn/completed", endAt);
  await rest(1_500);
  return {
    toStart: started - said,
    toModel: request.at - said,
    toFrame: frame - deltaAt,
    completedToFinal: final - completed,
  };
}

/** When a call with these words came, on the scale of `performance.now()`. */
async function called(world: FeishuWorld, method: RegExp, words: string, since: number): Promise<number> {
  const find = (): number | undefined =>
    world.feishu.calls
      .filter((call) => method.test(call.method) && JSON.stringify(call.body).includes(words))
      .map((call) => call.at - performance.timeOrigin)
      .find((at) => at >= since);
  await world.until(() => find() !== undefined, `${method} with ${words}`, 60_000);
  return find() ?? Number.NaN;
}

/** A minute at 20 deltas a second. */
async function streamRows({ world }: Place): Promise<readonly Figure[]> {
  const words = Array.from({ length: deltas }, (_, at) => `word${at} `);
  world.model.on("stream", [text(words, { everyMs: 50 })]);
  const before = world.feishu.calls.length;
  const cards = world.cards().length;
  world.say("stream");
  await world.message(`word${deltas - 1}`, world.chat, 120_000);
  await rest(2_000);
  const calls = world.feishu.calls.slice(before);
  const shown = world.sent().flatMap((message) => world.text(message).match(/word\d+/g) ?? []);
  const wrong = shown.slice(-deltas).filter((word, at) => word !== `word${at}`).length;
  const open = world.cards().filter((card) => card.streaming).length;
  return [
    { row: `Feishu: ${deltas} deltas, 20 a second: operations`, unit: "", samples: [calls.length] },
    {
      row: "of them answered by a limit",
      unit: "",
      samples: [calls.filter((call) => call.code === 99991400 || call.code === 230020).length],
      bars: { max: 0 },
    },
    { row: "words of its final that are wrong", unit: "", samples: [wrong], bars: { max: 0 } },
    { row: "its cards left streaming", unit: "", samples: [open], bars: { max: 0 } },
    { row: "its streaming cards", unit: "", samples: [world.cards().length - cards] },
  ];
}

async function parkedRows({ world, bare }: Place): Promise<readonly Figure[]> {
  await bare.open();
  const taken: number[] = [];
  for (let at = -1; at < parkedTurns; at += 1) {
    const warm = await bare.turn();
    const name = `parked ${at}`;
    world.model.on(name, [text(`Done ${name}.`)]);
    const said = performance.now();
    world.say(name);
    const request = await world.model.waitFor((one) => one.userTexts.at(-1) === name, 60_000);
    if (at >= 0) taken.push(request.at - said - warm);
    await world.message(`Done ${name}.`);
    await until("the chat is parked", async () => (await world.service.codexPids()).length === 0);
    await rest(500);
  }
  await bare.close();
  const row = "Feishu: event handed to us → model request received, parked, minus the bare app-server's warm turn";
  return [{ row, unit: "ms", samples: taken, bars: { p50: 450 } }];
}

/** A click on an approval: until the client has the acknowledgement with the changed card. */
async function clickRows({ world }: Place, progress: (line: string) => void): Promise<readonly Figure[]> {
  const taken: number[] = [];
  for (let at = 0; at < clicks; at += 1) {
    const name = `click ${at}`;
    world.model.on(name, [shell(`printf ${at} > click.txt`), text(`Done ${name}.`)]);
    world.say(name);
    const card = await world.message(`printf ${at} >`);
    await rest(300);
    const seen = await world.tap(card, "Approve");
    if (seen.failed || seen.card === undefined) throw new Error("a click was not acknowledged with its card");
    taken.push(seen.afterMs);
    await world.message(`Done ${name}.`);
    await rest(1_000);
    if (at % 10 === 0) progress(`clicks ${at}/${clicks}`);
  }
  return [
    { row: "Feishu: click → acknowledged with the changed card", unit: "ms", samples: taken, bars: { max: 1_000 } },
  ];
}
