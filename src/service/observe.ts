import type { Channel, IngestResult, IngressStore } from "../channel/port.ts";
import type { ChatStore } from "../dispatcher/port.ts";
import type { Slots } from "../dispatcher/slots.ts";
import type { RuntimeSnapshot } from "../dispatcher/snapshot.ts";
import type { Clock } from "../lib/clock.ts";
import { type ChatKey, chatAddress } from "../model/ids.ts";
import type { Mail } from "../model/message.ts";
import type { Trace } from "../model/trace.ts";
import type { SenderMetrics } from "../outbox/desk.ts";
import type { Sender } from "../outbox/sender.ts";
import type { Activations } from "../queue/port.ts";
import { withinDeadline } from "../redis/deadline.ts";
import type { PartHealth } from "../telemetry/health.ts";
import { senderPart } from "../telemetry/judges.ts";
import type { Metrics, Sample } from "../telemetry/metrics.ts";

/** What is read from Redis for an answer of `/metrics` may take this long, ms. */
const readMs = 1000;

/** Counts what the senders of an account do, and tells it where a chat is watched. */
export function senderMetrics(metrics: Metrics, account: string, trace: Trace | undefined): SenderMetrics {
  metrics.count("hotline_ambiguous_sends_total", { account }, 0);
  for (const scope of ["chat", "account"]) metrics.count("hotline_rate_limits_total", { account, scope }, 0);
  return {
    trace,
    call: (lane, outcome) => metrics.count("hotline_calls_total", { account, lane, outcome }),
    ambiguousSend: () => metrics.count("hotline_ambiguous_sends_total", { account }),
    limited: (scope) => metrics.count("hotline_rate_limits_total", { account, scope }),
    leaseLost: () => metrics.count("hotline_lease_losses_total", { lease: "sender" }),
  };
}

/** Health of a sender, its standstill included. */
export function senderHealth(sender: Sender, clock: Clock): PartHealth {
  const { account, overdueSince } = sender.load();
  return senderPart(account, sender.health(), overdueSince, clock.now());
}

/** What an account's sender and receiver are measured by. */
export function observeAccount(
  metrics: Metrics,
  clock: Clock,
  sender: Sender,
  receiver: Pick<Channel, "health">,
): void {
  const labels = { account: sender.load().account };
  const since = (at: number | undefined): number => (at === undefined ? 0 : Math.max(0, clock.now() - at) / 1000);
  metrics.read("hotline_outbox_chats", () => [{ labels, value: sender.load().waiting }]);
  metrics.read("hotline_outbox_oldest_seconds", () => [{ labels, value: since(sender.load().oldestAt) }]);
  metrics.read("hotline_receiver_silence_seconds", () => {
    const { okWithinMs, lastOkAt } = receiver.health();
    return okWithinMs === undefined ? [] : [{ labels, value: since(lastOkAt) }];
  });
}

const results: readonly (IngestResult | "refused")[] = ["taken", "duplicate", "full", "refused"];

/** Counts messages of the channels by what became of them. */
export function createMessageCount(
  metrics: Metrics,
  channels: readonly Channel[],
): (chat: ChatKey, result: IngestResult | "refused") => void {
  const name = "hotline_messages_total";
  for (const { capabilities } of channels)
    for (const result of results) metrics.count(name, { channel: capabilities.channel, result }, 0);
  return (chat, result) => metrics.count(name, { channel: chatAddress(chat).channel, result });
}

/** The store, which must be a plain object, with what people write counted. */
export function countedIngest(store: IngressStore, count: (chat: ChatKey, result: IngestResult) => void): IngressStore {
  return {
    ...store,
    async ingest(chat, dedupe, mail, facts) {
      const result = await store.ingest(chat, dedupe, mail, facts);
      if (isWritten(mail)) count(chat, result);
      return result;
    },
  };
}

function isWritten({ kind }: Mail): boolean {
  return kind === "prompt" || kind === "command" || kind === "edit";
}

/** The store, which must be a plain object, with ended turns and lost leases counted. */
export function countedTurns(store: ChatStore, metrics: Metrics): ChatStore {
  return {
    ...store,
    async commit(lease, step) {
      await store.commit(lease, step);
      if (step.log === undefined) return;
      const { outcome, times } = step.log;
      metrics.count("hotline_turns_total", { outcome });
      metrics.observe("hotline_turn_duration_seconds", Math.max(0, times.ended - times.taken) / 1000);
    },
    async renew(leases) {
      const unread = await store.renew(leases);
      const lost = unread.filter((state) => state === "lost").length;
      if (lost > 0) metrics.count("hotline_lease_losses_total", { lease: "chat" }, lost);
      return unread;
    },
  };
}

/** What a worker is measured by. */
export function observeWorker(metrics: Metrics, slots: Slots, snapshot: () => readonly RuntimeSnapshot[]): void {
  metrics.read("hotline_slots", () => byState({ working: slots.working, waiting: slots.waiting }));
  metrics.read("hotline_turns", () => byState(turnStates(snapshot())));
  metrics.read("hotline_codex_processes", () => [
    { value: snapshot().filter((chat) => chat.pid !== undefined).length },
  ]);
  metrics.read("hotline_open_requests", () => [
    { value: snapshot().reduce((sum, chat) => sum + chat.requests.length, 0) },
  ]);
}

function turnStates(chats: readonly RuntimeSnapshot[]): Readonly<Record<"working" | "asking" | "stalled", number>> {
  const running = chats.filter((chat) => chat.turn !== undefined);
  const asking = running.filter((chat) => chat.requests.length > 0).length;
  const stalled = running.filter((chat) => chat.turn?.stalledSince !== undefined).length;
  return { working: running.length - asking - stalled, asking, stalled };
}

/** What every process is measured by. */
export function observeProcess(metrics: Metrics, clock: Clock): void {
  const startedAt = clock.now() / 1000 - process.uptime();
  metrics.read("hotline_process_start_time_seconds", () => [{ value: startedAt }]);
  metrics.read("hotline_process_resident_memory_bytes", () => [{ value: process.memoryUsage.rss() }]);
  metrics.read("hotline_process_cpu_seconds_total", () => {
    const { user, system } = process.cpuUsage();
    return [{ value: (user + system) / 1e6 }];
  });
}

/** Activations, as Redis has them. */
export function observeQueue(metrics: Metrics, activations: Activations): void {
  metrics.read("hotline_activations", async () => byState(await withinDeadline(readMs, activations.counts())));
}

function byState(values: Readonly<Record<string, number>>): readonly Sample[] {
  return Object.entries(values).map(([state, value]) => ({ labels: { state }, value }));
}
