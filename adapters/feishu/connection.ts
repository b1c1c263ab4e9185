import type { Agent } from "node:http";
import { type HttpInstance, LoggerLevel, WSClient } from "@larksuiteoapi/node-sdk";
import type { InboundSink } from "../../src/channel/port.ts";
import type { HealthKeeper } from "../../src/lib/account-health.ts";
import type { Clock } from "../../src/lib/clock.ts";
import type { Logger } from "../../src/lib/log.ts";
import type { Directory } from "./directory.ts";
import { isUnauthorized } from "./errors.ts";
import { createEvents } from "./events.ts";
import { silentSdkLogger } from "./sdk-logger.ts";
import { mendConnection, mendEndpoint } from "./sdk-mends.ts";

/** What the long connection needs. */
export interface ConnectionDeps {
  readonly account: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly domain: string;
  readonly agent?: Agent;
  readonly http: HttpInstance;
  readonly directory: Directory;
  readonly health: HealthKeeper;
  readonly clock: Clock;
  readonly log: Logger;
  /** Open id of the bot, remembered once told. Rejects as the platform does. */
  botId(signal: AbortSignal): Promise<string>;
}

/** Pings go out every 20 s, and one without a pong within 10 s ends the connection: so long nothing is heard only when that fails, ms. */
export const longestSilenceMs = 60_000;
/** A pong is awaited for this long after a ping, s; a handshake, ms. */
const pongSeconds = 10;
const handshakeMs = 10_000;
/** The state of the connection is looked at this often, ms. */
const lookMs = 200;
/** Refused credentials are tried again after this long: only an operator can mend them. Everything else sooner. */
const refusedPauseMs = 5 * 60_000;
/** Who the bot is, is asked again after this long, ms. */
const askPauseMs = 30_000;
const pausesMs = [1000, 2000, 5000, 10_000, 30_000];

/** Why a connection ended for good, as the SDK says it. */
class Ended extends Error {
  /** The platform refuses the app itself. */
  readonly refused: boolean;
  constructor(message: string) {
    super(message);
    this.refused = /code=(514|403|1000040345)\b/.test(message);
  }
}

/** Receives until aborted. Trouble is shown by health; refused credentials are logged once and tried again slowly. */
export async function connect(deps: ConnectionDeps, sink: InboundSink, signal: AbortSignal): Promise<void> {
  const { health, log, clock } = deps;
  let failures = 0;
  let refusedBefore = false;
  while (!signal.aborted) {
    try {
      await connection(deps, sink, signal, () => {
        failures = 0;
        refusedBefore = false;
      });
    } catch (error) {
      if (signal.aborted) return;
      const refused = error instanceof Ended ? error.refused : isUnauthorized(error);
      const reason = refused
        ? "Feishu refuses the app id or secret: check channels.feishu"
        : `Feishu is not reached: ${error instanceof Error ? error.message : String(error)}`;
      health.trouble(refused ? "failed" : "degraded", reason);
      if (!refused) log.warn({ reason }, "long connection fails, trying again");
      else if (!refusedBefore) log.error({ reason }, "platform refuses the account");
      refusedBefore = refused;
      const pause = refused ? refusedPauseMs : (pausesMs[Math.min(failures, pausesMs.length - 1)] ?? 30_000);
      failures += 1;
      await clock.sleep(pause, signal).catch(() => undefined);
    }
  }
}

/** One WSClient, until it gives up (rejects) or we do. It reconnects by itself. */
async function connection(
  deps: ConnectionDeps,
  sink: InboundSink,
  signal: AbortSignal,
  connected: () => void,
): Promise<void> {
  const { account, directory, clock, log, health } = deps;
  const context = { account, appId: deps.appId, botId: "" };
  const known = new AbortController();
  const asking = AbortSignal.any([signal, known.signal]);
  try {
    context.botId = await deps.botId(signal);
  } catch (error) {
    if (isUnauthorized(error)) throw error;
    // Messages come all the same; until it is known, a mention counts as ours.
    log.warn({ err: error }, "the platform does not say who the bot is, asking again");
    void askAgain(deps, asking, (id) => {
      context.botId = id;
    });
  }
  const dispatcher = createEvents({ directory, context, clock, log }, sink);
  let ended: Ended | undefined;
  let up = false;
  let heardAt = clock.now();
  const lost = (): void => {
    if (!up) return;
    up = false;
    health.trouble("degraded", "the long connection to Feishu is down, connecting again");
    log.info({ up }, "long connection changes");
  };
  const client = new WSClient({
    appId: deps.appId,
    appSecret: deps.appSecret,
    domain: deps.domain,
    ...(deps.agent === undefined ? {} : { agent: deps.agent }),
    httpInstance: mendEndpoint(deps.http),
    logger: silentSdkLogger,
    loggerLevel: LoggerLevel.error,
    handshakeTimeoutMs: handshakeMs,
    wsConfig: { pingTimeout: pongSeconds },
    onError: (error) => {
      ended = new Ended(error.message);
    },
    // Told at once: a connection replaced between two looks was lost all the same.
    onReconnecting: () => lost(),
  });
  mendConnection(client, () => {
    heardAt = clock.now();
  });
  try {
    void client.start({ eventDispatcher: dispatcher });
    while (!signal.aborted) {
      if (ended !== undefined) throw ended;
      if (client.getConnectionStatus().state !== "connected") lost();
      else {
        if (!up) heardAt = clock.now();
        health.ok(heardAt);
        if (!up) {
          up = true;
          connected();
          log.info({ up }, "long connection changes");
        }
      }
      await clock.sleep(lookMs, signal).catch(() => undefined);
    }
  } finally {
    known.abort();
    client.close({ force: true });
  }
}

/** Until it is told or aborted. Never rejects. */
async function askAgain(deps: ConnectionDeps, signal: AbortSignal, told: (id: string) => void): Promise<void> {
  while (!signal.aborted) {
    await deps.clock.sleep(askPauseMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const id = await deps.botId(signal).catch(() => undefined);
    if (id !== undefined) return told(id);
  }
}
