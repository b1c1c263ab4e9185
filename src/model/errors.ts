/** Every error of the service, one table; equal to `docs/reference/errors.md` by test. */
export const errorCodes = {
  leaseLost: { retryable: false, meaning: "another node owns this chat or account now" },
  redisUnavailable: { retryable: true, meaning: "Redis does not answer" },
  redisUnfit: {
    retryable: false,
    meaning: "this Redis cannot be used (version, eviction policy, password), or is none",
  },
  dataUnfit: { retryable: false, meaning: "the stored data cannot be used by this version" },
  backupUnfit: { retryable: false, meaning: "this backup cannot be written or restored" },
  dataDirBusy: { retryable: false, meaning: "another instance runs on this data folder" },
  copyRuns: { retryable: false, meaning: "a copy of this data folder, or of this Codex home, is at work elsewhere" },
  channelUnauthorized: { retryable: false, meaning: "the platform refuses the token" },
  channelUnreachable: { retryable: true, meaning: "the platform cannot be reached" },
  fileTooLarge: { retryable: false, meaning: "the file is over the platform's limit" },
  fileElsewhere: { retryable: false, meaning: "the file lies on another machine, and this one has no way to it" },
  fileGone: { retryable: false, meaning: "the platform no longer has the file" },
  diskFull: { retryable: true, meaning: "no space left for the file" },
  projectMissing: { retryable: false, meaning: "the project folder is not there" },
  invalidTransition: { retryable: false, meaning: "a state change the table does not allow" },
} as const satisfies Record<string, { readonly retryable: boolean; readonly meaning: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** Whether it is what is installed that is wrong: starting again does not mend it. */
export function isUnfit(error: unknown): boolean {
  return error instanceof BridgeError && ["dataUnfit", "redisUnfit", "copyRuns"].includes(error.code);
}

/** The service's error. `message` is for operators; people read the catalogue. */
export class BridgeError extends Error {
  override readonly name = "BridgeError";
  readonly code: ErrorCode;
  /** Earliest sensible retry, ms from now; absent: by the caller's backoff. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** Whether trying again can help. */
  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}
