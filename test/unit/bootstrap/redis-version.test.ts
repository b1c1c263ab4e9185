import { expect, test } from "vitest";

// Plain JavaScript without declarations: it runs before anything is installed.
const folder = new URL("../../../src/cli/bootstrap/", import.meta.url);
const { isNewEnough } = (await import(new URL("redis-version.mjs", folder).href)) as {
  isNewEnough: (output: string) => boolean;
};

test.each([
  ["Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae4d7c971a948f0", true],
  ["Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1", true],
  ["Redis server v=6.2.0 sha=0", true],
  ["Redis server v=6.0.16 sha=0", false],
  ["Redis server v=5.0.14 sha=0", false],
  ["error while loading shared libraries: libjemalloc.so.2", false],
])("judges by the version: %s", (output, enough) => {
  expect(isNewEnough(output)).toBe(enough);
});
