/**
 * `npm run chaos -- [--seed N] [--minutes M] [--chats N] [--split] [--only KIND]…`: torments the built service and judges it. Exit 0: every law
 * held; 1: one was broken (logs and transcripts lie in test-output/chaos-<seed>); 2: wrong use.
 */
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { type FaultKind, faultKinds } from "./plan.ts";
import { report } from "./report.ts";
import { failed, run } from "./run.ts";

const { values } = parseArgs({
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
if (
  !Number.isSafeInteger(seed) ||
  !(Number(minutes) > 0) ||
  !(Number(chats) >= 8) ||
  only?.length !== values.only?.length
) {
  console.error(`--seed N --minutes M --chats N (at least 8) --split --only KIND, of: ${faultKinds.join(", ")}`);
  process.exit(2);
}
if (!existsSync("dist/src/main.js")) {
  console.error("the service is not built: npm run build");
  process.exit(2);
}
console.log(`seed ${seed}, ${minutes} min`);
const result = await run({
  seed: Number(seed),
  writingMs: Number(minutes) * 60_000,
  chats: Number(chats),
  split: values.split,
  ...(only === undefined ? {} : { only }),
  keepIn: `test-output/chaos-${seed}`,
  tell: (line) => console.log(line),
});
console.log(report(Number(seed), result));
process.exit(failed(result) ? 1 : 0);
