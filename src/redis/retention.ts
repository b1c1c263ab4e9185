const minute = 60_000;
const day = 24 * 60 * minute;

/** How long keys live, ms. Keys not named here are removed by their owner (see {@link Keys}). */
export const retention = {
  /** A platform event is recognized as a redelivery. */
  dedupeMs: 2 * day,
  /** State, slots and address of a chat nobody wrote to. */
  chatMs: 400 * day,
  /** Messages of ours that can still be edited. */
  slotMs: 30 * day,
  buttonMs: 30 * day,
  archiveMs: 30 * day,
  /** The record of a turn. */
  turnLogMs: 30 * day,
  /** A running view whose owner never came back. */
  viewMs: 30 * day,
  /** A request after it was settled; its number is not given out again. */
  requestMs: 30 * day,
  /** Time to type the reason of a decline. */
  reservationMs: 10 * minute,
  /** Wrong owner codes are counted for this long from the first. */
  claimWindowMs: 60 * minute,
  /** A message written twice under one key is one. */
  transcriptKeyMs: 30 * day,
  /** A live frame whose turn was never told to be over. */
  frameMs: day,
  /** A worker that does not answer, and whose chats wait for it. */
  workerMs: 30 * day,
  /** The lines of a watched chat, after it is watched no more. */
  traceMs: minute,
  /** The list of watched chats after the last was added: longer than any is watched. */
  watchedMs: 2 * day,
  /** A service note whose write is repeated by the client after a lost reply is recognized. */
  noteMs: 10 * minute,
  /** A migration whose node is silent for this long is done again by another. */
  formatLockMs: minute / 2,
  /** A node that was not seen for this long is forgotten. */
  nodeMs: day,
} as const;
