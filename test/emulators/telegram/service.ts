import { setTimeout as delay } from "node:timers/promises";
import { type Body, checkStrings } from "./body.ts";
import type { Fault, Faults } from "./faults.ts";
import { accountMethods } from "./methods/account.ts";
import { type Context, type Handler, Params } from "./methods/context.ts";
import { lightMethods } from "./methods/light.ts";
import { messageMethods } from "./methods/messages.ts";
import { badRequest, conflict, forbidden, Refusal, strict, tooMany } from "./refusal.ts";
import { findMethod, problems, readForm } from "./schema/check.ts";
import type { Transcript } from "./transcript.ts";

/** What the client gets: an answer, or a connection that ends. */
export type Outcome =
  | { readonly kind: "answer"; readonly status: number; readonly body: unknown; readonly applied: boolean }
  | { readonly kind: "lost"; readonly applied: boolean };

/** A request with a valid token. */
export interface Request {
  /** As spelled in the path. */
  readonly method: string;
  readonly body: Body;
  readonly signal: AbortSignal;
}

const handlers: Readonly<Record<string, Handler>> = { ...messageMethods, ...lightMethods, ...accountMethods };

/** Answers calls: faults first, then the schema, then the method. Never rejects. */
export class BotApiService {
  readonly #context: Context;
  readonly #faults: Faults;
  readonly #transcript: Transcript;

  constructor(context: Context, faults: Faults, transcript: Transcript) {
    this.#context = context;
    this.#faults = faults;
    this.#transcript = transcript;
  }

  async perform(
    request: Request,
  ): Promise<{ readonly outcome: Outcome; readonly fault: Fault | undefined; readonly params: Params }> {
    const method = findMethod(request.method)?.name ?? request.method;
    const params = this.#read(method, request.body);
    const chat = params.all.chat_id;
    const chatId = typeof chat === "number" ? chat : undefined;
    const fault = this.#faults.take({ method, chatId, params: params.all });
    const apply = (): Promise<Outcome> => this.#apply(method, params, request);
    const outcome = fault === undefined ? await apply() : await this.#withFault(fault, chatId, apply, request.signal);
    return { outcome, fault, params };
  }

  /** The bytes of a file, as the method `file` for faults. */
  async download(
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: Outcome; readonly fault: Fault | undefined }> {
    const file = [...this.#context.world.files.values()].find((stored) => stored.path === decodeURIComponent(path));
    const outcome: Outcome =
      file?.bytes === undefined
        ? this.refuse(new Refusal(404, "Not Found"), "file", {})
        : { kind: "answer", status: 200, body: file.bytes, applied: true };
    const fault = this.#faults.take({ method: "file", chatId: undefined, params: { path } });
    if (fault === undefined) return { outcome, fault };
    return { outcome: await this.#withFault(fault, undefined, () => Promise.resolve(outcome), signal), fault };
  }

  /** An answer that says no, recorded if no correct bot would have asked. */
  refuse(refusal: Refusal, method: string, params: Readonly<Record<string, unknown>>): Outcome {
    if (refusal.violation !== undefined) {
      const reason = refusal.message.replace(/^Bad Request: (?:emulator: )?/u, "");
      this.#transcript.violations.push({ kind: refusal.violation, method, reason, params, at: performance.now() });
    }
    const { code, message: description, parameters } = refusal;
    const body = { ok: false, error_code: code, description, ...(parameters === undefined ? {} : { parameters }) };
    return { kind: "answer", status: code, body, applied: false };
  }

  #read(method: string, body: Body): Params {
    const all: Record<string, unknown> = body.form ? readForm(method, body.params) : { ...body.params };
    for (const name of ["document", "photo", "thumbnail"]) {
      if (body.files.has(name) && all[name] === undefined) all[name] = `attach://${name}`;
    }
    return new Params(all);
  }

  async #apply(method: string, params: Params, request: Request): Promise<Outcome> {
    try {
      this.#check(method, params);
      const handler = handlers[method];
      if (handler === undefined) throw strict(`${method} is not emulated`, "schema");
      const { signal, body } = request;
      const running = handler({ method, params, files: body.files, signal }, this.#context);
      if (method === "getUpdates") this.#transcript.ring();
      const result = await running;
      return { kind: "answer", status: 200, body: { ok: true, result }, applied: true };
    } catch (error) {
      if (error instanceof Refusal) return this.refuse(error, method, params.all);
      const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return this.refuse(new Refusal(500, `Internal Server Error: emulator: ${reason}`, "strict"), method, params.all);
    }
  }

  #check(method: string, params: Params): void {
    const known = findMethod(method);
    if (known === undefined) throw new Refusal(404, "Not Found: method not found", "schema");
    if (!known.emulated) throw strict(`${method} is not emulated`, "schema");
    checkStrings(params.all);
    if (method === "sendMessage" && params.all.text === undefined) throw badRequest("message text is empty", "bug");
    const found = problems(method, params.all);
    if (found.length > 0) throw strict(found.join("; "), "schema");
  }

  async #withFault(
    fault: Fault,
    chatId: number | undefined,
    apply: () => Promise<Outcome>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    switch (fault.kind) {
      case "lostBeforeApply":
        return { kind: "lost", applied: false };
      case "lostAfterApply":
        return { kind: "lost", applied: (await apply()).applied };
      case "hang": {
        const applied = fault.applied === true && (await apply()).applied;
        await pause(fault.ms, signal);
        return { kind: "lost", applied };
      }
      case "slow": {
        const outcome = await apply();
        await pause(fault.ms, signal);
        return outcome;
      }
      case "badGateway":
        return {
          kind: "answer",
          status: 502,
          body: "<html><head><title>502 Bad Gateway</title></head></html>",
          applied: fault.applied === true && (await apply()).applied,
        };
      case "rateLimit":
        if (fault.scope === "all") this.#context.limits.block("all", fault.retryAfter);
        else if (chatId !== undefined) this.#context.limits.block(chatId, fault.retryAfter);
        return this.refuse(tooMany(fault.retryAfter), "", {});
      default:
        return this.refuse(refusalOf(fault), "", {});
    }
  }
}

type Refusing = Exclude<
  Fault,
  { kind: "lostBeforeApply" | "lostAfterApply" | "hang" | "slow" | "badGateway" | "rateLimit" }
>;

function refusalOf(fault: Refusing): Refusal {
  switch (fault.kind) {
    case "serverError":
      return new Refusal(500, "Internal Server Error: restart");
    case "blocked":
      return forbidden("bot was blocked by the user");
    case "deactivated":
      return forbidden("user is deactivated");
    case "migrate": {
      const description = "Bad Request: group chat was upgraded to a supergroup chat";
      return new Refusal(400, description, undefined, { migrate_to_chat_id: fault.to });
    }
    case "topicDeleted":
      return badRequest("message thread not found");
    case "chatNotFound":
      return badRequest("chat not found");
    case "methodNotFound":
      return new Refusal(404, "Not Found: method not found");
    case "conflict":
      return conflict("terminated by other getUpdates request; make sure that only one bot instance is running");
    case "answer":
      return new Refusal(fault.code, fault.description, undefined, fault.parameters);
  }
}

/** Ends early when the client goes away. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
