import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type MetricEntry, metricTable } from "../../../src/telemetry/metric-table.ts";
import { createMetrics } from "../../../src/telemetry/metrics.ts";
import { readPrometheusText } from "../../fixtures/prometheus-text.ts";

const table: Readonly<Record<string, MetricEntry>> = metricTable;

describe("metrics", () => {
  it("tells every metric of the table, and counters with known labels from 0 on", async () => {
    const families = readPrometheusText(await createMetrics().text());
    expect([...families.keys()]).toEqual(Object.keys(table));
    expect([...(families.get("hotline_turns_total")?.samples ?? [])]).toEqual([
      ['{outcome="completed"}', 0],
      ['{outcome="failed"}', 0],
      ['{outcome="stopped"}', 0],
      ['{outcome="interrupted"}', 0],
    ]);
    expect(families.get("hotline_calls_total")?.samples.size).toBe(0);
  });

  it("adds up counters, fills histograms, and shows the same in a snapshot", async () => {
    const metrics = createMetrics();
    metrics.count("hotline_turns_total", { outcome: "failed" });
    metrics.count("hotline_turns_total", { outcome: "failed" }, 2);
    metrics.observe("hotline_turn_duration_seconds", 20);
    const families = readPrometheusText(await metrics.text());
    expect(families.get("hotline_turns_total")?.samples.get('{outcome="failed"}')).toBe(3);
    const turn = families.get("hotline_turn_duration_seconds");
    expect(turn?.samples.get('_bucket{le="15"}')).toBe(0);
    expect(turn?.samples.get('_bucket{le="30"}')).toBe(1);
    expect(turn?.samples.get("_sum")).toBe(20);
    expect(await metrics.snapshot()).toMatchObject({
      'hotline_turns_total{outcome="failed"}': 3,
      hotline_turn_duration_seconds_count: 1,
    });
  });

  it("reads gauges when asked, of all their sources, and forgets what is no longer there", async () => {
    const metrics = createMetrics();
    const accounts = new Map([["a~1", 4]]);
    metrics.read("hotline_outbox_chats", () =>
      [...accounts].map(([account, value]) => ({ labels: { account }, value })),
    );
    metrics.read("hotline_outbox_chats", async () => [{ labels: { account: "b~2" }, value: 7 }]);
    metrics.read("hotline_process_cpu_seconds_total", () => [{ value: 1.5 }]);
    expect(await metrics.snapshot()).toMatchObject({
      'hotline_outbox_chats{account="a~1"}': 4,
      'hotline_outbox_chats{account="b~2"}': 7,
      hotline_process_cpu_seconds_total: 1.5,
    });
    accounts.clear();
    const later = await metrics.snapshot();
    expect(Object.keys(later).filter((series) => series.startsWith("hotline_outbox_chats"))).toEqual([
      'hotline_outbox_chats{account="b~2"}',
    ]);
    expect(later.hotline_process_cpu_seconds_total).toBe(1.5);
  });

  it("leaves out what cannot be read, counts that, and tells the rest", async () => {
    const metrics = createMetrics();
    metrics.read("hotline_redis_latency_seconds", () => Promise.reject(new Error("away")));
    metrics.read("hotline_open_requests", () => [{ value: 2 }]);
    await metrics.text();
    const series = await metrics.snapshot();
    expect(series).toMatchObject({ hotline_open_requests: 2 });
    expect(series).not.toHaveProperty("hotline_redis_latency_seconds");
    expect(series['hotline_metric_failures_total{metric="hotline_redis_latency_seconds"}']).toBeGreaterThan(0);
  });

  it("has no label that could be a chat or a person", () => {
    const labels = new Set(Object.values(table).flatMap((entry) => Object.keys(entry.labels)));
    expect([...labels].sort()).toEqual(
      ["account", "channel", "lane", "lease", "metric", "outcome", "part", "result", "scope", "stat", "state"].sort(),
    );
  });
});

it("docs/reference/metrics.md is the table of metrics, no more and no less", () => {
  const reference = readFileSync(new URL("../../../docs/reference/metrics.md", import.meta.url), "utf8");
  const rows = [...reference.matchAll(/^\| `(hotline_\w+)` \| (\w+) \| (.*?) \| (.+) \|$/gm)];
  expect(rows.map((row) => row.slice(1))).toEqual(
    Object.entries(table).map(([name, { kind, labels, help }]) => [name, kind, labelCell(labels), help]),
  );
});

function labelCell(labels: MetricEntry["labels"]): string {
  return Object.entries(labels)
    .map(([label, values]) => (values.length === 0 ? label : `${label}: ${values.join(", ")}`))
    .join("; ");
}
