import { programOptions } from "../fixtures/program-options.ts";
import { type Law, laws, type Mutant, mutants, testsOf } from "./catalog.ts";
import { type Run, runTests } from "./run-tests.ts";
import { copyTree, type Tree } from "./tree.ts";

const usage = `npm run test:mutants -- [OPTION]…   plants the faults of the catalog, one at a time, in a copy of the project, and
runs the tests of the law they break; exit 1 when one of them is not seen, or the tests are red without
  --law LAW   only the faults of this law, such as L3 (repeatable)
  --list      prints them and plants nothing`;

/** An error of the faulty program rather than of its behaviour: the fault was planted badly. */
const clumsy = /^(SyntaxError|ReferenceError)|is not (defined|a function)|user_script/;

/** `killer`: the test that saw the fault. Otherwise why none counts. */
type Verdict = { readonly killer: string } | { readonly survives: string };

function verdictOf(mutant: Mutant, { outcomes, fault }: Run): Verdict {
  const red = outcomes.filter(({ passed, name }) => !passed && testsOf(mutant.law).test(name));
  const clean = red.find(({ message }) => !clumsy.test(message));
  if (clean !== undefined) return { killer: clean.name };
  const [broken] = red;
  if (broken !== undefined) return { survives: `planted badly: ${broken.message.split("\n")[0]}` };
  return { survives: fault ?? `${outcomes.length} tests stay green` };
}

/** The tests are green without faults, and every mutant has at least one in each of its files. Throws otherwise. */
async function assertGreen(tree: Tree, chosen: readonly Mutant[], signal: AbortSignal): Promise<number> {
  const files = [...new Set(chosen.flatMap(({ tests }) => tests))];
  const names = new RegExp([...new Set(chosen.map(({ law }) => testsOf(law).source))].join("|"));
  const { outcomes, fault } = await runTests(tree.root, files, names, { untilRed: false, signal });
  if (fault !== undefined) throw new Error(`without a fault: ${fault}`);
  for (const { passed, name, message } of outcomes)
    if (!passed) throw new Error(`red without a fault: ${name}\n${message}`);
  for (const { law, fault: planned, tests } of chosen) {
    for (const path of tests) {
      if (!outcomes.some(({ file, name }) => file === path && testsOf(law).test(name)))
        throw new Error(`no test of ${law} ran in ${path} for "${planned}"`);
    }
  }
  return outcomes.length;
}

async function tryOne(tree: Tree, mutant: Mutant, signal: AbortSignal): Promise<Verdict> {
  tree.plant(mutant);
  try {
    return verdictOf(mutant, await runTests(tree.root, mutant.tests, testsOf(mutant.law), { untilRed: true, signal }));
  } finally {
    tree.restore(mutant);
  }
}

async function tryAll(tree: Tree, chosen: readonly Mutant[], signal: AbortSignal): Promise<number> {
  console.log(`${await assertGreen(tree, chosen, signal)} tests are green without a fault\n`);
  const width = Math.max(...chosen.map(({ fault }) => fault.length));
  let survived = 0;
  for (const mutant of chosen) {
    const startedAt = Date.now();
    const verdict = await tryOne(tree, mutant, signal);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(5);
    if ("survives" in verdict) survived++;
    const told = "killer" in verdict ? `killed by   ${verdict.killer}` : `SURVIVED    ${verdict.survives}`;
    console.log(`${mutant.law.padEnd(3)}  ${mutant.fault.padEnd(width)}  ${seconds} s  ${told}`);
  }
  console.log(`\n${chosen.length - survived} killed, ${survived} survived`);
  return survived;
}

/** Those of the laws that were asked for. Throws for a law that does not exist. */
function choose(asked: readonly string[] | undefined): readonly Mutant[] {
  const unknown = asked?.find((law) => !laws.includes(law as Law));
  if (unknown !== undefined) throw new Error(`there is no law ${unknown}; they are ${laws.join(", ")}`);
  return asked === undefined ? mutants : mutants.filter(({ law }) => asked.includes(law));
}

async function main(): Promise<number> {
  const { values } = programOptions(usage, {
    options: { law: { type: "string", multiple: true }, list: { type: "boolean" } },
  });
  const chosen = choose(values.law);
  if (values.list === true) {
    for (const { law, fault, file } of chosen) console.log(`${law.padEnd(3)}  ${fault}  (${file})`);
    return 0;
  }
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  const tree = copyTree();
  try {
    return (await tryAll(tree, chosen, stopping.signal)) === 0 ? 0 : 1;
  } finally {
    tree.remove();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
