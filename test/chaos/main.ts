/** Torments the built service and judges it; `usage` says how. Exit 2: wrong use. */
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { programOptions, wrongUse } from "../fixtures/program-options.ts";
import { type FaultKind, faultKinds } from "./plan.ts";
import { report } from "./report.ts";
import { failed, run } from "./run.ts";

const usage = `npm run chaos -- [OPTION]…   torments the built service; exit 1 when a law was broken (logs and transcripts: test-output/chaos-SEED)
  --seed N      what comes when, default: a random one
  --minutes M   how long people write, default 5
  --chats N     at least 8, default 50
  --split       a gateway and two workers instead of one process
  --only KIND   only this fault (repeatable): ${faultKinds.join(", ")}`;

const { values } = programOptions(usage, {
  options: {
    seed: { type: "string", default: String(randomInt(1_000_000)) },
    minutes: { type: "string", default: "5" },
    chats: { type: "string", default: "50" },
    split: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
  },
});
const [seed, minutes, chats] = [values.seed, values.minutes, values.chats].map(Number);
const only = values.only?.filter((kind): kind is FaultKind => faultKinds.some((known) => known === kind));
if (!Number.isSafeInteger(seed)) wrongUse(`--seed must be a whole number, not ${values.seed}`, usage);
if (!(Number(minutes) > 0)) wrongUse(`--minutes must be more than 0, not ${values.minutes}`, usage);
if (!(Number(chats) >= 8)) wrongUse(`--chats must be 8 or more, not ${values.chats}`, usage);
if (only?.length !== values.only?.length) wrongUse(`a KIND is unknown: ${values.only?.join(", ")}`, usage);
if (!existsSync("dist/src/main.js")) {
  console.error("the service is not built: npm run build");
  process.exit(2);
}
console.log(`seed ${seed}, ${minutes} min`);
const stopped = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const)
  process.once(name, () => stopped.abort(new Error(`${name}: ends what was started`)));
const result = await run({
  seed: Number(seed),
  writingMs: Number(minutes) * 60_000,
  chats: Number(chats),
  split: values.split,
  ...(only === undefined ? {} : { only }),
  keepIn: `test-output/chaos-${seed}`,
  signal: stopped.signal,
  tell: (line) => console.log(line),
}).catch((error: unknown) => {
  if (!stopped.signal.aborted) throw error;
  console.error(stopped.signal.reason.message);
  return process.exit(130);
});
console.log(report(Number(seed), result));
process.exit(failed(result) ? 1 : 0);
