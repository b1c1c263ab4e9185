import { createWriteStream } from "node:fs";
import { access, copyFile, rename, rm } from "node:fs/promises";
import { type Agent, get as httpGet, type IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import { isAbsolute } from "node:path";
import { pipeline } from "node:stream/promises";
import { sizeLimit } from "../../src/lib/size-limit.ts";
import { BridgeError } from "../../src/model/errors.ts";
import type { Attachment } from "../../src/model/message.ts";
import type { TelegramClient } from "./client.ts";
import { ApiFailure, bridgeError } from "./errors.ts";
import { readFileInfo } from "./wire.ts";

export interface FileDeps {
  readonly client: TelegramClient;
  readonly token: string;
  readonly apiRoot: string;
  readonly agent?: Agent;
  readonly maxBytes: number;
}

/**
 * Stores an attachment at `path` (absolute): streamed to `path.part`, renamed when complete.
 * Rejects with BridgeError `fileTooLarge`, `fileGone`, `diskFull`, `channelUnauthorized`, `channelUnreachable`; the URL,
 * which holds the token, is in none of them.
 */
export async function download(
  deps: FileDeps,
  attachment: Attachment,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (attachment.size !== undefined && attachment.size > deps.maxBytes) throw tooLarge(deps.maxBytes);
  const remote = await remotePath(deps, attachment, signal);
  const part = `${path}.part`;
  try {
    if (isAbsolute(remote)) await copyLocal(remote, part);
    else await fetchTo(deps, remote, part, signal);
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw translated(error);
  }
}

async function remotePath(deps: FileDeps, attachment: Attachment, signal: AbortSignal): Promise<string> {
  try {
    const info = readFileInfo(await deps.client.call("getFile", { file_id: attachment.ref }, signal));
    if (info !== undefined) return info.path;
  } catch (error) {
    throw error instanceof ApiFailure ? bridgeError("getFile", error.failure) : error;
  }
  throw new BridgeError("fileGone", "Telegram no longer has the file");
}

/** A local Bot API server hands out paths of this machine. */
async function copyLocal(remote: string, part: string): Promise<void> {
  try {
    await access(remote);
  } catch (error) {
    throw new BridgeError("fileGone", "the local Bot API server no longer has the file", { cause: error });
  }
  await copyFile(remote, part);
}

async function fetchTo(deps: FileDeps, remote: string, part: string, signal: AbortSignal): Promise<void> {
  const response = await request(deps, `${deps.apiRoot}/file/bot${deps.token}/${remote}`, signal);
  const status = response.statusCode ?? 0;
  if (status !== 200) {
    response.resume();
    if (status === 404 || status === 410) throw new BridgeError("fileGone", "Telegram no longer has the file");
    throw new BridgeError("channelUnreachable", `Telegram answers the download with ${status}`);
  }
  await pipeline(
    response,
    sizeLimit(deps.maxBytes, () => tooLarge(deps.maxBytes)),
    createWriteStream(part, { mode: 0o600 }),
    { signal },
  );
}

function request(deps: FileDeps, url: string, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.startsWith("https:") ? httpsGet : httpGet;
  return new Promise((resolve, reject) => {
    const options = { signal, timeout: 30_000, ...(deps.agent === undefined ? {} : { agent: deps.agent }) };
    const outgoing = get(url, options, resolve);
    outgoing.once("timeout", () =>
      outgoing.destroy(new BridgeError("channelUnreachable", "the download stands still")),
    );
    outgoing.once("error", reject);
  });
}

function tooLarge(maxBytes: number): BridgeError {
  return new BridgeError("fileTooLarge", `the file is over ${maxBytes} bytes`);
}

function translated(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  if (code === "ENOSPC" || code === "EDQUOT") return new BridgeError("diskFull", "no space left for the file");
  return new BridgeError("channelUnreachable", `the download fails: ${code}`);
}
