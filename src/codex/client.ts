import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { readAs } from "./errors.ts";
import type { InitializeParams } from "./protocol/generated/InitializeParams.ts";
import { results } from "./protocol/read.ts";
import { createRpcPeer, type RpcHandlers, type RpcObserver, type RpcPeer } from "./rpc-peer.ts";
import type { MessageStream } from "./ws-stream.ts";

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

/** Does the handshake with app-server. Rejects with CodexError when app-server does not answer it; the stream is closed then. */
export async function openClient(
  stream: MessageStream,
  handlers: RpcHandlers,
  deps: { readonly clock: Clock; readonly log: Logger; readonly observer?: RpcObserver | undefined },
): Promise<RpcPeer> {
  const peer = createRpcPeer(stream, handlers, deps);
  const params: InitializeParams = {
    clientInfo: { name: "hotline", title: "codex-hotline", version: "0.1.0" },
    capabilities: { experimentalApi: true, requestAttestation: false, optOutNotificationMethods: unread },
  };
  try {
    const { userAgent } = readAs(results.initialize, "initialize", await peer.request("initialize", params));
    deps.log.debug({ userAgent }, "codex connects");
    await peer.notify("initialized");
    return peer;
  } catch (error) {
    peer.close();
    throw error;
  }
}
