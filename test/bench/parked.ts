import { text } from "../emulators/model/steps.ts";
import { BareCodex } from "./bare.ts";
import type { Bench } from "./figures.ts";
import { asked, handedAt, inWorld, type Place, rest, say, shown, until } from "./world.ts";

const people = 7;
const rounds = 4;

/** Chats whose Codex was given up: each turn spawns a process and resumes the thread. */
export const parked: Bench = {
  name: "parked",
  run: (progress) =>
    inWorld({ people, tapped: true, codex: { idleMinutes: 0.02 } }, async (place) => {
      const bare = new BareCodex(place.world);
      await place.world.start();
      const whole: number[] = [];
      const ours: number[] = [];
      const bareWarm: number[] = [];
      const bareCold: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        for (const [at] of place.people.entries()) {
          const cold = await bareTurns(bare);
          const { toModel, toStart } = await turn(place, at, `round ${round} of ${at}`);
          // Round 0 makes the threads.
          if (round === 0) continue;
          whole.push(toModel);
          ours.push(toStart);
          bareCold.push(cold.cold);
          bareWarm.push(cold.warm);
        }
        progress(`parked ${round + 1}/${rounds}`);
        await until("every chat is parked", async () => (await place.world.codexPids()).length === 0);
        await rest(500);
      }
      return [
        { row: "bare app-server: spawn, resume, `turn/start` → model request received", unit: "ms", samples: bareCold },
        {
          row: "update handed to us → model request received, parked, in all",
          unit: "ms",
          samples: whole,
          baseline: bareCold,
        },
        {
          row: "the same, minus the bare app-server's warm turn just before",
          unit: "ms",
          samples: whole.map((ms, at) => ms - (bareWarm[at] ?? 0)),
          bars: { p50: 450 },
        },
        { row: "update handed to us → `turn/start` written, parked", unit: "ms", samples: ours },
      ];
    }),
};

async function turn(place: Place, at: number, name: string): Promise<{ toModel: number; toStart: number }> {
  const person = place.people[at];
  if (person === undefined) throw new Error("nobody is there");
  place.world.model.on(name, [text(`Answer to ${name}.`)]);
  const said = say(place, person, name);
  const request = await asked(place, name);
  const handed = handedAt(place, said);
  await until("the final", () => shown(place, person, `Answer to ${name}.`).length > 0);
  return { toModel: request.at - handed, toStart: place.tap.after("turn/start", said) - handed };
}

/** The same without the service: a process that resumes and works, then a warm turn of it. */
async function bareTurns(bare: BareCodex): Promise<{ readonly cold: number; readonly warm: number }> {
  const at = performance.now();
  await bare.open();
  const opened = performance.now();
  const cold = opened - at + (await bare.turn());
  const warmTurn = await bare.turn();
  await bare.close();
  return { cold, warm: warmTurn };
}
