import { isUtf8 } from "node:buffer";
import type { ChainableCommander } from "ioredis";
import { z } from "zod";
import type { KeyFamily } from "./key-families.ts";

/** Text, or bytes that are none. */
export type Bytes = string | { readonly b64: string };

/** One key as a backup has it. */
export interface BackupEntry {
  /** Without the prefix of the installation. */
  readonly key: string;
  readonly type: KeyFamily["type"];
  /** When it ends, ms since the epoch; absent: never. */
  readonly expiresAt?: number;
  /** A string's value; members of a set; fields and values, members and scores; of a stream, the fields of each entry. */
  readonly value: readonly Bytes[] | readonly StreamEntry[];
}

type StreamEntry = readonly [id: string, fields: readonly Bytes[]];

const bytes = z.union([z.string(), z.object({ b64: z.base64() })]);
const common = { key: z.string().min(1), expiresAt: z.number().int().positive().exactOptional() };

/** An entry as it is read from a file. */
export const backupEntry = z.discriminatedUnion("type", [
  z.object({ ...common, type: z.literal("stream"), value: z.array(z.tuple([z.string(), z.array(bytes)])) }),
  z.object({ ...common, type: z.enum(["string", "hash", "set", "zset"]), value: z.array(bytes) }),
]);

/** Adds the reading of a key to a transaction. */
export function readCommand(tx: ChainableCommander, type: KeyFamily["type"], key: string): void {
  if (type === "string") tx.getBuffer(key);
  else if (type === "hash") tx.hgetallBuffer(key);
  else if (type === "set") tx.smembersBuffer(key);
  else if (type === "zset") tx.zrangeBuffer(key, "0", "-1", "WITHSCORES");
  else tx.xrangeBuffer(key, "-", "+");
}

/** What {@link readCommand} was answered. Pure. */
export function readValue(type: KeyFamily["type"], reply: unknown): BackupEntry["value"] {
  if (type === "string") return [written(reply as Buffer)];
  if (type === "hash")
    return Object.entries(reply as Readonly<Record<string, Buffer>>).flatMap(([field, value]) => [
      field,
      written(value),
    ]);
  if (type === "stream")
    return (reply as readonly (readonly [Buffer, readonly Buffer[]])[]).map(
      ([id, fields]): StreamEntry => [id.toString(), fields.map(written)],
    );
  return (reply as readonly Buffer[]).map(written);
}

/** Commands that write an entry to a Redis without its key. Pure. */
export function writeCommands(key: string, { type, value, expiresAt }: BackupEntry): readonly Command[] {
  const commands: Command[] = [];
  if (type === "stream")
    for (const [id, fields] of value as readonly StreamEntry[])
      commands.push(["XADD", key, id, ...fields.map(readBytes)]);
  else for (const some of parts(value as readonly Bytes[])) commands.push(plainCommand(type, key, some));
  if (expiresAt !== undefined && commands.length > 0) commands.push(["PEXPIREAT", key, expiresAt]);
  return commands;
}

type Command = readonly [name: string, ...args: (string | number | Buffer)[]];

/** Members and pairs per command. */
const most = 1000;

function parts(value: readonly Bytes[]): readonly (readonly Bytes[])[] {
  return Array.from({ length: Math.ceil(value.length / most) }, (_, at) => value.slice(at * most, (at + 1) * most));
}

function plainCommand(type: Exclude<KeyFamily["type"], "stream">, key: string, value: readonly Bytes[]): Command {
  const args = value.map(readBytes);
  if (type === "string") return ["SET", key, ...args];
  if (type === "hash") return ["HSET", key, ...args];
  if (type === "set") return ["SADD", key, ...args];
  return ["ZADD", key, ...args.flatMap((_, at) => (at % 2 === 0 ? [args[at + 1] ?? "", args[at] ?? ""] : []))];
}

function written(value: Buffer): Bytes {
  return isUtf8(value) ? value.toString() : { b64: value.toString("base64") };
}

function readBytes(value: Bytes): string | Buffer {
  return typeof value === "string" ? value : Buffer.from(value.b64, "base64");
}
