import type { IngressStore } from "../../src/channel/port.ts";
import type { ChatStore, Commit, Lease, ViewUpdate } from "../../src/dispatcher/port.ts";
import type { ChatKey, MailId } from "../../src/model/ids.ts";
import { finalOf, mailOf } from "./numbered.ts";

/** One call of an owner to its store. */
type Call =
  | { readonly call: "claim" | "readMail" | "release" }
  | { readonly call: "commit"; readonly commit: Commit }
  | { readonly call: "view"; readonly update: ViewUpdate };

/** A store that tells of every call before it is made, and of every final once it is durable. */
export function watched(
  store: ChatStore,
  told: (chat: ChatKey, call: Call) => void,
  final: (chat: ChatKey) => void,
): ChatStore {
  return {
    ...store,
    claim(chat) {
      told(chat, { call: "claim" });
      return store.claim(chat);
    },
    readMail(chat, after, limit) {
      told(chat, { call: "readMail" });
      return store.readMail(chat, after, limit);
    },
    async commit(lease, commit) {
      told(lease.chat, { call: "commit", commit });
      await store.commit(lease, commit);
      if (commit.ops?.some((op) => finalOf(op) !== undefined) === true) final(lease.chat);
    },
    updateView(lease, update) {
      told(lease.chat, { call: "view", update });
      return store.updateView(lease, update);
    },
    release(lease) {
      told(lease.chat, { call: "release" });
      return store.release(lease);
    },
  };
}

/** What an owner of one chat asked, cut into one list a message; the last one ends with the release. */
export function byMessage(calls: readonly Call[]): readonly (readonly Call[])[] {
  const lists: Call[][] = [];
  let open: Call[] = [];
  for (const call of calls) {
    open.push(call);
    if (call.call !== "commit" || call.commit.ops?.every((op) => finalOf(op) === undefined) !== false) continue;
    lists.push(open);
    open = [];
  }
  lists.at(-1)?.push(...open);
  return lists;
}

/** The fewest calls that take `count` messages of a chat from the mailbox to the outbox; one owner for all of them. */
export function leastCalls(count: number): readonly (readonly Call[])[] {
  return Array.from({ length: count }, (_, at): readonly Call[] => {
    const text = mailOf(at).message.text;
    const commit: Commit = {
      ack: ["" as MailId],
      ops: [{ op: "message", content: { pieces: [{ as: "markdown", text }] } }],
    };
    return [
      ...(at === 0 ? [{ call: "claim" } as const] : []),
      { call: "readMail" },
      { call: "commit", commit },
      ...(at === count - 1 ? [{ call: "release" } as const] : []),
    ];
  });
}

/** Makes the recorded calls for another chat, one after the other: its mail, its lease, no queue and no actor. */
export async function replay(
  stores: { readonly chats: ChatStore; readonly ingress: IngressStore },
  chat: ChatKey,
  recorded: readonly (readonly Call[])[],
): Promise<void> {
  let lease: Lease | undefined;
  let mail: readonly MailId[] = [];
  for (const [at, calls] of recorded.entries()) {
    await stores.ingress.ingest(chat, String(at), mailOf(at), { chat, private: true, title: "Ada" });
    for (const call of calls) {
      if (call.call === "claim") lease = await taken(stores.chats, chat);
      else if (call.call === "readMail") mail = [...mail, ...(await unread(stores.chats, chat, mail.at(-1)))];
      else if (lease === undefined) throw new Error("the recording does not begin with a claim");
      else if (call.call === "commit") await stores.chats.commit(lease, own(call.commit, mail));
      else if (call.call === "view") await stores.chats.updateView(lease, call.update);
      else if (call.call === "release") await stores.chats.release(lease);
    }
  }
}

async function taken(chats: ChatStore, chat: ChatKey): Promise<Lease> {
  const claimed = await chats.claim(chat);
  if (!("lease" in claimed)) throw new Error(`${chat} is not to be had`);
  return claimed.lease;
}

async function unread(chats: ChatStore, chat: ChatKey, after: MailId | undefined): Promise<readonly MailId[]> {
  return (await chats.readMail(chat, after, 200)).map(({ id }) => id);
}

/** The step with the mail of this chat: each message is acked by itself. */
function own(commit: Commit, mail: readonly MailId[]): Commit {
  return commit.ack === undefined || commit.ack.length === 0 ? commit : { ...commit, ack: mail.slice(-1) };
}
