import type { ChatKey, Nonce, PersonId, RequestNumber } from "../model/ids.ts";
import type { Keys } from "./keys.ts";

/** All keys made by one entry of {@link Keys}. */
export interface KeyFamily {
  /** The entry, with its part where it makes several: `transcripts.seq`. */
  readonly name: FamilyName;
  readonly type: "string" | "hash" | "set" | "zset" | "stream";
  /**
   * `ttl`: has a time to live from its first write. `owner`: removed by who {@link Keys} names. `kept`: stays, and is
   * bounded by what is configured.
   */
  readonly life: "ttl" | "owner" | "kept";
  /**
   * `chat`: belongs to a chat's one moment. `token`: tells that something was done, and counts only if it is older than
   * that moment. `share`: each chat's members belong to its moment. `rest`: read afterwards. `none`: is not backed up.
   */
  readonly backup: "chat" | "token" | "share" | "rest" | "none";
  readonly pattern: RegExp;
}

type Described = readonly [KeyFamily["type"], KeyFamily["life"], KeyFamily["backup"]];
/** Channels and pieces are no keys. */
type Entry = Exclude<
  keyof Keys,
  "prefix" | "doorbell" | "dirty" | "parts" | "queue" | "transcript" | "transcripts" | "watchedChanged"
>;
type Nested =
  | `transcript.${keyof ReturnType<Keys["transcript"]>}`
  | `transcripts.${keyof ReturnType<Keys["transcripts"]>}`;

/** Name of a {@link KeyFamily}. */
export type FamilyName = Entry | Exclude<Nested, "transcripts.heard">;

const families: Readonly<Record<FamilyName, Described>> = {
  mailbox: ["stream", "owner", "chat"],
  state: ["hash", "ttl", "chat"],
  outbox: ["stream", "owner", "chat"],
  progress: ["hash", "owner", "chat"],
  slots: ["hash", "ttl", "chat"],
  view: ["hash", "ttl", "chat"],
  viewText: ["string", "ttl", "chat"],
  turnLog: ["stream", "ttl", "chat"],
  openRequests: ["zset", "owner", "chat"],
  "transcript.all": ["hash", "ttl", "chat"],
  "transcript.order": ["zset", "ttl", "chat"],
  "transcript.frame": ["hash", "ttl", "none"],
  request: ["hash", "owner", "rest"],
  dedupe: ["string", "ttl", "token"],
  transcriptKey: ["string", "ttl", "token"],
  turnLogs: ["zset", "ttl", "rest"],
  archive: ["string", "ttl", "rest"],
  reservation: ["hash", "ttl", "rest"],
  moved: ["string", "ttl", "rest"],
  button: ["string", "ttl", "rest"],
  requestCounter: ["string", "kept", "rest"],
  owners: ["set", "kept", "rest"],
  audit: ["stream", "kept", "rest"],
  claims: ["hash", "owner", "rest"],
  claimTries: ["string", "ttl", "rest"],
  "transcripts.count": ["hash", "kept", "rest"],
  "transcripts.changes": ["zset", "kept", "rest"],
  "transcripts.chats": ["zset", "kept", "rest"],
  "transcripts.titles": ["hash", "kept", "rest"],
  "transcripts.previews": ["hash", "kept", "rest"],
  "transcripts.times": ["hash", "kept", "rest"],
  "transcripts.running": ["set", "owner", "none"],
  "transcripts.pending": ["set", "owner", "share"],
  // Made again from the mailboxes and outboxes.
  pending: ["set", "owner", "none"],
  scheduled: ["zset", "owner", "none"],
  // Who lives is not restored.
  processes: ["set", "ttl", "none"],
  accountLease: ["hash", "kept", "none"],
  nodes: ["zset", "kept", "none"],
  gateways: ["zset", "kept", "none"],
  gateway: ["string", "ttl", "none"],
  receiverLease: ["hash", "kept", "none"],
  // Machines that are not back yet: their chats wait for them.
  workers: ["zset", "kept", "rest"],
  worker: ["string", "ttl", "rest"],
  homes: ["hash", "kept", "rest"],
  mainProject: ["hash", "kept", "rest"],
  // What is watched now is no matter of another day.
  trace: ["stream", "ttl", "none"],
  watched: ["zset", "ttl", "none"],
  note: ["string", "ttl", "none"],
  claimed: ["string", "ttl", "none"],
  format: ["hash", "kept", "none"],
  formatLock: ["string", "ttl", "none"],
};

/** Stands for a chat, a name, a number. */
const any = "*";

/** Every family of keys of one installation. */
export function keyFamilies(keys: Keys): readonly KeyFamily[] {
  return Object.entries(families).map(([name, [type, life, backup]]) => ({
    name: name as FamilyName,
    type,
    life,
    backup,
    pattern: patternOf(example(keys, name as FamilyName)),
  }));
}

/** The family a key belongs to; undefined for a foreign one. */
export function familyOf(all: readonly KeyFamily[], key: string): KeyFamily | undefined {
  return all.find((family) => family.pattern.test(key));
}

function patternOf(key: string): RegExp {
  const pieces = key.split(any).map((piece) => piece.replaceAll(/[.{}:-]/g, String.raw`\$&`));
  return new RegExp(`^${pieces.join("([^{}]+)")}$`);
}

/** The key an entry makes when all it is told is {@link any}. */
function example(keys: Keys, name: FamilyName): string {
  const [entry = "", part = ""] = name.split(".");
  const chat = any as ChatKey;
  if (entry === "transcript") return String(Reflect.get(keys.transcript(chat), part));
  if (entry === "transcripts") return String(Reflect.get(keys.transcripts(any), part));
  const made: unknown = Reflect.get(keys, entry);
  if (typeof made === "string") return made;
  return String(
    Reflect.apply(made as (...names: readonly (ChatKey | Nonce | PersonId | RequestNumber)[]) => string, keys, [
      chat,
      any,
    ]),
  );
}
