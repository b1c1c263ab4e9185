import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import type { InitializeParams } from "./protocol/generated/InitializeParams.ts";
import { results } from "./protocol/read.ts";
import { createRpcPeer, type RpcHandlers, type RpcPeer } from "./rpc-peer.ts";
import type { MessageStream } from "./ws-stream.ts";

/** An initialized connection to app-server. */
export interface CodexClient extends RpcPeer {
  /** `hotline/0.169.0 (…)`. */
  readonly userAgent: string;
  readonly codexHome: string;
}

/** Notifications nobody here reads, and there are many of. */
const unread = [
  "account/rateLimits/updated",
  "app/list/updated",
  "item/commandExecution/outputDelta",
  "item/commandExecution/terminalInteraction",
  "item/fileChange/outputDelta",
  "item/fileChange/patchUpdated",
  "item/mcpToolCall/progress",
  "item/reasoning/summaryPartAdded",
  "item/reasoning/textDelta",
  "rawResponse/completed",
  "rawResponseItem/completed",
  "remoteControl/status/changed",
  "skills/changed",
  "thread/readState/changed",
  "thread/settings/updated",
];

/** Does the handshake. Rejects with CodexError when app-server does not answer it; the stream is closed then. */
export async function openClient(
  stream: MessageStream,
  handlers: RpcHandlers,
  deps: { readonly clock: Clock; readonly log: Logger },
): Promise<CodexClient> {
  const peer = createRpcPeer(stream, handlers, deps);
  const params: InitializeParams = {
    clientInfo: { name: "hotline", title: "codex-hotline", version: "0.1.0" },
    capabilities: { experimentalApi: true, requestAttestation: false, optOutNotificationMethods: unread },
  };
  try {
    const { userAgent, codexHome } = results.initialize.parse(await peer.request("initialize", params));
    await peer.notify("initialized");
    return { ...peer, userAgent, codexHome };
  } catch (error) {
    peer.close();
    throw error;
  }
}
