import { Fleet, type Machine } from "../e2e/fleet-world.ts";
import { gate, text } from "../emulators/model/steps.ts";
import type { Bench, Figure } from "./figures.ts";
import { rest } from "./world.ts";

const samples = 3;
/** A machine that is back has told that it lives, and leases are a moment old at least. */
const settledMs = 3_000;

/** Several machines on one Redis (TLS): one is killed, how long until another goes on or the chat is told? */
export const fleet: Bench = {
  name: "fleet",
  run: async (progress) => [
    ...(await inFleet((place) => takeovers(place, progress))),
    ...(await inFleet((place) => deaths(place, progress))),
  ],
};

async function inFleet(use: (place: Fleet) => Promise<readonly Figure[]>): Promise<readonly Figure[]> {
  const place = await Fleet.create();
  try {
    return await use(place);
  } finally {
    if (place.telegram.violations.length > 0) console.error("violations:", place.telegram.violations);
    await place.dispose();
  }
}

/** Two gateways and two workers on one Codex home; of each kind the one that works is killed, again and again. */
async function takeovers(place: Fleet, progress: (line: string) => void): Promise<readonly Figure[]> {
  const gateways = [
    await place.machine("one", { role: "gateway" }),
    await place.machine("two", { role: "gateway" }),
  ] as const;
  const first = await place.machine("first", { role: "worker" });
  const workers = [first, await place.machine("second", { role: "worker", homeOf: first })] as const;
  // The first of each takes the chat and the account before the second is there.
  await gateways[0].start();
  await workers[0].start();
  await served(place, "hello");
  await gateways[1].start();
  await workers[1].start();
  const ofWorkers = await killInTurn(place, workers, "worker", progress);
  const ofGateways = await killInTurn(place, gateways, "gateway", progress);
  return [
    {
      row: "two workers on one Codex home, kill -9 of the chat's, its lease fresh → a message written then reaches the model",
      unit: "s",
      samples: ofWorkers,
      bars: { max: 6 },
    },
    {
      row: "two gateways, kill -9 of the receiving one → a message written then reaches the model",
      unit: "s",
      samples: ofGateways,
      bars: { max: 10 },
    },
  ];
}

/** The one that works is killed; the other one works from then on. Seconds to the next model request, each time. */
async function killInTurn(
  place: Fleet,
  pair: readonly [Machine, Machine],
  kind: string,
  progress: (line: string) => void,
): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let at = 0; at < samples; at += 1) {
    const machine = pair[at % 2 === 0 ? 0 : 1];
    await served(place, `before ${kind} ${at}`);
    await rest(settledMs);
    const from = performance.now();
    await machine.service.kill();
    const requestAt = await served(place, `after ${kind} ${at}`);
    taken.push((requestAt - from) / 1000);
    progress(`fleet ${kind} ${at + 1}/${samples}: ${taken.at(-1)?.toFixed(1)} s`);
    await machine.start();
  }
  return taken;
}

/** A message and its final; when the model was asked, on the scale of `performance.now()`. */
async function served(place: Fleet, name: string): Promise<number> {
  place.say(name);
  const request = await place.model.waitFor((one) => one.userTexts.at(-1) === name, 60_000);
  await place.message(`echo: ${name}`, 60_000);
  return request.at;
}

/** The only machine of a chat's conversation dies in the middle of a turn, with every Codex on it. */
async function deaths(place: Fleet, progress: (line: string) => void): Promise<readonly Figure[]> {
  const gateway = await place.machine("gateway", { role: "gateway" });
  const worker = await place.machine("worker", { role: "worker" });
  await gateway.start();
  await worker.start();
  await served(place, "hello");
  await place.trusted();
  const taken: number[] = [];
  for (let at = 0; at < samples; at += 1) {
    const name = `work ${at}`;
    const open = gate();
    place.model.on(name, [text(["First half", open, ", second half."])]);
    place.say(name);
    await place.model.waitFor((one) => one.userTexts.at(-1) === name, 60_000);
    await rest(settledMs);
    const notes = notesIn(place);
    const from = performance.now();
    await worker.die();
    await place.waitFor(() => notesIn(place) > notes, "the note", 60_000);
    taken.push((performance.now() - from) / 1000);
    progress(`fleet machine ${at + 1}/${samples}: ${taken.at(-1)?.toFixed(1)} s`);
    open.open();
    await worker.start();
    await served(place, `back ${at}`);
    await rest(settledMs);
  }
  return [
    { row: "a worker's machine dies → its chat is told (to 25 ms)", unit: "s", samples: taken, bars: { max: 10 } },
  ];
}

function notesIn(place: Fleet): number {
  return place.sent().filter((message) => message.text.includes("does not answer")).length;
}
