/**
 * What `/metrics` tells. `counter` and `gauge` hold what their label values say; `values` are all a label can have, `[]`:
 * names of the configuration (accounts, parts) or of this table. Never a chat or a person.
 */
export interface MetricEntry {
  readonly kind: "counter" | "gauge" | "histogram";
  /** One sentence, with the unit. */
  readonly help: string;
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

const outcomes = ["done", "rateLimited", "unknown", "retry", "moved", "gone", "refused", "unauthorized"];
const calls = { account: [], lane: ["durable", "live"], outcome: outcomes };
const turnOutcomes = ["completed", "failed", "stopped", "interrupted"];
const results = ["taken", "duplicate", "refused", "full"];
const minutes = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600];

/** All metrics; equal to `docs/reference/metrics.md` by test. */
export const metricTable = {
  hotline_turns_total: counter("Turns that ended, by how they ended.", { outcome: turnOutcomes }),
  hotline_turn_duration_seconds: {
    kind: "histogram",
    help: "From the moment a turn was taken up to its end, waiting for a person included.",
    labels: {},
    buckets: minutes,
  },
  hotline_turns: gauge("Turns under way: they work, wait for a person, or show no sign of progress for stallMinutes.", {
    state: ["working", "asking", "stalled"],
  }),
  hotline_messages_total: counter(
    "Messages handed over by a platform: stored, known already, of someone who may not talk, refused by a full mailbox.",
    { channel: [], result: results },
  ),
  hotline_activations: gauge("Chats to be run: no worker took them yet, or they are hosted.", {
    state: ["waiting", "active"],
  }),
  hotline_outbox_chats: gauge("Chats with finals, approvals or notes that are not sent yet.", { account: [] }),
  hotline_outbox_oldest_seconds: gauge("Age of the oldest of them; 0 when none waits.", { account: [] }),
  hotline_calls_total: counter("Calls to the platform by lane (durable, or live frames) and outcome.", calls),
  hotline_ambiguous_sends_total: counter("Messages sent again because the platform gave no answer.", { account: [] }),
  hotline_rate_limits_total: counter("Times the platform told us to wait, with one chat or with the whole account.", {
    account: [],
    scope: ["chat", "account"],
  }),
  hotline_receiver_silence_seconds: gauge("Since the platform was heard last, while we receive.", { account: [] }),
  hotline_codex_processes: gauge("Codex processes of this node.", {}),
  hotline_slots: gauge("Turns at work within codex.maxProcesses, and turns that wait for their turn.", {
    state: ["working", "waiting"],
  }),
  hotline_open_requests: gauge("Approvals and questions without an answer.", {}),
  hotline_redis_latency_seconds: gauge("The last PING, or the one that is still unanswered.", {}),
  hotline_event_loop_lag_seconds: gauge("Delay of the event loop over the last 10 s.", { stat: ["p50", "p99", "max"] }),
  hotline_event_loop_blocks_total: counter("Times the event loop stood still for 3 s or more.", {}),
  hotline_lease_losses_total: counter("Leases that went to another node, or may have.", {
    lease: ["chat", "sender", "receiver"],
  }),
  hotline_part_ready: gauge("1 when the part is ready, else 0; as /readyz has it.", { part: [] }),
  hotline_metric_failures_total: counter("Metrics left out of a scrape because their source failed.", { metric: [] }),
  hotline_process_resident_memory_bytes: gauge("Memory of the service, without Codex and Redis.", {}),
  hotline_process_cpu_seconds_total: counter("CPU time of the service, user and system.", {}),
  hotline_process_start_time_seconds: gauge("When the service started, seconds since the epoch.", {}),
} as const satisfies Readonly<Record<string, MetricEntry>>;

/** Names of all metrics. */
export type MetricName = keyof typeof metricTable;

function counter<L extends MetricEntry["labels"]>(help: string, labels: L) {
  return { kind: "counter", help, labels } as const;
}

function gauge<L extends MetricEntry["labels"]>(help: string, labels: L) {
  return { kind: "gauge", help, labels } as const;
}
