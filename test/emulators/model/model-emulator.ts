import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { type ModelRequest as ReadRequest, readRequest } from "../../../src/demo/model-request.ts";
import { StreamClosed } from "../../../src/demo/response-stream.ts";
import { FaultyStream } from "./faulty-stream.ts";
import { type Step, text } from "./steps.ts";

/** One model request as it was received. */
export interface ModelRequest extends ReadRequest {
  /** `performance.now()` at its last byte. */
  readonly at: number;
  readonly headers: IncomingHttpHeaders;
  /** What became of the response. */
  state: "streaming" | "done" | "broken" | "aborted";
}

/** Picks user texts: the whole text, a pattern, or a predicate. */
export type Matcher = string | RegExp | ((userText: string, request: ModelRequest) => boolean);

/** Steps, or what makes them from the request that begins the script. */
export type Script = readonly Step[] | ((request: ModelRequest) => readonly Step[]);

interface Running {
  steps: Step[];
}

/**
 * A local OpenAI Responses provider. One script per turn: chosen when the turn's first request arrives (queued for the
 * thread, else the latest matching `on`, else `echo: <last user text>`), continued by the turn's later requests. A
 * request that finds its script used up (a steer) chooses anew. Stricter than the real one: a path, method or body it
 * does not know is 4xx and counts in `refused`.
 */
export class ModelEmulator {
  /** Every request in order of arrival. */
  readonly requests: ModelRequest[] = [];
  /** Requests that were no valid model request. */
  readonly refused: string[] = [];
  readonly #rules: { readonly matcher: Matcher; readonly script: Script }[] = [];
  readonly #queued = new Map<string, (readonly Step[])[]>();
  readonly #running = new Map<string, Running>();
  readonly #waiters = new Set<() => void>();
  #server: Server | undefined;
  #port = 0;
  #count = 0;
  #relisten: NodeJS.Timeout | undefined;

  /** Listens on 127.0.0.1; `port` 0 picks a free one. */
  async start(port = 0): Promise<void> {
    await this.#listen(port);
  }

  async stop(): Promise<void> {
    clearTimeout(this.#relisten);
    await this.#close();
  }

  /** `base_url` of the provider. */
  get baseUrl(): string {
    return `http://127.0.0.1:${this.#port}/v1`;
  }

  /** Registers a script for turns whose last user text matches; the latest registration wins. */
  on(matcher: Matcher, script: Script): this {
    this.#rules.unshift({ matcher, script });
    return this;
  }

  /** Queues a script for the next turn of a thread; `*` for the next turn of any thread. */
  queue(threadId: string, steps: readonly Step[]): this {
    this.#queued.set(threadId, [...(this.#queued.get(threadId) ?? []), steps]);
    return this;
  }

  /** User texts of the latest request (of a thread), oldest first: what the model knows people wrote. */
  userTexts(threadId?: string): readonly string[] {
    const of = this.requests.filter((r) => threadId === undefined || r.threadId === threadId);
    return of.at(-1)?.userTexts ?? [];
  }

  /** Resolves with the first request, past or future, that passes, now or once its state changed; rejects after `timeoutMs`. */
  async waitFor(pred: (request: ModelRequest) => boolean, timeoutMs = 10_000): Promise<ModelRequest> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const found = this.requests.find(pred);
      if (found !== undefined) return found;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`no such model request in ${timeoutMs} ms (${this.requests.length} seen)`);
      await this.#change(left);
    }
  }

  /** Stops listening (connections are refused) for `ms`, then listens again on the same port. */
  async refuseFor(ms: number): Promise<void> {
    const port = this.#port;
    await this.#close();
    if (!Number.isFinite(ms)) return;
    this.#relisten = setTimeout(() => void this.#listen(port), ms);
  }

  #change(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiters.add(done);
    });
  }

  #listen(port: number): Promise<void> {
    const server = createServer((req, res) => void this.#handle(req, res));
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", () => {
        const address = server.address();
        if (address !== null && typeof address === "object") this.#port = address.port;
        resolve();
      });
    });
  }

  #close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async #handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    res.on("error", () => res.destroy());
    const raw = await bodyText(req);
    if (req.method !== "POST" || req.url !== "/v1/responses") {
      this.#refuse(res, 404, `${req.method} ${req.url}`);
      return;
    }
    let request: ModelRequest;
    try {
      request = {
        ...readRequest(raw, req.headers),
        at: performance.now(),
        headers: req.headers,
        state: "streaming",
      };
    } catch (error) {
      this.#refuse(res, 400, error instanceof Error ? error.message : String(error));
      return;
    }
    this.requests.push(request);
    this.#wake();
    await this.#play(request, new FaultyStream(res, `r${++this.#count}`));
  }

  #refuse(res: ServerResponse, status: number, why: string): void {
    this.refused.push(why);
    res.writeHead(status, { "content-type": "application/json" });
    res.end(JSON.stringify({ error: { message: why, type: "invalid_request_error", code: null } }));
  }

  async #play(request: ModelRequest, out: FaultyStream): Promise<void> {
    const script = this.#scriptOf(request);
    try {
      request.state = (await this.#steps(script, out)) ? "done" : "broken";
    } catch (error) {
      if (!(error instanceof StreamClosed)) throw error;
      request.state = "aborted";
    }
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
  }

  #scriptOf(request: ModelRequest): Running {
    const key = request.turnId ?? `?${this.#count}`;
    const running = this.#running.get(key);
    if (running !== undefined && running.steps.length > 0) return running;
    const fresh: Running = { steps: [...this.#choose(request)] };
    this.#running.set(key, fresh);
    return fresh;
  }

  #choose(request: ModelRequest): readonly Step[] {
    const queued = (this.#queued.get(request.threadId ?? "") ?? []).shift() ?? this.#queued.get("*")?.shift();
    if (queued !== undefined) return queued;
    const last = request.userTexts.at(-1) ?? "";
    const rule = this.#rules.find(({ matcher }) => matches(matcher, last, request));
    if (rule === undefined) return [text(`echo: ${last}`)];
    return typeof rule.script === "function" ? rule.script(request) : rule.script;
  }

  /** Plays one response; false when it did not end with `response.completed`. */
  async #steps(script: Running, out: FaultyStream): Promise<boolean> {
    for (let step = script.steps[0]; step !== undefined; step = script.steps[0]) {
      if ((step.step === "status" || step.step === "failed") && step.times > 1) {
        script.steps[0] = { ...step, times: step.times - 1 };
      } else script.steps.shift();
      const ended = await this.#step(step, out);
      if (ended !== undefined) return ended;
    }
    out.completed();
    return true;
  }

  /** Plays a step; undefined: the response goes on. */
  async #step(step: Step, out: FaultyStream): Promise<boolean | undefined> {
    switch (step.step) {
      case "text":
        if (await out.text(step.chunks, step.everyMs, step.phase, step.cutAfter)) return undefined;
        out.cut();
        return false;
      case "reasoning":
        out.reasoning(step.text);
        return undefined;
      case "usage":
        out.usage = step;
        return undefined;
      case "hold":
        await out.wait(step.gate.opened);
        return undefined;
      case "calls":
        for (const call of step.calls) out.toolCall(call);
        out.completed();
        return true;
      case "refuse":
        out.cut();
        return this.refuseFor(step.ms).then(() => false);
      case "status":
        out.error(step.status, step.headers, step.body);
        return false;
      case "failed":
        out.failed(step.code, step.message);
        return false;
      case "cut":
        out.cut();
        return false;
      case "malformed":
        out.malformed();
        return false;
      case "silence":
        out.open();
        await out.hungUp();
        return false;
    }
  }
}

function matches(matcher: Matcher, last: string, request: ModelRequest): boolean {
  if (typeof matcher === "string") return last === matcher;
  if (matcher instanceof RegExp) return matcher.test(last);
  return matcher(last, request);
}

async function bodyText(req: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
