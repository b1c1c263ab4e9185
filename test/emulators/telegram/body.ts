import type { IncomingMessage } from "node:http";
import { badRequest, Refusal } from "./refusal.ts";
import { isRecord } from "./wire.ts";

/** A file that came with the request. */
export interface Upload {
  readonly name: string;
  readonly bytes: Buffer;
}

/** What a request carries. `form`: values came as text and must be read by the schema. */
export interface Body {
  readonly params: Record<string, unknown>;
  readonly files: ReadonlyMap<string, Upload>;
  readonly form: boolean;
}

/** The public server's limit on uploads, with room for the other parts. */
const maxBodyBytes = 51 << 20;

/** Reads query, JSON, urlencoded and multipart (leniently: grammY leaves part headers unquoted). Throws {@link Refusal}. */
export async function readBody(req: IncomingMessage, query: URLSearchParams): Promise<Body> {
  const raw = await rawBody(req);
  const params: Record<string, unknown> = Object.fromEntries(query);
  const files = new Map<string, Upload>();
  if (raw.length === 0) return { params, files, form: true };
  const type = req.headers["content-type"] ?? "";
  if (type.startsWith("application/json")) return { params: { ...params, ...json(raw) }, files, form: false };
  if (type.startsWith("application/x-www-form-urlencoded")) {
    return { params: { ...params, ...Object.fromEntries(new URLSearchParams(utf8(raw))) }, files, form: true };
  }
  const boundary = /boundary="?(?<id>[^";]+)"?/u.exec(type)?.groups?.id;
  if (!type.startsWith("multipart/form-data") || boundary === undefined) {
    throw badRequest(`emulator: content-type ${type === "" ? "missing" : type}`, "schema");
  }
  readParts(raw, boundary, params, files);
  return { params, files, form: true };
}

async function rawBody(req: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    const bytes = Buffer.from(chunk as Uint8Array);
    size += bytes.length;
    if (size > maxBodyBytes) throw new Refusal(413, "Request Entity Too Large", "bug");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

function json(raw: Buffer): Record<string, unknown> {
  let value: unknown;
  const text = utf8(raw);
  try {
    value = JSON.parse(text);
  } catch {
    throw badRequest("can't parse JSON object", "bug");
  }
  if (!isRecord(value)) throw badRequest("object expected as request body", "bug");
  return value;
}

function utf8(raw: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw badRequest("strings must be encoded in UTF-8", "bug");
  }
}

function readParts(raw: Buffer, boundary: string, params: Record<string, unknown>, files: Map<string, Upload>): void {
  const mark = Buffer.from(`--${boundary}`);
  let at = raw.indexOf(mark);
  while (at >= 0) {
    const start = at + mark.length;
    const next = raw.indexOf(Buffer.concat([Buffer.from("\r\n"), mark]), start);
    if (next < 0) return;
    readPart(raw.subarray(start + 2, next), params, files);
    at = next + 2;
  }
}

function readPart(part: Buffer, params: Record<string, unknown>, files: Map<string, Upload>): void {
  const split = part.indexOf("\r\n\r\n");
  if (split < 0) throw badRequest("emulator: a multipart part without headers", "schema");
  const head = utf8(part.subarray(0, split));
  const name = /\bname="?(?<value>[^";\r\n]*)"?/iu.exec(head)?.groups?.value ?? "";
  const file = /\bfilename="?(?<value>[^"\r\n]*?)"?\s*(?:\r\n|$)/iu.exec(head)?.groups?.value;
  const bytes = part.subarray(split + 4);
  if (file === undefined) params[name] = utf8(bytes);
  else files.set(name, { name: file, bytes: Buffer.from(bytes) });
}

/** Throws when a string, at any depth, holds a lone surrogate. */
export function checkStrings(value: unknown): void {
  if (typeof value === "string" && /\p{Surrogate}/u.test(value))
    throw badRequest("strings must be encoded in UTF-8", "bug");
  if (Array.isArray(value)) value.forEach(checkStrings);
  else if (isRecord(value)) Object.values(value).forEach(checkStrings);
}
