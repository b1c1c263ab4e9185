/** One instruction; continuation lines joined, comments gone. */
export interface Instruction {
  /** Upper case, e.g. "COPY". */
  readonly name: string;
  /** `--flag=value` and `--flag` before the arguments. */
  readonly flags: Readonly<Record<string, string>>;
  /** Words of the JSON form, else of the plain text. */
  readonly words: readonly string[];
  /** JSON form: no shell between. */
  readonly exec: boolean;
  readonly text: string;
}

/** From one FROM to the next. */
export interface Stage {
  readonly name: string;
  /** The image or the earlier stage it begins with, arguments filled in. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile: stages in order, with the defaults of global ARGs filled into FROM. Throws on a line it cannot read. */
export function readDockerfile(text: string): readonly Stage[] {
  const globals = new Map<string, string>();
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(text)) {
    const instruction = readInstruction(line);
    const stage = stages.at(-1);
    if (instruction.name === "FROM") {
      const [from = "", as, name] = instruction.words;
      if (as !== undefined && as.toUpperCase() !== "AS") throw new Error(`not a FROM: ${line}`);
      stages.push({ name: name ?? String(stages.length), from: fill(from, globals), instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (instruction.name === "ARG") {
      const [key = "", value = ""] = instruction.text.split("=");
      globals.set(key, value);
    } else throw new Error(`before the first FROM: ${line}`);
  }
  return stages;
}

/** The instructions that make up a stage, those of the stages it begins with first. */
export function lineage(stages: readonly Stage[], stage: Stage): readonly Instruction[] {
  const before = stages.find((candidate) => candidate.name === stage.from && candidate !== stage);
  return [...(before === undefined ? [] : lineage(stages, before)), ...stage.instructions];
}

function logicalLines(text: string): readonly string[] {
  return text
    .split("\n")
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join("\n")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .map((line) => line.trim());
}

function readInstruction(line: string): Instruction {
  const match = /^([A-Za-z]+)\s+((?:--[\w-]+(?:=\S+)?\s+)*)(.*)$/.exec(line);
  if (match === null) throw new Error(`not an instruction: ${line}`);
  const [, name = "", flags = "", text = ""] = match;
  // HEALTHCHECK has its command after a word of its own.
  const body = text.replace(/^CMD\s+(?=\[)/, "");
  const exec = body.startsWith("[");
  const words = exec ? (JSON.parse(body) as readonly string[]) : text.split(/\s+/);
  const pairs = flags
    .trim()
    .split(/\s+/)
    .filter((flag) => flag !== "")
    .map((flag): [string, string] => [flag.slice(2).split("=")[0] ?? "", flag.split("=").slice(1).join("=")]);
  return { name: name.toUpperCase(), flags: Object.fromEntries(pairs), words, exec, text };
}

function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{?(\w+)\}?/g, (whole, key: string) => values.get(key) ?? whole);
}
