import type { Attempt, TranscriptStore } from "../../src/channel/port.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { CallResult, Content } from "../../src/model/delivery.ts";
import { BridgeError } from "../../src/model/errors.ts";
import type { ChatKey, MessageId } from "../../src/model/ids.ts";
import type { WebFiles } from "./files.ts";
import { type MessageBody, writeOf } from "./messages.ts";
import type { WebRequest } from "./outbound.ts";

export interface PerformDeps {
  readonly store: TranscriptStore;
  readonly files: WebFiles;
  readonly clock: Clock;
}

type Sent = Extract<WebRequest, { kind: "message" | "file" }>;

/** Carries out a request; a message of one attempt is written once, however often it is repeated. Never throws. */
export async function performWeb(
  deps: PerformDeps,
  chat: ChatKey,
  request: WebRequest,
  attempt: Attempt | undefined,
): Promise<CallResult> {
  try {
    return await carryOut(deps, chat, request, attempt);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const lasting = error instanceof BridgeError && (error.code === "fileGone" || error.code === "fileTooLarge");
    return { outcome: lasting ? "refused" : "retry", reason };
  }
}

async function carryOut(
  deps: PerformDeps,
  chat: ChatKey,
  request: WebRequest,
  attempt: Attempt | undefined,
): Promise<CallResult> {
  const { store } = deps;
  switch (request.kind) {
    case "frame":
      await store.show(chat, request.slot, request.frame);
      return { outcome: "done" };
    case "edit":
      return changed(deps, chat, request.id, { content: request.content });
    case "mark":
      // A mark on what was forgotten long ago is of no interest to anybody.
      await changed(deps, chat, request.id, { mark: request.mark });
      return { outcome: "done" };
    default: {
      if (attempt === undefined) throw new Error("a message needs a key");
      const entry = await store.add(chat, attempt.key, writeOf(await bodyOf(deps, request)));
      return { outcome: "done", message: { messageId: entry.id } };
    }
  }
}

async function bodyOf({ files, clock }: PerformDeps, request: Sent): Promise<MessageBody> {
  const common = {
    at: clock.now(),
    from: "bot" as const,
    ...(request.replyTo === undefined ? {} : { replyTo: request.replyTo }),
  };
  if (request.kind === "file") {
    const { caption } = request;
    const content: Content = { pieces: caption === undefined ? [] : [{ as: "text", text: caption }] };
    return { ...common, content, files: [await files.keep(request.path, request.name)] };
  }
  return {
    ...common,
    content: request.content,
    ...(request.endsLive === undefined ? {} : { endsLive: request.endsLive }),
    ...(request.ring === false ? { ring: false } : {}),
  };
}

/** Only the sender changes entries, one after the other in each chat: reading before writing is no race. */
async function changed(
  { store }: PerformDeps,
  chat: ChatKey,
  id: MessageId,
  change: Partial<MessageBody>,
): Promise<CallResult> {
  const entry = await store.entry(chat, id);
  const done =
    entry === undefined
      ? undefined
      : await store.change(chat, id, { body: { ...(entry.body as MessageBody), ...change } });
  return done === undefined
    ? { outcome: "refused", reason: "there is no such message any more" }
    : { outcome: "done", message: { messageId: id } };
}
