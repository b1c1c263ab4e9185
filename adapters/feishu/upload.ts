import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { FileSource } from "./requests.ts";

/** `im.file.create` knows these; everything else is a stream (docs im-v1/file/create). */
const types: Readonly<Record<string, string>> = {
  ".opus": "opus",
  ".mp4": "mp4",
  ".pdf": "pdf",
  ".doc": "doc",
  ".docx": "doc",
  ".xls": "xls",
  ".xlsx": "xls",
  ".ppt": "ppt",
  ".pptx": "ppt",
};

/** Fields of a multipart upload. Rejects when the file cannot be read. */
export async function uploadBody(as: "file" | "image", file: FileSource): Promise<object> {
  const bytes = "path" in file ? await readFile(file.path) : Buffer.from(file.text);
  if (as === "image") return { image_type: "message", image: bytes };
  return { file_type: types[extname(file.name).toLowerCase()] ?? "stream", file_name: file.name, file: bytes };
}
