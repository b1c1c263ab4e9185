import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { errorCodes } from "../../../src/model/errors.ts";

const reference = readFileSync(new URL("../../../docs/reference/errors.md", import.meta.url), "utf8");

it("docs/reference/errors.md is the table of error codes, no more and no less", () => {
  const rows = [...reference.matchAll(/^\| `(\w+)` \| (yes|no) \| (.+) \|$/gm)].map(([, code, retryable, meaning]) => [
    code,
    retryable,
    meaning,
  ]);
  const table = Object.entries(errorCodes).map(([code, { retryable, meaning }]) => [
    code,
    retryable ? "yes" : "no",
    meaning,
  ]);
  expect(rows).toEqual(table);
});
