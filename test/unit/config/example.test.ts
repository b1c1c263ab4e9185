import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { keysAt } from "../../../config/explain.ts";
import { configSchema } from "../../../config/schema.ts";

const example = readFileSync(new URL("../../../config/hotline.example.yaml", import.meta.url), "utf8");
const reference = readFileSync(new URL("../../../docs/reference/configuration.md", import.meta.url), "utf8");

/** The example with its `#:` lines in use; a default that an example line repeats gives way. */
function withExamples(): string {
  const lines = example.split("\n");
  const shown = new Set(lines.flatMap((line) => /^(\s*)#:(\w+):/.exec(line)?.slice(1, 3).join("") ?? []));
  return lines
    .filter((line) => !shown.has(/^(\s*\w+):/.exec(line)?.[1] ?? "#"))
    .map((line) => line.replace(/^(\s*)#:/, "$1"))
    .join("\n");
}

const blocks = [
  "",
  "codex",
  "redis",
  "channels",
  "channels.telegram.0",
  "channels.feishu.0",
  "channels.web",
  "access",
  "approvals",
  "projects.x",
  "retention",
  "log",
];
const allKeys = blocks.flatMap((block) => {
  const path = block === "" ? [] : block.split(".");
  return keysAt(configSchema, path).map((key) => ({ block, key }));
});

describe("the example configuration", () => {
  it("shows exactly the defaults", () => {
    expect(configSchema.parse(parse(example))).toEqual(configSchema.parse({}));
  });

  it("has examples the schema accepts", () => {
    const value = configSchema.parse(parse(withExamples().replace(`"\${TELEGRAM_BOT_TOKEN}"`, `"1:abc"`)));
    expect(value.projects.default?.path).toBe("~/src/app");
    expect(value.channels.telegram).toHaveLength(1);
    expect(value.channels.feishu).toHaveLength(1);
  });

  it("mentions every key of the schema", () => {
    expect(allKeys.length).toBeGreaterThan(45);
    expect(allKeys.filter(({ key }) => !new RegExp(`\\b${key}:`).test(example))).toEqual([]);
  });
});

describe("docs/reference/configuration.md", () => {
  it("has a row for every key of the schema, and for no other", () => {
    const rows = [...reference.matchAll(/^\| `([\w.<>[\]]+)`/gm)].map((row) => row[1]);
    const leaves = allKeys
      .map(({ block, key }) =>
        [
          block
            .replace("telegram.0", "telegram[]")
            .replace("feishu.0", "feishu[]")
            .replace("projects.x", "projects.<name>"),
          key,
        ]
          .filter((part) => part !== "")
          .join("."),
      )
      .filter(
        (key) =>
          ![
            "codex",
            "redis",
            "channels",
            "channels.telegram",
            "channels.feishu",
            "access",
            "approvals",
            "projects",
            "retention",
            "log",
          ].includes(key),
      );
    expect([...rows].sort()).toEqual([...leaves].sort());
  });
});
