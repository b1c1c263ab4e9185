import type { Capabilities } from "../../src/model/delivery.ts";

/** Limits of Feishu and Lark (open.larkoffice.com, im-v1 and cardkit-v1 as of 2026; @larksuiteoapi/node-sdk 1.74). */
export const capabilities: Capabilities = {
  channel: "feishu",
  /** A card holds 30 KB; in characters of three bytes. Parts are cut by bytes. */
  maxTextLength: 8000,
  maxParts: 8,
  /** im-v1/file/create. */
  maxUploadBytes: 30 * 1024 * 1024,
  /** im-v1/message-resource/get. */
  maxDownloadBytes: 100 * 1024 * 1024,
  forceReply: false,
  /** `uuid` of create and reply: one message within an hour. */
  idempotentSends: true,
  shared: true,
  rate: {
    /** 50 per second and 1000 per minute for each interface; a turn's frames use two. */
    accountPerSecond: 15,
    /** 5 per second in a chat, for all bots together. */
    chatPerSecond: 4,
    chatBurst: 4,
    /** A card takes 10 changes a second; a frame is at most two. */
    liveSpacingMs: 500,
    liveSpacingGroupMs: 500,
  },
};

/** Limits outside the common table. */
export const limits = {
  /** im-v1/image/create. */
  imageBytes: 10 * 1024 * 1024,
  /** Reading of a toast on a phone. */
  toast: 200,
} as const;
