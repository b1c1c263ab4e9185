import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { sizeLimit } from "../../src/lib/size-limit.ts";
import { BridgeError } from "../../src/model/errors.ts";
import type { Attachment } from "../../src/model/message.ts";
import type { FeishuClient } from "./client.ts";
import { ApiFailure, bridgeError } from "./errors.ts";
import { readRef } from "./inbound-content.ts";

export interface FileDeps {
  readonly client: FeishuClient;
  readonly maxBytes: number;
}

/**
 * Stores an attachment at `path` (absolute): streamed to `path.part`, renamed when complete.
 * Rejects with BridgeError `fileTooLarge`, `fileGone`, `diskFull`, `channelUnauthorized`, `channelUnreachable`.
 */
export async function download(
  deps: FileDeps,
  attachment: Attachment,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (attachment.size !== undefined && attachment.size > deps.maxBytes) throw tooLarge(deps.maxBytes);
  const { message, key, type } = readRef(attachment.ref);
  const part = `${path}.part`;
  try {
    const bytes: Readable = await deps.client.download(message, key, type, signal);
    await pipeline(
      bytes,
      sizeLimit(deps.maxBytes, () => tooLarge(deps.maxBytes)),
      createWriteStream(part, { mode: 0o600 }),
      { signal },
    );
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw translated(error);
  }
}

function tooLarge(maxBytes: number): BridgeError {
  return new BridgeError("fileTooLarge", `the file is over ${maxBytes} bytes`);
}

function translated(error: unknown): BridgeError {
  if (error instanceof BridgeError || error instanceof ApiFailure) return bridgeError(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  if (code === "ENOSPC" || code === "EDQUOT") return new BridgeError("diskFull", "no space left for the file");
  return new BridgeError("channelUnreachable", `the download fails: ${code}`);
}
