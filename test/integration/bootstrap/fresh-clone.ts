import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { vi } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Local packages need no registry; this one only answers that it is there. */
const registry = createServer((_request, response) => response.end("{}"));
registry.listen(0, "127.0.0.1").unref();
await once(registry, "listening");
const registryAddress = `http://127.0.0.1:${(registry.address() as AddressInfo).port}/`;

/** What one run of the bootstrap did. */
export interface Run {
  readonly code: number;
  /** Both streams. */
  readonly output: string;
}

/** A run that goes on. */
export interface LongRun {
  /** Both streams, so far. */
  output(): string;
  /** Waits for a condition; throws with the output when the run ends before it holds. */
  until(condition: () => boolean): Promise<void>;
  /** kill -9 of the script alone, not of what it started. */
  kill(): void;
  readonly ended: Promise<Run>;
}

/** Who a run belongs to; absent: the user of the tests. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/** A small project around the real bootstrap script, with a home and a PATH of its own. */
export interface FreshClone {
  readonly root: string;
  readonly dataDir: string;
  /** Writes a file of the project. */
  put(path: string, text: string): void;
  /** Puts a program in front of all others on PATH. */
  fakeProgram(name: string, script: string): void;
  /** Takes a program off PATH: the one that was put there, else the real one. */
  removeProgram(name: string): void;
  readonly home: string;
  bootstrap(mode: string, env?: Record<string, string>, user?: User): Promise<Run>;
  begin(mode: string, env?: Record<string, string>): LongRun;
  remove(): void;
}

/** Stands for tsc: copies `src` to `--outDir` as .js, and fails on a file that says "type error". */
const COMPILER = `
const { cpSync, mkdirSync, readdirSync, readFileSync } = require("node:fs");
const out = process.argv[process.argv.indexOf("--outDir") + 1];
mkdirSync(out + "/src", { recursive: true });
for (const file of readdirSync("src").filter((name) => name.endsWith(".ts"))) {
  if (readFileSync("src/" + file, "utf8").includes("type error")) {
    console.log("src/" + file + ": error TS2322");
    process.exit(2);
  }
  cpSync("src/" + file, out + "/src/" + file.replace(/ts$/, "js"));
}
`;

/** Local packages only, so that npm needs no network. */
const PACKAGES: Record<string, Record<string, string>> = {
  typescript: { "bin/tsc": COMPILER },
  tiny: { "index.js": "module.exports = 1;\n" },
};

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Links every program of PATH but the Redis servers into one folder. */
function pathWithoutRedis(folder: string): void {
  mkdirSync(folder);
  for (const place of (process.env.PATH ?? "").split(delimiter)) {
    if (place === "" || place.includes("node_modules")) continue;
    let names: string[] = [];
    try {
      names = readdirSync(place);
    } catch {
      continue; // PATH may name folders that do not exist.
    }
    for (const name of names.filter((n) => !/^(redis|valkey)-/.test(n))) {
      try {
        symlinkSync(join(place, name), join(folder, name));
      } catch {
        // The same name earlier on PATH wins.
      }
    }
  }
}

/** `dependencies` are file: packages below `packages/`; more of them can be put before the first run. */
export function freshClone(dependencies: readonly string[] = ["typescript", "tiny"]): FreshClone {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "hotline-bootstrap-")));
  // A plain user is let in to look, not to write.
  chmodSync(base, 0o755);
  const root = join(base, "clone");
  const dataDir = join(base, "data");
  mkdirSync(root);
  cpSync(join(ROOT, "src/cli/bootstrap.mjs"), join(root, "src/cli/bootstrap.mjs"));
  cpSync(join(ROOT, "src/cli/bootstrap"), join(root, "src/cli/bootstrap"), { recursive: true });
  write(root, "src/main.ts", "export const a = 1;\n");
  write(root, "src/scripts/one.lua", "return 1\n");
  write(root, "tsconfig.build.json", "{}");
  const wanted = Object.fromEntries(dependencies.map((name) => [name, `file:packages/${name}`]));
  write(root, "package.json", JSON.stringify({ name: "clone", version: "1.0.0", private: true, dependencies: wanted }));
  for (const [name, files] of Object.entries(PACKAGES)) {
    write(root, `packages/${name}/package.json`, JSON.stringify({ name, version: "1.0.0" }));
    for (const [path, text] of Object.entries(files)) write(root, `packages/${name}/${path}`, text);
  }
  pathWithoutRedis(join(base, "bin"));
  mkdirSync(join(base, "fakes"));
  const env = {
    HOME: join(base, "home"),
    HOTLINE_DATA_DIR: dataDir,
    npm_config_registry: registryAddress,
    PATH: `${join(base, "fakes")}:${join(base, "bin")}`,
  };
  return {
    root,
    dataDir,
    put: (path, text) => write(root, path, text),
    fakeProgram(name, script) {
      write(base, `fakes/${name}`, `#!/bin/sh\n${script}\n`);
      chmodSync(join(base, "fakes", name), 0o755);
    },
    removeProgram(name) {
      const put = join(base, "fakes", name);
      rmSync(existsSync(put) ? put : join(base, "bin", name), { force: true });
    },
    home: env.HOME,
    bootstrap: (mode, more = {}, user = undefined) => start(root, mode, { ...env, ...more }, user).ended,
    begin: (mode, more = {}) => start(root, mode, { ...env, ...more }, undefined),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

function start(cwd: string, mode: string, more: Record<string, string>, user: User | undefined): LongRun {
  const { REDIS_URL: _url, HOTLINE_CONFIG: _config, ...inherited } = process.env;
  const child = spawn(process.execPath, ["src/cli/bootstrap.mjs", mode], {
    cwd,
    env: { ...inherited, ...more },
    ...user,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  // What the script started may outlive it and hold its streams: a killed run has ended all the same.
  const ended = new Promise<Run>((done) => {
    child.on("exit", (_code, signal) => signal !== null && done({ code: 1, output }));
    child.on("close", (code) => done({ code: code ?? 1, output }));
  });
  let over = false;
  void ended.then(() => {
    over = true;
  });
  return {
    output: () => output,
    until: (condition) =>
      vi.waitFor(
        () => {
          if (condition()) return;
          if (over) throw new Error(`ended too early: ${output}`);
          throw new Error(`still waiting; it said: ${output}`);
        },
        { timeout: 30_000, interval: 20 },
      ),
    kill: () => child.kill("SIGKILL"),
    ended,
  };
}
