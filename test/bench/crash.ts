import { text } from "../emulators/model/steps.ts";
import type { Bench } from "./figures.ts";
import { asked, inWorld, rest, say, shown, until } from "./world.ts";

const samples = 8;

/** The service is killed, a message comes, the service is started again at once: how long until the chat is served? */
export const crash: Bench = {
  name: "crash",
  run: () =>
    inWorld({}, async (place) => {
      const { world, people } = place;
      const [person] = people;
      if (person === undefined) throw new Error("nobody is there");
      const toModel: number[] = [];
      const toFinal: number[] = [];
      await world.start();
      for (let at = -1; at < samples; at += 1) {
        const name = `message ${at + 1}`;
        world.model.on(name, [text(`Answer to ${name}.`)]);
        const from = performance.now();
        await world.kill();
        say(place, person, name);
        await world.start();
        const request = await asked(place, name);
        await until("the final", () => shown(place, person, `Answer to ${name}.`).length > 0);
        if (at >= 0) toModel.push((request.at - from) / 1000);
        if (at >= 0) toFinal.push((performance.now() - from) / 1000);
        // The lease is young and the facts are told, as in a service that ran for a while.
        await rest(2_000);
      }
      return [
        { row: "kill -9 → the chat's next message reaches the model", unit: "s", samples: toModel, bars: { max: 6 } },
        { row: "kill -9 → its final is there (to 50 ms)", unit: "s", samples: toFinal },
      ];
    }),
};
