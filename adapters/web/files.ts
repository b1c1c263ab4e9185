import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { sizeLimit } from "../../src/lib/size-limit.ts";
import { BridgeError } from "../../src/model/errors.ts";
import type { WebFile } from "./protocol.ts";

/** Files of the web chat, in a folder of dataDir that the model cannot reach. */
export interface WebFiles {
  /** Stores what is uploaded; whole or not at all. BridgeError `fileTooLarge`, `diskFull`; rejects when the upload is cut off. */
  receive(name: string, bytes: Readable): Promise<WebFile>;
  /** Keeps a copy of a file of this machine. BridgeError `fileGone`, `fileTooLarge`, `diskFull`. */
  keep(path: string, name: string): Promise<WebFile>;
  /** What is known of a file; undefined when it is gone. */
  find(id: string): Promise<WebFile | undefined>;
  read(id: string): Readable;
  /** Copies a file to `path`. BridgeError `fileGone`, `diskFull`. */
  copy(id: string, path: string): Promise<void>;
  /** Removes files last written before `before`, ms since the epoch. */
  sweep(before: number): Promise<void>;
}

const maxNameLength = 200;

/** `folder` is made when it is first needed. */
export function createWebFiles(folder: string, maxBytes: number): WebFiles {
  const at = (id: string): string => join(folder, id);

  async function store(name: string, fill: (part: string) => Promise<unknown>): Promise<WebFile> {
    const id = randomBytes(16).toString("hex");
    const part = at(`${id}.part`);
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await fill(part);
      const { size: bytes } = await stat(part);
      const file: WebFile = { id, name: safeName(name), bytes, type: await typeOf(part) };
      await writeFile(at(`${id}.json`), JSON.stringify(file), { mode: 0o600 });
      await rename(part, at(id));
      return file;
    } catch (error) {
      await Promise.all([rm(part, { force: true }), rm(at(`${id}.json`), { force: true })]);
      throw translated(error);
    }
  }

  return {
    receive: (name, bytes) =>
      store(name, (part) =>
        pipeline(
          bytes,
          sizeLimit(maxBytes, () => tooLarge(maxBytes)),
          createWriteStream(part, { mode: 0o600 }),
        ),
      ),
    keep: (path, name) =>
      store(name, async (part) => {
        if ((await stat(path)).size > maxBytes) throw tooLarge(maxBytes);
        await copyFile(path, part);
      }),
    async find(id) {
      try {
        return JSON.parse(await readFile(at(`${id}.json`), "utf8")) as WebFile;
      } catch (error) {
        if (codeOf(error) === "ENOENT") return undefined;
        throw error;
      }
    },
    read: (id) => createReadStream(at(id)),
    async copy(id, path) {
      await copyFile(at(id), path).catch((error: unknown) => {
        throw translated(error);
      });
    },
    async sweep(before) {
      for (const name of await readdir(folder).catch(() => [])) {
        const path = at(name);
        if ((await stat(path)).mtimeMs < before) await rm(path, { force: true });
      }
    },
  };
}

/** Names come from people: no path, no control characters. */
function safeName(name: string): string {
  const plain = basename(name.replaceAll("\\", "/"))
    .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, "")
    .trim();
  // Cut in the middle of a character, it could not be named in a header.
  return plain.slice(-maxNameLength).toWellFormed() || "file";
}

const pictures: readonly (readonly [string, RegExp])[] = [
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF[\s\S]{4}WEBP/],
];

/** By content, never by name: only what is a picture is shown as one. */
async function typeOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
    const head = buffer.subarray(0, bytesRead).toString("latin1");
    return pictures.find(([, magic]) => magic.test(head))?.[0] ?? "application/octet-stream";
  } finally {
    await file.close();
  }
}

function tooLarge(maxBytes: number): BridgeError {
  return new BridgeError("fileTooLarge", `the file is over ${maxBytes} bytes`);
}

function translated(error: unknown): unknown {
  if (error instanceof BridgeError) return error;
  const code = codeOf(error);
  if (code === "ENOSPC" || code === "EDQUOT") return new BridgeError("diskFull", "no space left for the file");
  if (code === "ENOENT") return new BridgeError("fileGone", "the file is not there any more");
  return error;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
