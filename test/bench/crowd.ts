import { text } from "../emulators/model/steps.ts";
import type { Bench } from "./figures.ts";
import { cpuOf } from "./processes.ts";
import { called, inWorld, type Person, type Place, rest, say } from "./world.ts";

const people = 50;
const words = 60;
const streamMs = 3_000;
/** How many processes are started at once beforehand. */
const together = 5;

/** Fifty people write at once; each gets 60 words in 3 s from a Codex of his own. */
export const crowd: Bench = {
  name: "crowd",
  run: (progress) =>
    inWorld({ people, codex: { maxProcesses: people + 2 } }, async (place) => {
      await place.world.start();
      const answer = (name: string): string =>
        Array.from({ length: words }, (_, at) => (at === words - 1 ? `end of ${name}.` : `word${at}`)).join(" ");
      place.world.model.on(/^(warm|all)/, ({ userTexts }) => [
        text(answer(userTexts.at(-1) ?? ""), { everyMs: streamMs / words }),
      ]);
      for (let at = 0; at < people; at += together) {
        const some = place.people.slice(at, at + together);
        await Promise.all(some.map((person) => served(place, person, `warm ${person.user.id}`)));
        progress(`crowd warm ${at + together}/${people}`);
      }
      await rest(10_000);
      const pids = [place.world.pid, ...(await place.world.codexPids())];
      const before = pids.map(cpuOf);
      const took = await Promise.all(place.people.map((person) => served(place, person, `all ${person.user.id}`)));
      const cpu = pids.reduce((sum, pid, at) => sum + cpuOf(pid) - (before[at] ?? 0), 0);
      const exact = place.people.filter((person) => {
        const finals = place.world.telegram
          .fromBot(person.chat)
          .filter((m) => m.text.includes(`all ${person.user.id}`));
        return finals.length === 1 && finals[0]?.text.startsWith(answer(`all ${person.user.id}`)) === true;
      });
      return [
        {
          row: "50 chats at once, 60 words in 3 s each: say → final",
          unit: "s",
          samples: took,
          bars: { p50: 8, p95: 12 },
        },
        { row: "of them not exactly one exact final", unit: "", samples: [people - exact.length], bars: { max: 0 } },
        {
          row: "CPU a warm turn, service and Codex together",
          unit: "CPU-s",
          samples: [cpu / people],
          bars: { max: 0.2 },
        },
      ];
    }),
};

async function served(place: Place, person: Person, name: string): Promise<number> {
  const said = say(place, person, name);
  const final = await called(place, person, /^send(?!.*Draft)/, `${"end of"} ${name}.`, said, 120_000);
  return (final.at - said) / 1000;
}
