import type { Capabilities } from "../../src/model/delivery.ts";

/** Longest text of a person, UTF-16 units: what Codex takes in one request (measured with 0.169). */
export const maxSayLength = 1_048_576;

/** Most files of one message. */
export const maxSayFiles = 20;

/** Largest upload, bytes: as much as Feishu takes, so that one word holds on every channel. */
export const maxFileBytes = 100 * 1024 * 1024;

/** Our own platform: nothing is split, nothing is refused for its rate; frames come as fast as a person can read. */
export const capabilities: Capabilities = {
  channel: "web",
  maxTextLength: Number.MAX_SAFE_INTEGER,
  maxParts: 1,
  maxUploadBytes: maxFileBytes,
  maxDownloadBytes: maxFileBytes,
  forceReply: false,
  idempotentSends: true,
  shared: false,
  rate: { accountPerSecond: 2000, chatPerSecond: 200, chatBurst: 400, liveSpacingMs: 100, liveSpacingGroupMs: 100 },
};
