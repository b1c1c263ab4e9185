import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { z } from "zod";
import { BridgeError } from "../model/errors.ts";
import { type BackupEntry, backupEntry } from "./backup-entry.ts";

/** What a backup says of itself. */
export interface BackupHead {
  /** The format of the file. */
  readonly hotlineBackup: number;
  /** The format of the data in it, see `migrations.ts`. */
  readonly data: number;
  /** Of the program that wrote it. */
  readonly version: string;
  /** ms since the epoch. */
  readonly madeAt: number;
}

/** The format of the files this version writes, and the newest it reads. */
export const fileFormat = 1;

const headLine = z.object({
  hotlineBackup: z.number().int(),
  data: z.number().int(),
  version: z.string(),
  madeAt: z.number(),
});
const endLine = z.object({ entries: z.number().int(), sha256: z.string() });

/**
 * Writes one file (0600): gzip of one JSON value a line, the head first, the number of entries and the checksum of all
 * lines before it last. It appears whole or not at all; one of that name is replaced. Answers its size in bytes.
 */
export async function writeBackup(
  file: string,
  head: BackupHead,
  entries: AsyncIterable<BackupEntry>,
): Promise<number> {
  const draft = `${file}.part-${process.pid}`;
  try {
    const lines = Readable.from(linesOf(head, entries));
    await pipeline(lines, createGzip(), createWriteStream(draft, { flags: "wx", mode: 0o600 }));
    await sync(draft);
    await rename(draft, file);
    await sync(dirname(file));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return (await stat(file)).size;
}

/**
 * Reads a file to its end and holds it against its checksum, an entry in memory at a time. `visit` is called for each.
 * BridgeError `backupUnfit` when it is damaged, cut off, no backup, or of a newer version.
 */
export async function readBackup(
  file: string,
  visit: (entry: BackupEntry) => Promise<void> = async () => undefined,
): Promise<BackupHead> {
  const hash = createHash("sha256");
  let head: BackupHead | undefined;
  let held: Buffer | undefined;
  let entries = 0;
  // The last line is told by nothing coming after it.
  for await (const line of linesIn(file)) {
    if (held !== undefined) {
      if (head === undefined) head = readHead(file, held);
      else {
        await visit(parse(file, backupEntry, held));
        entries++;
      }
      hash.update(held).update("\n");
    }
    held = line;
  }
  const end = parse(file, endLine, held ?? Buffer.alloc(0));
  if (head === undefined || end.entries !== entries || end.sha256 !== hash.digest("hex")) throw damaged(file);
  return head;
}

async function* linesOf(head: BackupHead, entries: AsyncIterable<BackupEntry>): AsyncGenerator<string> {
  const hash = createHash("sha256");
  const line = (value: unknown): string => {
    const text = `${JSON.stringify(value)}\n`;
    hash.update(text);
    return text;
  };
  yield line(head);
  let count = 0;
  for await (const entry of entries) {
    count++;
    yield line(entry);
  }
  yield `${JSON.stringify({ entries: count, sha256: hash.digest("hex") })}\n`;
}

async function* linesIn(file: string): AsyncGenerator<Buffer> {
  const source = createReadStream(file);
  const plain = createGunzip();
  source.on("error", (error) => plain.destroy(error));
  source.pipe(plain);
  let pieces: Buffer[] = [];
  try {
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        yield Buffer.concat([...pieces, chunk.subarray(from, at)]);
        pieces = [];
        from = at + 1;
      }
      pieces.push(chunk.subarray(from));
    }
  } catch (error) {
    if (error instanceof Error && String(Reflect.get(error, "code")).startsWith("Z_")) throw damaged(file, error);
    throw error;
  } finally {
    source.destroy();
  }
  if (pieces.some((piece) => piece.length > 0)) throw damaged(file);
}

function readHead(file: string, line: Buffer): BackupHead {
  const head = parse(file, headLine, line);
  if (head.hotlineBackup > fileFormat)
    throw new BridgeError(
      "backupUnfit",
      `${file} was written by codex-hotline ${head.version}, which is newer: restore it with that version`,
    );
  return head;
}

function parse<T>(file: string, schema: z.ZodType<T>, line: Buffer): T {
  try {
    return schema.parse(JSON.parse(line.toString("utf8")));
  } catch (error) {
    throw damaged(file, error);
  }
}

function damaged(file: string, cause?: unknown): BridgeError {
  return new BridgeError(
    "backupUnfit",
    `${file} is no whole backup (damaged, cut off, or something else); nothing was changed`,
    { cause },
  );
}

async function sync(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
