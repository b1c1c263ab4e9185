import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkReadPlace, checkWritePlace } from "../../../src/cli/backup-place.ts";
import { backupWords } from "../../../src/model/catalog/backup.ts";

const words = backupWords.en;
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "hl-place-"));
  writeFileSync(join(dir, "file"), "");
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const refusal = (sentence: string) => ({ code: "backupUnfit", message: sentence });

it("a backup is written beside what is there, or over a file, and nowhere else", async () => {
  await expect(checkWritePlace(join(dir, "new"), words)).resolves.toBeUndefined();
  await expect(checkWritePlace(join(dir, "file"), words)).resolves.toBeUndefined();
  await expect(checkWritePlace(dir, words)).rejects.toMatchObject(refusal(words.writeToFolder(dir)));
  const missing = join(dir, "missing");
  await expect(checkWritePlace(join(missing, "a"), words)).rejects.toMatchObject(refusal(words.noFolder(missing)));
  const file = join(dir, "file");
  await expect(checkWritePlace(join(file, "a"), words)).rejects.toMatchObject(refusal(words.notAFolder(file)));
});

it("what is restored is a file that is there", async () => {
  await expect(checkReadPlace(join(dir, "file"), words)).resolves.toBeUndefined();
  for (const missing of [join(dir, "none"), join(dir, "none/a"), join(dir, "file/a")])
    await expect(checkReadPlace(missing, words)).rejects.toMatchObject(refusal(words.noBackup(missing)));
  await expect(checkReadPlace(dir, words)).rejects.toMatchObject(refusal(words.readFromFolder(dir)));
});
