import { gate, hold, text } from "../emulators/model/steps.ts";
import { BareCodex } from "./bare.ts";
import type { Bench, Figure } from "./figures.ts";
import { Floor, type FloorSample, floorFigures } from "./floor.ts";
import { asked, called, handedAt, inWorld, type Person, type Place, rest, say, until } from "./world.ts";

const samples = 24;
const discarded = 3;
/** Quick turns before all that: a service that runs for days has its code compiled. */
const warmUps = 40;
/** No frame may have gone out for 4 s; at 5 s the service repeats the last one. */
const quietMs = 4_200;

interface Sample {
  readonly bare: number;
  readonly floor: FloorSample;
  readonly toStart: number;
  readonly toModel: number;
  readonly toFrame: number;
  readonly deltaToFrame: number;
  /** Age of the frame before, ms. */
  readonly frameAge: number;
  readonly toFinal: number;
  readonly completedToFinal: number;
}

/** One chat whose Codex lives: each sample is a turn of the bare app-server, then one of the service. */
export const warm: Bench = {
  name: "warm",
  run: (progress) =>
    inWorld({ tapped: true }, async (place) => {
      const bare = new BareCodex(place.world);
      await place.world.start();
      const floor = new Floor(place);
      await bare.open();
      for (let at = 0; at < warmUps; at += 1) await quickTurn(place, `quick ${at}`);
      // Their finals, one a second.
      await until("the last quick final", () => finals(place, `Done quick ${warmUps - 1}.`), 120_000);
      const taken: Sample[] = [];
      for (let at = -discarded; at < samples; at += 1) {
        const sample = { bare: await bare.turn(), ...(await turn(place, floor, at)) };
        if (at >= 0) taken.push(sample);
        if (at % 6 === 0) progress(`warm ${at}/${samples}`);
      }
      floor.close();
      await bare.close();
      return figures(taken);
    }),
};

async function quickTurn(place: Place, name: string): Promise<void> {
  const [person] = place.people;
  if (person === undefined) throw new Error("nobody is there");
  place.world.model.on(name, [text(`Done ${name}.`)]);
  const said = say(place, person, name);
  await asked(place, name);
  // The final is not waited for: there is one a second at most.
  await rest(said + 350 - performance.now());
}

function finals({ world, people }: Place, words: string): boolean {
  return people.some((person) => world.telegram.fromBot(person.chat).some((message) => message.text.includes(words)));
}

async function turn(place: Place, floor: Floor, at: number): Promise<Omit<Sample, "bare">> {
  const { world, people, tap } = place;
  const [person] = people;
  if (person === undefined) throw new Error("nobody is there");
  const first = gate();
  const last = gate();
  const name = `turn ${at + discarded}`;
  world.model.on(name, [hold(first), text(["Let me see. ", last, `Done ${name}.`])]);
  const said = say(place, person, name);
  const request = await asked(place, name);
  const handed = handedAt(place, said);
  const started = tap.after("turn/start", said);
  await until("no frame for a while", () => performance.now() - lastFrame(place, person, said) > quietMs, 30_000);
  const previous = lastFrame(place, person, said);
  const deltaAt = performance.now();
  first.open();
  const frame = await called(place, person, /Draft/, "Let me see.", deltaAt);
  const seenDelta = tap.after("item/agentMessage/delta", deltaAt);
  // Longer than any frame's way, and the chat's budget is full again.
  await rest(1_500);
  const endAt = performance.now();
  last.open();
  const final = await called(place, person, /^send(?!.*Draft)/, `Done ${name}.`, endAt);
  const seenEnd = tap.after("turn/completed", endAt);
  await rest(1_000);
  return {
    floor: await floor.sample(person, final),
    toStart: started - handed,
    toModel: request.at - handed,
    toFrame: frame.at - deltaAt,
    deltaToFrame: frame.at - seenDelta,
    frameAge: deltaAt - previous,
    toFinal: final.at - endAt,
    completedToFinal: final.at - seenEnd,
  };
}

/** When the last frame was asked for; `since` before the first one. */
function lastFrame({ world }: Place, person: Person, since: number): number {
  const frames = world.telegram.transcript.exchanges.filter(
    (one) => /Draft/.test(one.method) && one.params.chat_id === person.chat.id,
  );
  return Math.max(since, frames.at(-1)?.at ?? since);
}

function figures(taken: readonly Sample[]): readonly Figure[] {
  const all = (key: Exclude<keyof Sample, "floor">): number[] => taken.map((sample) => sample[key]);
  const quiet = taken.filter((sample) => sample.frameAge >= 4_000);
  const bare = all("bare");
  const floor = taken.map((sample) => sample.floor);
  return [
    ...floorFigures(floor),
    { row: "bare app-server: `turn/start` written → model request received", unit: "ms", samples: bare },
    {
      row: "update handed to us → model request received, warm, in all",
      unit: "ms",
      samples: all("toModel"),
      baseline: bare,
    },
    {
      row: "the same, minus the bare app-server's turn just before",
      unit: "ms",
      samples: taken.map((sample) => sample.toModel - sample.bare),
      bars: { p50: 15 },
    },
    {
      row: "of it ours: update handed to us → `turn/start` written; baseline: two `SET`s and a `PING`, it holds no less",
      unit: "ms",
      samples: all("toStart"),
      baseline: floor.map(({ start }) => start),
      bars: { p50: 5 },
    },
    {
      row: "model's first delta sent → frame with it requested, no frame for 4 s",
      unit: "ms",
      samples: quiet.map((sample) => sample.toFrame),
      bars: { p95: 50 },
    },
    { row: "the same, whatever the frame before", unit: "ms", samples: all("toFrame") },
    { row: "delta read from Codex → frame with it requested", unit: "ms", samples: all("deltaToFrame") },
    {
      row: "`turn/completed` read → final requested; baseline: two `SET`s and the direct call, it holds no less",
      unit: "ms",
      samples: all("completedToFinal"),
      baseline: floor.map(({ final }) => final),
      bars: { p50: 10 },
    },
    { row: "model's last delta sent → final requested", unit: "ms", samples: all("toFinal") },
  ];
}
