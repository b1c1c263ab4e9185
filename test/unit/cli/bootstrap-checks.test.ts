import { expect, test } from "vitest";

// Plain JavaScript without declarations: it runs before anything is installed.
const folder = new URL("../../../src/cli/bootstrap/", import.meta.url);
const { nodeFault } = (await import(new URL("node-version.mjs", folder).href)) as {
  nodeFault: (version: string) => string | undefined;
};
const { isNewEnough } = (await import(new URL("redis-version.mjs", folder).href)) as {
  isNewEnough: (output: string) => boolean;
};

test.each(["20.19.0", "20.20.2", "21.0.0", "22.4.1", "100.0.0"])("Node.js %s will do", (version) => {
  expect(nodeFault(version)).toBeUndefined();
});

test.each(["20.18.3", "18.20.4", "9.11.2"])("Node.js %s is refused with what to do", (version) => {
  expect(nodeFault(version)).toBe(
    `Node.js 20.19 or newer is needed, this is ${version}: install the current LTS (for example "nvm install --lts") and run the same command again.`,
  );
});

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
