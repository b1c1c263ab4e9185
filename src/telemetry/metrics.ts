import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { type MetricEntry, type MetricName, metricTable } from "./metric-table.ts";

/** Values by label. */
export type Labels = Readonly<Record<string, string>>;

/** One series of a metric that is read when somebody asks. */
export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

/** Where a metric is read. A rejection leaves it out of that answer. */
export type MetricSource = () => readonly Sample[] | Promise<readonly Sample[]>;

/** What the service counts and measures; the only user of prom-client. Names and labels: `metric-table.ts`. */
export interface Metrics {
  /** Adds `by` (default 1) to a counter. */
  count(name: MetricName, labels?: Labels, by?: number): void;
  /** Adds a value to a histogram. */
  observe(name: MetricName, value: number): void;
  /** From now on a gauge or counter is read there at each answer; several sources of one metric are put together. */
  read(name: MetricName, source: MetricSource): void;
  /** Prometheus text, version 0.0.4. */
  text(): Promise<string>;
  /** All series by name and labels, as the text has them. */
  snapshot(): Promise<Readonly<Record<string, number>>>;
}

/** `content-type` of {@link Metrics.text}. */
export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE;

const entries = Object.entries(metricTable) as readonly (readonly [MetricName, MetricEntry])[];

/** A set of its own; counters whose labels are known begin at 0. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const counters = new Map<MetricName, Counter>();
  const histograms = new Map<MetricName, Histogram>();
  const sources = new Map<MetricName, MetricSource[]>();
  const failures = (metric: MetricName) => (): void => counters.get("hotline_metric_failures_total")?.inc({ metric });
  for (const [name, entry] of entries) {
    const { help, buckets = [] } = entry;
    const basis = { name, help, labelNames: Object.keys(entry.labels), registers: [registry] };
    const read = (): Promise<readonly Sample[]> => readAll(sources.get(name) ?? [], failures(name));
    if (entry.kind === "histogram") histograms.set(name, new Histogram({ ...basis, buckets: [...buckets] }));
    else if (entry.kind === "gauge") createGauge(basis, read);
    else counters.set(name, createCounter(basis, entry, read));
  }
  const text = (): Promise<string> => registry.metrics();
  return {
    count: (name, labels = {}, by = 1) => counters.get(name)?.inc(labels, by),
    observe: (name, value) => histograms.get(name)?.observe(value),
    read: (name, source) => void sources.set(name, [...(sources.get(name) ?? []), source]),
    text,
    snapshot: async () => seriesOf(await text()),
  };
}

interface Basis {
  readonly name: string;
  readonly help: string;
  readonly labelNames: string[];
  readonly registers: Registry[];
}

function createGauge(basis: Basis, read: () => Promise<readonly Sample[]>): void {
  const gauge: Gauge = new Gauge({
    ...basis,
    async collect() {
      const samples = await read();
      gauge.reset();
      // Without a source, or after its failure, there is nothing to tell: not even 0.
      if (samples.length === 0 && basis.labelNames.length === 0) gauge.remove();
      for (const { labels = {}, value } of samples) gauge.set(labels, value);
    },
  });
}

/** Counts what it is told; one that has sources shows what they say. */
function createCounter(basis: Basis, entry: MetricEntry, read: () => Promise<readonly Sample[]>): Counter {
  const counter: Counter = new Counter({
    ...basis,
    async collect() {
      const samples = await read();
      if (samples.length > 0) counter.reset();
      for (const { labels = {}, value } of samples) counter.inc(labels, value);
    },
  });
  for (const labels of combinations(entry.labels)) counter.inc(labels, 0);
  return counter;
}

async function readAll(sources: readonly MetricSource[], failed: () => void): Promise<readonly Sample[]> {
  const read = await Promise.allSettled(sources.map(async (source) => source()));
  if (read.some((one) => one.status === "rejected")) failed();
  return read.flatMap((one) => (one.status === "fulfilled" ? one.value : []));
}

/** Every series whose label values are all known beforehand; none when one is not. */
function combinations(labels: MetricEntry["labels"]): readonly Labels[] {
  return Object.entries(labels).reduce<readonly Labels[]>(
    (before, [label, values]) => before.flatMap((known) => values.map((value) => ({ ...known, [label]: value }))),
    [{}],
  );
}

function seriesOf(text: string): Readonly<Record<string, number>> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => {
      const end = line.lastIndexOf(" ");
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}
