import type { InboundEvent, InboundSink } from "../../src/channel/port.ts";
import type { HealthKeeper } from "../../src/lib/account-health.ts";
import { type Clock, pause } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import { type BackoffRange, backoffMs } from "./backoff.ts";
import type { TelegramClient } from "./client.ts";
import { ApiFailure, type Failure, failureReason } from "./errors.ts";
import { inbound } from "./inbound.ts";
import { deliverAll } from "./lanes.ts";
import { createTapAnswerer } from "./taps.ts";
import { allowedUpdates, type Me, readUpdate, readUpdateId } from "./wire.ts";

export interface PollerDeps {
  readonly client: TelegramClient;
  readonly health: HealthKeeper;
  readonly clock: Clock;
  readonly log: Logger;
  /** Account id of the configuration. */
  readonly account: string;
  /** Seconds Telegram holds a request open, 0–50. */
  readonly pollSeconds: number;
  /** Who the bot is; asked once, rejects with ApiFailure. */
  whoAmI(signal: AbortSignal): Promise<Me>;
}

/** Pause after a batch, ms: its messages start on their way before the next request is built, which takes most of a ms. */
const headStartMs = 3;
const network: BackoffRange = { minMs: 500, maxMs: 30_000 };
const rivalry: BackoffRange = { minMs: 3000, maxMs: 30_000 };
const refusedTokenMs = 5 * 60_000;

/**
 * The getUpdates loop. An offset confirms everything before it, so it moves only after a whole batch is durable (L1),
 * and lives nowhere but here: what was not confirmed comes again, and ingress knows it by its dedupe key.
 */
export async function poll(deps: PollerDeps, sink: InboundSink, signal: AbortSignal): Promise<void> {
  const taps = createTapAnswerer(deps, signal);
  const accept = (event: InboundEvent) =>
    event.kind === "tap" ? taps.accept(event, () => sink.accept(event)) : sink.accept(event);
  const recovery = createRecovery(deps, signal);
  let offset: number | undefined;
  // Until Telegram has answered once, ask without waiting for messages: health must not hang on the first one.
  let probing = true;
  while (!signal.aborted) {
    try {
      const me = await deps.whoAmI(signal);
      const batch = await ask(deps, offset, probing ? 0 : deps.pollSeconds, signal);
      probing = false;
      recovery.succeeded();
      const events = batch.flatMap((raw) => eventsOf(deps, raw, me));
      const onRejected = (): void =>
        deps.health.trouble("degraded", "Messages cannot be stored; they stay with Telegram until they can");
      if (!(await deliverAll({ ...deps, accept, onRejected }, events, signal))) return;
      deps.health.ok();
      offset = nextOffset(batch);
      if (batch.length > 0) await pause(deps.clock, offset === undefined ? network.maxMs : headStartMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      const failure = error instanceof ApiFailure ? error.failure : unexpected(error);
      // A rival's poll is thrown out by any of ours; a quick one would look like success.
      probing = failure.kind === "http" || failure.code !== 409;
      await recovery.failed(failure);
    }
  }
}

/** An empty answer confirmed all before it. The next request names no offset: after an idle week ids start anew, maybe lower. */
function nextOffset(batch: readonly unknown[]): number | undefined {
  const last = batch.map(readUpdateId).findLast((id) => id !== undefined);
  return last === undefined ? undefined : last + 1;
}

async function ask(
  deps: PollerDeps,
  offset: number | undefined,
  seconds: number,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const payload = { timeout: seconds, allowed_updates: allowedUpdates, ...(offset === undefined ? {} : { offset }) };
  const answer = await deps.client.call("getUpdates", payload, signal, "poll");
  if (!Array.isArray(answer)) throw new ApiFailure("getUpdates", unexpected(new Error("the answer is no list")));
  return answer as readonly unknown[];
}

/** A malformed or unknown update must not hold up the ones behind it. */
function eventsOf(deps: PollerDeps, raw: unknown, me: Me): readonly InboundEvent[] {
  const read = readUpdate(raw);
  if ("problem" in read) {
    deps.log.error({ updateId: readUpdateId(raw), problem: read.problem }, "malformed update is skipped");
    return [];
  }
  try {
    const events = inbound(read.update, { account: deps.account, me });
    if (events.length === 0)
      deps.log.debug({ updateId: read.update.update_id, fields: Object.keys(raw as object) }, "update is not routed");
    return events;
  } catch (error) {
    deps.log.error({ updateId: read.update.update_id, problem: String(error) }, "malformed update is skipped");
    return [];
  }
}

function unexpected(error: unknown): Failure {
  return {
    kind: "http",
    reason: error instanceof Error ? error.message : String(error),
    notSent: false,
    aborted: false,
  };
}

/** What to do about a failed getUpdates: tells health, repairs what can be repaired, waits. */
function createRecovery(
  deps: PollerDeps,
  signal: AbortSignal,
): { succeeded(): void; failed(failure: Failure): Promise<void> } {
  const { health, log } = deps;
  let attempt = 0;
  let webhookRemoved = false;

  const wait = (range: BackoffRange): Promise<void> =>
    pause(deps.clock, backoffMs(attempt, range, Math.random()), signal);

  const conflict = async (description: string): Promise<void> => {
    if (!/webhook is active/i.test(description)) {
      health.trouble("degraded", "Another program polls with this bot token; only one can receive messages");
      return wait(rivalry);
    }
    if (!webhookRemoved && (await removeWebhook(deps, signal))) {
      webhookRemoved = true;
      return;
    }
    health.trouble(
      "degraded",
      "A webhook is set for this bot, and set again after it was removed: another service uses the token",
    );
    return wait(rivalry);
  };

  const apiFailed = async (failure: Extract<Failure, { kind: "api" }>): Promise<void> => {
    if (failure.code === 409) return conflict(failure.description);
    if (failure.code === 401 || failure.code === 404) {
      health.trouble("failed", "Telegram refuses the bot token: check it with @BotFather and restart");
      return pause(deps.clock, refusedTokenMs, signal);
    }
    health.trouble("degraded", `Telegram answers ${failureReason(failure)}`);
    if (failure.retryAfter === undefined) return wait(network);
    return pause(deps.clock, failure.retryAfter * 1000 + Math.random() * 1000, signal);
  };

  return {
    succeeded() {
      attempt = 0;
    },
    async failed(failure) {
      attempt += 1;
      log.warn({ attempt, reason: failureReason(failure) }, "telegram polling fails");
      if (failure.kind === "api") return apiFailed(failure);
      health.trouble("degraded", `Telegram cannot be reached: ${failure.reason}`);
      return wait(network);
    },
  };
}

/** Removes a webhook left by an earlier use of the token; pending updates stay. False when there is none or it cannot be removed. */
async function removeWebhook(deps: PollerDeps, signal: AbortSignal): Promise<boolean> {
  try {
    const info = await deps.client.call("getWebhookInfo", {}, signal);
    const url = typeof info === "object" && info !== null && "url" in info ? info.url : "";
    if (typeof url !== "string" || url === "") return false;
    deps.log.warn(
      { host: URL.canParse(url) ? new URL(url).host : "unknown" },
      "removing the webhook that keeps us from polling",
    );
    await deps.client.call("deleteWebhook", { drop_pending_updates: false }, signal);
    return true;
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    deps.log.warn({ reason: failureReason(error.failure) }, "the webhook cannot be removed");
    return false;
  }
}
