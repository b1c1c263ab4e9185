import type { ChatStore } from "../../src/dispatcher/port.ts";
import type { ChatKey, MailId } from "../../src/model/ids.ts";
import type { Activations, RunOutcome } from "../../src/queue/port.ts";

/** How long an owner without mail listens before it leaves, ms. */
const idleMs = 20;

/** The least that can own chats: mail is answered with its own words, one commit each; no turn, no view, no Codex. */
export async function serveEchoes(store: ChatStore, activations: Activations): Promise<void> {
  const bells = new Map<ChatKey, () => void>();
  await store.onDoorbell((chat) => bells.get(chat)?.());
  await activations.consume((chat) => own(store, chat, bells));
}

async function own(store: ChatStore, chat: ChatKey, bells: Map<ChatKey, () => void>): Promise<RunOutcome> {
  const claimed = await store.claim(chat);
  if ("elsewhere" in claimed) throw new Error(`${chat} has no home`);
  if ("heldMs" in claimed) return { outcome: "busy", retryMs: claimed.heldMs };
  let after: MailId | undefined;
  let rung = true;
  do {
    while (rung) {
      const bell = new Promise<true>((resolve) => bells.set(chat, () => resolve(true)));
      for (const { id, mail } of await store.readMail(chat, after)) {
        const text = mail.kind === "prompt" ? mail.message.text : mail.kind;
        const body = { op: "message", content: { pieces: [{ as: "markdown", text }] } } as const;
        await store.commit(claimed.lease, { ack: [id], ops: [body] });
        after = id;
      }
      rung = await Promise.race([bell, quiet()]);
    }
    rung = true;
  } while (!(await store.release(claimed.lease)));
  bells.delete(chat);
  return { outcome: "done" };
}

function quiet(): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), idleMs));
}
