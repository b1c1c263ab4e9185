import { ignores } from "./docker-ignore.ts";
import { type Instruction, lineage, readDockerfile, type Stage } from "./dockerfile.ts";

/** What the image is judged by. */
export interface ImageParts {
  readonly dockerfile: string;
  readonly dockerignore: string;
  /** Files of the repository, relative. */
  readonly files: readonly string[];
  /** `engines.node`, e.g. ">=20.19". */
  readonly engines: string;
  /** The start script of package.json. */
  readonly start: string;
}

const secret = /(TOKEN|SECRET|PASSWORD|API_?KEY|CREDENTIAL)/i;
/** Files that must not reach a build, whatever stands in the folder. */
const kept = [".env", "config/.env", "hotline.yaml", ".git/config", "node_modules/a.js", "dist/a.js", "run.log"];

/** The mistakes that matter, one sentence each. */
export function imageFaults(parts: ImageParts): readonly string[] {
  const stages = readDockerfile(parts.dockerfile);
  const last = stages.at(-1);
  if (last === undefined) return ["there is no stage"];
  const all = lineage(stages, last);
  return [
    ...stages.flatMap((stage) => baseFaults(stage, stages, parts.engines)),
    ...stages.flatMap((stage) => stage.instructions.flatMap((step) => copyFaults(step, stages, parts))),
    ...stages.flatMap((stage) => stage.instructions.flatMap(secretFaults)),
    ...runtimeFaults(last, all, parts.start),
    ...dependencyFaults(stages, last),
    ...kept.filter((path) => !ignores(parts.dockerignore)(path)).map((path) => `${path} reaches the build`),
  ];
}

/** The path the image's health check asks for; undefined without one. */
export function healthPath(dockerfile: string): string | undefined {
  const check = readDockerfile(dockerfile)
    .at(-1)
    ?.instructions.find(({ name }) => name === "HEALTHCHECK");
  return /http:\/\/[^/]+(\/\w*)/.exec(check?.text ?? "")?.[1];
}

function baseFaults(stage: Stage, stages: readonly Stage[], engines: string): readonly string[] {
  if (stages.some(({ name }) => name === stage.from)) return [];
  const [image = "", tag] = stage.from.split(":");
  if (tag === undefined || tag.startsWith("latest")) return [`${stage.from} names no release`];
  if (image !== "node") return [];
  const wanted = Number(/(\d+)\.(\d+)/.exec(engines)?.[1]);
  return Number.parseInt(tag, 10) >= wanted ? [] : [`${stage.from} is older than engines.node (${engines})`];
}

function copyFaults(step: Instruction, stages: readonly Stage[], parts: ImageParts): readonly string[] {
  if (step.name !== "COPY" && step.name !== "ADD") return [];
  const { from } = step.flags;
  if (from !== undefined)
    return stages.some(({ name }) => name === from) ? [] : [`COPY from a stage that is not there: ${from}`];
  const hidden = ignores(parts.dockerignore);
  return step.words.slice(0, -1).flatMap((source) => {
    if (source === ".") return [];
    const found = parts.files.filter((path) => path === source || path.startsWith(`${source}/`));
    if (found.length === 0) return [`COPY ${source}: not in the repository`];
    return found.every(hidden) ? [`COPY ${source}: hidden by .dockerignore`] : [];
  });
}

function secretFaults(step: Instruction): readonly string[] {
  if (step.name !== "ENV" && step.name !== "ARG") return [];
  const names = step.text.matchAll(/(\w+)(?:=|$)/g);
  return [...names]
    .map(([, key = ""]) => key)
    .filter((key) => secret.test(key))
    .map((key) => `${step.name} ${key} stays in the image`);
}

function runtimeFaults(last: Stage, all: readonly Instruction[], start: string): readonly string[] {
  const only = (name: string) => all.findLast((step) => step.name === name);
  const user = only("USER")?.words[0] ?? "root";
  const entry = only("ENTRYPOINT");
  const command = only("CMD");
  const faults: string[] = [];
  if (/^(root|0)(:|$)/.test(user)) faults.push("it runs as root");
  if (entry?.words[0] !== "tini" || !entry.exec) faults.push("there is no init that takes in orphans");
  if (!all.some((step) => step.name === "RUN" && /apt-get install[^&]*\btini\b/.test(step.text)))
    faults.push("tini is not installed");
  if (command?.exec !== true || command.words.join(" ") !== start)
    faults.push(`CMD is not what npm start runs: ${start}`);
  if ((only("STOPSIGNAL")?.text ?? "SIGTERM") !== "SIGTERM") faults.push("the service stops by SIGTERM");
  if (!last.instructions.some((step) => step.name === "HEALTHCHECK" && step.exec))
    faults.push("there is no health check");
  const volumes = only("VOLUME")?.words ?? [];
  for (const variable of ["HOTLINE_DATA_DIR", "CODEX_HOME"]) {
    const place = new RegExp(`\\b${variable}=(\\S+)`).exec(
      all
        .filter(({ name }) => name === "ENV")
        .map(({ text }) => text)
        .join(" "),
    )?.[1];
    if (!volumes.some((volume) => place === volume || place?.startsWith(`${volume}/`)))
      faults.push(`${variable} is not a volume`);
  }
  return faults;
}

/** Where the run-time node_modules come from, only what runs may be in them. */
function dependencyFaults(stages: readonly Stage[], last: Stage): readonly string[] {
  const copy = last.instructions.find(
    (step) => step.name === "COPY" && step.words.some((word) => word.endsWith("node_modules")),
  );
  const origin = stages.find(({ name }) => name === copy?.flags.from) ?? last;
  const runs = origin.instructions.filter(({ name }) => name === "RUN").map(({ text }) => text);
  const pruned = runs.findLastIndex((text) => /npm (prune|ci|install)\b[^&]*--omit=dev/.test(text));
  const filled = runs.findLastIndex((text) =>
    /bootstrap\.mjs install|npm (ci|install)\b(?![^&]*--omit=dev)/.test(text),
  );
  return pruned !== -1 && pruned > filled ? [] : ["development dependencies reach the runtime stage"];
}
