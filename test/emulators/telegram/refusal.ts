/** Why a refusal counts as a violation. */
export type ViolationKind =
  /** Unknown method, parameter or field; a wrong type; a length or value out of range. */
  | "schema"
  /** Telegram would refuse it too, and no correct bot sends it: too long, empty, bad entity, bad button. */
  | "bug"
  /** Telegram would accept or silently mend it; the emulator does not. */
  | "strict"
  /** Called although told to wait. */
  | "rate";

/** An answer with `ok: false`, in the server's own words. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: number;
  readonly parameters: { readonly retry_after?: number; readonly migrate_to_chat_id?: number } | undefined;
  /** Set: the refusal is recorded as a violation of this kind. */
  readonly violation: ViolationKind | undefined;

  constructor(code: number, description: string, violation?: ViolationKind, parameters?: Refusal["parameters"]) {
    super(description);
    this.code = code;
    this.violation = violation;
    this.parameters = parameters;
  }
}

/** 400, as the server words it: prefixed, first letter lowered unless the second is a capital or an underscore. */
export function badRequest(message: string, violation?: ViolationKind): Refusal {
  return new Refusal(400, `Bad Request: ${lowered(message)}`, violation);
}

/** 403. */
export function forbidden(message: string): Refusal {
  return new Refusal(403, `Forbidden: ${lowered(message)}`);
}

/** 409. */
export function conflict(message: string): Refusal {
  return new Refusal(409, `Conflict: ${lowered(message)}`);
}

/** 429; `retryAfter` in seconds. */
export function tooMany(retryAfter: number, violation?: ViolationKind): Refusal {
  return new Refusal(429, `Too Many Requests: retry after ${retryAfter}`, violation, { retry_after: retryAfter });
}

/** Stricter than Telegram: says so. */
export function strict(message: string, kind: "schema" | "strict" = "strict"): Refusal {
  return new Refusal(400, `Bad Request: emulator: ${message}`, kind);
}

function lowered(message: string): string {
  return /^.[A-Z_]/u.test(message) ? message : message.charAt(0).toLowerCase() + message.slice(1);
}
