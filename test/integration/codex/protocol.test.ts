import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bundledBinary, installedVersion, pinnedVersion } from "../../../src/codex/binary.ts";
import { run } from "../../../src/codex/process.ts";
import { closure } from "../../../src/codex/protocol/generate.ts";
import { roots } from "../../../src/codex/protocol/roots.ts";

const generated = fileURLToPath(new URL("../../../src/codex/protocol/generated", import.meta.url));

test("the protocol types are exactly those of the installed binary", async () => {
  expect(pinnedVersion()).toBe(installedVersion());
  expect(await run(bundledBinary(), ["--version"])).toContain(pinnedVersion());
  const scratch = await mkdtemp(join(tmpdir(), "hl-protocol-"));
  await run(bundledBinary(), ["app-server", "generate-ts", "--experimental", "--out", scratch]);
  const fresh = await closure(scratch, roots);
  await rm(scratch, { recursive: true });
  const names = (await readdir(generated, { recursive: true })).filter((name) => name.endsWith(".ts"));
  expect(names.sort()).toEqual([...fresh.keys()].sort());
  for (const name of names) expect(await readFile(join(generated, name), "utf8"), name).toBe(fresh.get(name));
});
