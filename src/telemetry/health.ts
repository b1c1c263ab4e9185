/** How one part of the service is. Only `ready` counts as ready. */
export interface PartHealth {
  readonly state: "starting" | "ready" | "degraded" | "failed";
  /** One sentence for the operator; absent when ready. */
  readonly reason?: string;
}

/** What `/readyz` answers. */
export interface HealthReport {
  readonly ready: boolean;
  readonly parts: readonly (PartHealth & { readonly name: string })[];
}

/** Everything that must be ready before the service is. */
export interface Health {
  /** Adds a part asked at each report. A second probe of a name replaces the first; undefined removes it. */
  watch(name: string, probe: (() => PartHealth) | undefined): void;
  /** Ready when there are parts and each is. Asks all probes; never throws. */
  report(): HealthReport;
}

/** An empty registry: not ready until a part is. */
export function createHealth(): Health {
  const probes = new Map<string, () => PartHealth>();
  return {
    watch(name, probe) {
      if (probe === undefined) probes.delete(name);
      else probes.set(name, probe);
    },
    report() {
      const parts = [...probes].map(([name, probe]) => ({ name, ...ask(probe) }));
      return { ready: parts.length > 0 && parts.every((part) => part.state === "ready"), parts };
    },
  };
}

function ask(probe: () => PartHealth): PartHealth {
  try {
    return probe();
  } catch (error) {
    return { state: "failed", reason: error instanceof Error ? error.message : String(error) };
  }
}
