import type { Capabilities } from "../../src/model/delivery.ts";

/**
 * Telegram's limits (Bot API 10.3 as typed by @grammyjs/types 5.0.0; rates: core.telegram.org FAQ, grammy.dev/advanced/flood).
 * Exact rates are unpublished: these start below the known ones, a 429 has the last word.
 */
export const capabilities: Capabilities = {
  channel: "telegram",
  /** sendMessage.text: 1-4096 after entity parsing. The server counts code points, so UTF-16 units are the safe side. */
  maxTextLength: 4096,
  maxParts: 8,
  /** sendDocument: 50 MB multipart on the public server. */
  maxUploadBytes: 50_000_000,
  /** getFile: MAX_DOWNLOAD_FILE_SIZE = 20 << 20. */
  maxDownloadBytes: 20 << 20,
  forceReply: true,
  /** sendMessage has no idempotency key (Bot API 10.3). */
  idempotentSends: false,
  shared: true,
  rate: {
    /** "About 30 messages per second" overall. */
    accountPerSecond: 28,
    /** "Avoid more than one message per second" in a chat, short bursts allowed. */
    chatPerSecond: 1,
    chatBurst: 3,
    /** 20 per minute in a group; edits count. */
    groupPerMinute: 19,
    /** Drafts travel like typing; their limit is unknown. */
    liveSpacingMs: 1000,
    /** Leaves one call a minute for finals within the group limit. */
    liveSpacingGroupMs: 3300,
    /** sendMessageDraft: a 30-second preview. */
    liveKeepAliveMs: 20_000,
  },
};

/** Limits outside the common table, with their place in the Bot API types. */
export const limits = {
  /** answerCallbackQuery.text. */
  toast: 200,
  /** Entities of a message that are shown; the rest is dropped. */
  entities: 100,
  /** sendDocument.caption. */
  caption: 1024,
  /** Labels have no published limit; longer ones are cut by every client. */
  label: 64,
  /** sendRichMessage: 32 768 characters. */
  rich: 32_768,
  /** sendPhoto: 10 MB. */
  photoBytes: 10_000_000,
} as const;
