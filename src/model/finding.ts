/** One thing `hotline doctor` looked at. */
export interface Finding {
  /** Which check: the same in every language, `codex.sandbox`, `telegram~main.webhook`. */
  readonly check: string;
  readonly state: "ok" | "warn" | "error";
  /** One line, in the operator's language. Not redacted yet. */
  readonly message: string;
  /** What to do: the exact command, the file and key, or the way to click. Absent when nothing is to do. */
  readonly fix?: string;
  /** Does what is safe and says what it did; present only where something is safe. Rejects when it could not. */
  readonly mend?: (signal: AbortSignal) => Promise<string>;
}
