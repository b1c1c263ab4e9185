/** `npm run protocol:update`: writes `generated/` and `generated/VERSION` from the pinned binary. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundledBinary, pinnedVersion } from "../binary.ts";
import { run } from "../process.ts";
import { closure } from "./generate.ts";
import { roots } from "./roots.ts";

const target = join(dirname(fileURLToPath(import.meta.url)), "generated");
const scratch = await mkdtemp(join(tmpdir(), "codex-protocol-"));
try {
  await run(bundledBinary(), ["app-server", "generate-ts", "--experimental", "--out", scratch]);
  const files = await closure(scratch, roots);
  await rm(target, { recursive: true, force: true });
  for (const [path, text] of files) {
    await mkdir(dirname(join(target, path)), { recursive: true });
    await writeFile(join(target, path), text);
  }
  await writeFile(join(target, "VERSION"), `${pinnedVersion()}\n`);
  process.stdout.write(`${files.size} types of ${pinnedVersion()}\n`);
} finally {
  await rm(scratch, { recursive: true, force: true });
}
