import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { lifeLine, showLife } from "../../../src/cli/bootstrap/life.mjs";

const SECOND = 1000;

describe("a line of life", () => {
  test.each([
    [12_400, "", 80, "  … 12 s"],
    [90_000, "Get:1 one\nGet:2 two\n\n", 80, "  … 90 s  Get:2 two"],
    [1000, "\u001b[32m10 %\r20 %\u001b[0m", 80, "  … 1 s  20 %"],
    [3000, "12 packages\nnpm warn deprecated glob@7\n", 80, "  … 3 s  12 packages"],
    [1000, "a long line that does not fit", 20, "  … 1 s  a long lin…"],
  ])("tells the seconds and the last words, within the width (%d ms)", (elapsed, output, columns, expected) => {
    expect(lifeLine(elapsed, output, columns)).toBe(expected);
  });
});

describe("a long step", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("moves one line in a terminal each second and leaves nothing behind", () => {
    let written = "";
    const stop = showLife({ isTTY: true, columns: 40, write: (text) => (written += text) }, () => "fetching");
    vi.advanceTimersByTime(2 * SECOND);
    stop();
    vi.advanceTimersByTime(5 * SECOND);
    expect(written).toBe("\r\u001b[K  … 1 s  fetching\r\u001b[K  … 2 s  fetching\r\u001b[K");
  });

  test("writes a plain line each 15 s where there is no terminal, and none for a short step", () => {
    let written = "";
    const screen = { write: (text: string) => (written += text) };
    const stop = showLife(screen, () => "");
    vi.advanceTimersByTime(31 * SECOND);
    stop();
    expect(written).toBe("  … 15 s\n  … 30 s\n");
    showLife(screen, () => "")();
    expect(written).toBe("  … 15 s\n  … 30 s\n");
  });
});
