import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { checkDataDir } from "./folders.mjs";
import { sweep } from "./leftovers.mjs";
import { progress, run, tail } from "./run.mjs";
import { StopError } from "./stop-error.mjs";

/** Tried in turn: the server's package and the one that holds its program or its tools. */
const SERVERS = [
  { name: "redis-server", packages: ["redis-server", "redis-tools"] },
  { name: "valkey-server", packages: ["valkey-server", "valkey-tools"] },
];
/** Libraries of libraries: Debian's redis needs one level, more is for later releases. */
const MAX_LEVELS = 3;
const ENGLISH = { LC_ALL: "C" };

/**
 * Downloads Debian's redis-server with the libraries that this host lacks and unpacks them, without root:
 *
 *   ${dataDir}/redis/unpacked/           the packages' files
 *   ${dataDir}/redis/bin/redis-server    starts the program with its libraries; written last
 *
 * @param {string} dataDir absolute
 */
export async function unpackDebianRedis(dataDir) {
  checkDataDir(dataDir);
  progress("Downloading redis-server (2 MB) …");
  const home = join(dataDir, "redis");
  const work = join(home, `unpacking-${process.pid}`);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  sweep(home, "unpacking-");
  mkdirSync(work, { mode: 0o700 });
  try {
    const name = await fetchServer(work);
    await unpackLibraries(work);
    rmSync(join(home, "unpacked"), { recursive: true, force: true });
    renameSync(join(work, "files"), join(home, "unpacked"));
    writeWrapper(home, name);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Unpacks the first server that can be had; returns its program's name. */
async function fetchServer(work) {
  const first = await fetchAny(work);
  if (first.name !== undefined) return first.name;
  // Package lists that are missing or out of date: only root may renew them.
  if (process.getuid?.() === 0) {
    progress("Updating the package lists …");
    await run("apt-get", ["update", "-q"], { env: ENGLISH });
    const second = await fetchAny(work);
    if (second.name !== undefined) return second.name;
  }
  console.error(tail(first.output, 5));
  throw new StopError(
    'Redis is needed and its package could not be downloaded: run "sudo apt-get update && sudo apt-get install -y redis-server" and try again.',
  );
}

async function fetchAny(work) {
  let output = "";
  for (const { name, packages } of SERVERS) {
    const result = await download(work, packages);
    if (result.code === 0) {
      await unpackAll(work);
      return { name, output };
    }
    output += result.output;
  }
  return { name: undefined, output };
}

/** Follows the packages' `Depends` to the libraries that are not installed here. */
async function unpackLibraries(work) {
  const asked = new Set();
  for (let level = 0; level < MAX_LEVELS; level += 1) {
    const wanted = (await dependencies(work)).filter((name) => name.startsWith("lib") && !asked.has(name));
    for (const name of wanted) {
      asked.add(name);
      if (await isInstalled(name)) continue;
      // A virtual package has no file of its own; whether the server starts is checked at the end.
      await download(work, [name]);
    }
    if (!(await unpackAll(work))) return;
  }
}

function download(work, packages) {
  const folder = join(work, "new");
  mkdirSync(folder, { recursive: true });
  return run("apt-get", ["download", "-q", ...packages], { cwd: folder, env: ENGLISH });
}

/** Unpacks what was downloaded since the last call; false when there was nothing. */
async function unpackAll(work) {
  const folder = join(work, "new");
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith(".deb")) : [];
  mkdirSync(join(work, "done"), { recursive: true });
  for (const file of files) {
    const { code, output } = await run("dpkg", ["-x", join(folder, file), join(work, "files")]);
    if (code !== 0)
      throw new StopError(
        `${tail(output, 3)}\nThe package ${file} could not be unpacked: check the free disk space and try again.`,
      );
    renameSync(join(folder, file), join(work, "done", file));
  }
  return files.length > 0;
}

/** First choice of each dependency of all packages so far, without versions. */
async function dependencies(work) {
  const names = new Set();
  for (const file of readdirSync(join(work, "done"))) {
    const { output } = await run("dpkg-deb", ["-f", join(work, "done", file), "Depends"]);
    for (const part of output.split(",")) {
      const name = part
        .split("|")[0]
        ?.replace(/[:(].*/, "")
        .trim();
      if (name) names.add(name);
    }
  }
  return [...names];
}

async function isInstalled(name) {
  const { code, output } = await run("dpkg-query", ["-W", "-f", "${db:Status-Status} ", name]);
  return code === 0 && /\binstalled\b/.test(output);
}

function writeWrapper(home, name) {
  const folders = libraryFolders(join(home, "unpacked")).map((folder) => `$home/${relative(home, folder)}`);
  const libraries = `export LD_LIBRARY_PATH="${folders.join(":")}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`;
  const lines = [
    "#!/bin/sh",
    'home=$(cd "${0%/*}/.." && pwd)',
    // An empty entry in the list would mean the working folder.
    ...(folders.length === 0 ? [] : [libraries]),
    `exec "$home/unpacked/usr/bin/${name}" "$@"`,
    "",
  ];
  const file = join(home, "bin/redis-server");
  mkdirSync(join(home, "bin"), { recursive: true });
  writeFileSync(`${file}.new`, lines.join("\n"));
  chmodSync(`${file}.new`, 0o755);
  renameSync(`${file}.new`, file);
}

function libraryFolders(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  const here = entries.some((entry) => /\.so(\.|$)/.test(entry.name)) ? [folder] : [];
  return [...here, ...entries.filter((e) => e.isDirectory()).flatMap((e) => libraryFolders(join(folder, e.name)))];
}
