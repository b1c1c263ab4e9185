/** What the platform answers to a call it does not carry out. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: number, message: string, status = 400, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

/** A parameter is wrong; `what` says which. */
export function invalid(what: string): Refusal {
  return new Refusal(99992402, `field validation failed: ${what}`);
}

/** Gateway frequency limit. `resetSeconds` as in `x-ogw-ratelimit-reset`. */
export function tooFrequent(limit: number, resetSeconds: number): Refusal {
  const headers = { "x-ogw-ratelimit-limit": String(limit), "x-ogw-ratelimit-reset": String(resetSeconds) };
  return new Refusal(99991400, "request trigger frequency limit", 429, headers);
}

/** A card the platform does not take, with the code of the card service. */
export function badCard(code: number, message: string): Refusal {
  return new Refusal(230099, `Failed to create card content, ext=ErrCode: ${code}; ErrMsg: ${message}; ErrorValue: ; `);
}
