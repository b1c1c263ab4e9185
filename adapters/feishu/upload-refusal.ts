import { stat } from "node:fs/promises";
import type { FileSource } from "./requests.ts";

/** Why a file cannot be sent at all; the platform would only say so after the upload. */
export async function uploadRefusal(file: FileSource, maxBytes: number): Promise<string | undefined> {
  if (!("path" in file)) return undefined;
  try {
    const { size } = await stat(file.path);
    if (size === 0) return "the file is empty";
    return size > maxBytes ? `the file has ${size} bytes, ${maxBytes} can be sent` : undefined;
  } catch (error) {
    return `the file cannot be read: ${error instanceof Error && "code" in error ? String(error.code) : "unknown"}`;
  }
}
