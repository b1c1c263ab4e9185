import { describe, expect, it } from "vitest";
import { createHealth } from "../../../src/telemetry/health.ts";

describe("health", () => {
  it("is not ready before any part reported", () => {
    expect(createHealth().report()).toEqual({ ready: false, parts: [] });
  });

  it("is ready when every part is, and says why not otherwise", () => {
    const health = createHealth();
    health.watch("redis", () => ({ state: "ready" }));
    expect(health.report().ready).toBe(true);
    health.watch("telegram~main", () => ({ state: "degraded", reason: "no answer since 14:02" }));
    expect(health.report()).toEqual({
      ready: false,
      parts: [
        { name: "redis", state: "ready" },
        { name: "telegram~main", state: "degraded", reason: "no answer since 14:02" },
      ],
    });
    health.watch("telegram~main", undefined);
    expect(health.report().ready).toBe(true);
  });

  it("counts a probe that throws as failed", () => {
    const health = createHealth();
    health.watch("worker", () => {
      throw new Error("gone");
    });
    expect(health.report()).toEqual({ ready: false, parts: [{ name: "worker", state: "failed", reason: "gone" }] });
  });
});
