import type { ChatKey, Nonce, PersonId, RequestNumber } from "../model/ids.ts";

/**
 * The one table of keys. Standalone or Sentinel, not Cluster: scripts join keys of a chat with `sched`.
 * "Removed by" names who deletes a key that has no time to live; times are in `retention.ts`.
 */
export interface Keys {
  /** What every key begins with. */
  readonly prefix: string;
  /** Stream of unacked mail, field `m`. Removed by ack and release. */
  mailbox(chat: ChatKey): string;
  /**
   * Hash: `ep` epoch, `own` node, `exp` lease end (ms), `li`/`lo` last mail and op id, `b` binding, `p` process and
   * `pn` the node that recorded it, `hn` Codex home of the conversation, `t` turn, `w` waiting, `f` facts, `an` anchor, `addr` moved to, `gone` why it cannot be
   * written to, `le` slot whose live frame ended, `ct`/`vt` tokens of the last commit and view update. 400 days.
   */
  state(chat: ChatKey): string;
  /** Stream of durable operations: `b` body, `e` slot whose live frame it ends. Removed by the sender. */
  outbox(chat: ChatKey): string;
  /** Hash of the first operation's progress: `op`, `calls`, `inflight`, `tries`. Removed with its operation. */
  progress(chat: ChatKey): string;
  /** Hash slot → `<ms> <json of SentMessage>`. 30 days, 200 slots. */
  slots(chat: ChatKey): string;
  /** Hash of the running view: `v` JSON, `s` slot, `i` open item. Removed by the commit that ends it. */
  view(chat: ChatKey): string;
  /** Text of the open item as the inside of a JSON string, so that a surrogate pair may arrive in two pieces. */
  viewText(chat: ChatKey): string;
  /** Finished view, deflated JSON. 30 days. */
  archive(chat: ChatKey, slot: string): string;
  /** Stream of records of turns that ended, field `l`, deflated JSON. 30 days, 5000. */
  turnLog(chat: ChatKey): string;
  /** Sorted set chat → ms of its newest turn record. 30 days. */
  readonly turnLogs: string;
  /** Stream of the newest lines of a watched chat: `s` process, `n` number, `l` line. A minute longer than it is watched. */
  trace(chat: ChatKey): string;
  /** Sorted set `chat id` → ms until which that trace watches it. Removed member by member as that ends, at the latest after 2 days. */
  readonly watched: string;
  /** Channel on which every process hears that {@link watched} changed; payload: chat. */
  readonly watchedChanged: string;
  /** Sorted set of open request numbers. Removed member by member as they are settled. */
  openRequests(chat: ChatKey): string;
  /** What a person was asked to type: hash `n`, `q`. 10 minutes. */
  reservation(chat: ChatKey, person: PersonId): string;
  /** Token of the call that stored the event. 48 hours. */
  dedupe(chat: ChatKey, id: string): string;
  /** Chat a moved address belongs to. Lives as long as that chat's state. */
  moved(chat: ChatKey): string;
  /** Token of a service note. 10 minutes. */
  note(token: string): string;
  button(nonce: Nonce): string;
  /** Hash: `rec` static part, `state`, `ans`, `by`, `at`, `tok` call that settled it, `rby`/`rname`/`runtil` reservation. 30 days after it is settled. */
  request(number: RequestNumber): string;
  /** Counter; kept for ever. */
  readonly requestCounter: string;
  /** Sorted set chat → ms since it needs or holds an activation. Removed by release. */
  readonly scheduled: string;
  /** Channel on which a node hears of new mail; payload: chat. */
  doorbell(node: string): string;
  /** Set of chats a node recorded a codex process for. Removed as processes end; 400 days. */
  processes(node: string): string;
  /** Hash `ep`, `own`, `exp`: the sender lease of an account. Kept with the account. */
  accountLease(account: string): string;
  /** The same for the gateway that receives for it. Kept with the account. */
  receiverLease(account: string): string;
  /** Sorted set node → ms until which its worker counts as living. Removed by beats of others, 30 days after that. */
  readonly workers: string;
  /** What a worker tells about itself, JSON. As long as it is in `workers`. */
  worker(node: string): string;
  /** Sorted set node → ms until which its gateway counts as living. Removed as it leaves, or by beats of others a day later. */
  readonly gateways: string;
  /** What a gateway tells about itself, JSON. As long as it is in `gateways`. */
  gateway(node: string): string;
  /** Hash `name`, `pool`: the project of chats that chose none, as the gateway has it. Kept with the installation. */
  readonly mainProject: string;
  /** Hash Codex home → node that has it. Removed with the worker, or when that has another one. */
  readonly homes: string;
  /** Set of chats with durable operations. Removed member by member as outboxes empty. */
  pending(account: string): string;
  /** Channel of an account's sender; payload: `d` or `l` and the chat. */
  dirty(account: string): string;
  /** Set of people; kept for ever. */
  readonly owners: string;
  /** Stream, field `l`: who decided what. The newest 10,000 or so. */
  readonly audit: string;
  /** Hash account → open claim code. Removed when the service has an owner. */
  readonly claims: string;
  /** Token of the call that took the service. 10 minutes. */
  claimed(token: string): string;
  /** Codes tried in this hour. 1 hour. */
  claimTries(account: string): string;
  /** Messages of a chat we keep ourselves: `all` hash id → entry, `order` sorted set of ids, `frame` hash `slot`, `json`. 400 days, 5000 entries; a frame 1 day. */
  transcript(chat: ChatKey): { readonly all: string; readonly order: string; readonly frame: string };
  /** Entry a write made. 30 days. */
  transcriptKey(chat: ChatKey, key: string): string;
  /** Of an account's transcripts: `count` hash `seq`, `trimmed`; `changes` sorted set `chat id` by number (5000); `chats` sorted set by number (1000), `titles`, `previews`, `times` hashes of them; `running`, `pending` sets; `heard` channel. */
  transcripts(account: string): Readonly<Record<TranscriptsKey, string>>;
  /** Hash: `n` format of the data, `by` the version that wrote it, `restoring` a restore that has not ended. Kept for ever. */
  readonly format: string;
  /** Token of the node that migrates the data. 30 seconds. */
  readonly formatLock: string;
  /** Sorted set `node format version` → ms it was last seen. Those not seen for a day are removed by the others. */
  readonly nodes: string;
  /** Pieces from which scripts build the keys of chats and requests they learn of while running. */
  readonly parts: {
    readonly chat: string;
    readonly state: string;
    readonly request: string;
    readonly moved: string;
    readonly doorbell: string;
    readonly worker: string;
    readonly gateway: string;
  };
  /** Prefix for BullMQ's own keys. */
  readonly queue: string;
}

const transcriptsKeys = [
  "count",
  "changes",
  "chats",
  "titles",
  "previews",
  "times",
  "running",
  "pending",
  "heard",
] as const;
type TranscriptsKey = (typeof transcriptsKeys)[number];

/** `prefix` keeps installations (and tests) on one Redis apart; default `hl`. */
export function createKeys(prefix = "hl"): Keys {
  const of = (chat: ChatKey, name: string): string => `${prefix}:{${chat}}:${name}`;
  return {
    prefix: `${prefix}:`,
    mailbox: (chat) => of(chat, "mb"),
    state: (chat) => of(chat, "st"),
    outbox: (chat) => of(chat, "ob"),
    progress: (chat) => of(chat, "op"),
    slots: (chat) => of(chat, "os"),
    view: (chat) => of(chat, "vw"),
    viewText: (chat) => of(chat, "vt"),
    archive: (chat, slot) => of(chat, `ar:${slot}`),
    turnLog: (chat) => of(chat, "tl"),
    turnLogs: `${prefix}:tl`,
    trace: (chat) => of(chat, "tc"),
    watched: `${prefix}:tc`,
    watchedChanged: `${prefix}:tc:changed`,
    openRequests: (chat) => of(chat, "rq"),
    reservation: (chat, person) => of(chat, `rs:${person}`),
    dedupe: (chat, id) => of(chat, `dd:${id}`),
    moved: (chat) => `${prefix}:mv:${chat}`,
    note: (token) => `${prefix}:nt:${token}`,
    button: (nonce) => `${prefix}:bt:${nonce}`,
    request: (number) => `${prefix}:rq:${number}`,
    requestCounter: `${prefix}:rn`,
    scheduled: `${prefix}:sched`,
    doorbell: (node) => `${prefix}:n:${node}`,
    processes: (node) => `${prefix}:np:${node}`,
    accountLease: (account) => `${prefix}:ac:${account}:ls`,
    receiverLease: (account) => `${prefix}:ac:${account}:rx`,
    workers: `${prefix}:workers`,
    worker: (node) => `${prefix}:wk:${node}`,
    gateways: `${prefix}:gateways`,
    gateway: (node) => `${prefix}:gw:${node}`,
    mainProject: `${prefix}:main`,
    homes: `${prefix}:homes`,
    pending: (account) => `${prefix}:ac:${account}:pd`,
    dirty: (account) => `${prefix}:ac:${account}`,
    owners: `${prefix}:owners`,
    audit: `${prefix}:audit`,
    claims: `${prefix}:claims`,
    claimed: (token) => `${prefix}:cd:${token}`,
    claimTries: (account) => `${prefix}:ct:${account}`,
    transcript: (chat) => ({ all: of(chat, "tr"), order: of(chat, "to"), frame: of(chat, "tf") }),
    transcriptKey: (chat, key) => of(chat, `tk:${key}`),
    transcripts: (account) =>
      Object.fromEntries(transcriptsKeys.map((name) => [name, `${prefix}:tr:${account}:${name}`])) as Record<
        TranscriptsKey,
        string
      >,
    format: `${prefix}:format`,
    formatLock: `${prefix}:format-lock`,
    nodes: `${prefix}:nodes`,
    parts: {
      chat: `${prefix}:{`,
      state: "}:st",
      request: `${prefix}:rq:`,
      moved: `${prefix}:mv:`,
      doorbell: `${prefix}:n:`,
      worker: `${prefix}:wk:`,
      gateway: `${prefix}:gw:`,
    },
    queue: `${prefix}-bull`,
  };
}
