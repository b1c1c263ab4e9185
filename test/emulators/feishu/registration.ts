import { randomBytes } from "node:crypto";
import type { Person } from "./state.ts";

/** What somebody did with the link. */
type Outcome =
  | { readonly kind: "pending" }
  | { readonly kind: "confirmed"; readonly by: Person; readonly brand: "feishu" | "lark" }
  | { readonly kind: "denied" | "expired" };

/** The app that comes out. */
interface App {
  readonly appId: string;
  readonly appSecret: string;
}

/** An answer of the registration endpoint. */
export interface RegistrationAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const known: Readonly<Record<string, readonly string[]>> = {
  begin: ["action", "archetype", "auth_method", "request_user_info"],
  poll: ["action", "device_code"],
};

/**
 * Making an app by device flow (RFC 8628) as the accounts service of the platform does: `begin` hands out a link, `poll`
 * says `authorization_pending` until somebody dealt with it.
 */
export class Registration {
  /** Waiting time between polls, s; the platform asks for 5. */
  intervalSeconds = 0.02;
  /** Link of the last `begin`, as the platform gives it. */
  link: string | undefined;
  polls = 0;
  readonly #app: App;
  readonly #violations: string[];
  #device: string | undefined;
  #outcome: Outcome = { kind: "pending" };

  constructor(app: App, violations: string[]) {
    this.#app = app;
    this.#violations = violations;
  }

  /** The person opens the link and agrees. */
  confirm(by: Person, brand: "feishu" | "lark" = "feishu"): void {
    this.#outcome = { kind: "confirmed", by, brand };
  }

  refuse(why: "denied" | "expired"): void {
    this.#outcome = { kind: why };
  }

  answer(form: URLSearchParams, origin: string): RegistrationAnswer {
    const action = form.get("action") ?? "";
    const unknown = [...form.keys()].filter((key) => known[action]?.includes(key) !== true);
    if (unknown.length > 0) this.#violations.push(`registration ${action} with unknown ${unknown.join(", ")}`);
    if (action === "begin") return this.#begin(origin);
    return action === "poll" ? this.#poll(form.get("device_code")) : refusal("invalid_request", "unknown action");
  }

  #begin(origin: string): RegistrationAnswer {
    this.#device = randomBytes(12).toString("hex");
    this.#outcome = { kind: "pending" };
    this.link = `${origin}/page/launcher?user_code=${randomBytes(4).toString("hex").toUpperCase()}`;
    return {
      status: 200,
      body: {
        device_code: this.#device,
        verification_uri_complete: this.link,
        interval: this.intervalSeconds,
        expires_in: 600,
      },
    };
  }

  #poll(device: string | null): RegistrationAnswer {
    this.polls += 1;
    if (device === null || device !== this.#device) return refusal("invalid_grant", "unknown device_code");
    const outcome = this.#outcome;
    switch (outcome.kind) {
      case "pending":
        return refusal("authorization_pending", "");
      case "denied":
        return refusal("access_denied", "the user declined");
      case "expired":
        return refusal("expired_token", "the device_code has expired");
      case "confirmed":
        return {
          status: 200,
          body: {
            client_id: this.#app.appId,
            client_secret: this.#app.appSecret,
            user_info: { open_id: outcome.by.id, tenant_brand: outcome.brand },
          },
        };
    }
  }
}

function refusal(error: string, description: string): RegistrationAnswer {
  return { status: 400, body: { error, error_description: description } };
}
