import type { z } from "zod";
import { type ConfigFault, nearestKey } from "./faults.ts";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Turns what zod says about `value` into faults an operator can act on. `file` names where the value came from. */
export function explain(
  issues: readonly Issue[],
  value: unknown,
  schema: z.ZodType,
  file: string,
): readonly ConfigFault[] {
  return issues.flatMap((issue) => explainIssue(issue, [], { value, schema, file }));
}

/** Keys whose values are never shown. */
function isSecretPath(path: string): boolean {
  return /(^|\.)(token|key|appSecret)$|^redis\.url$|^proxy$|^codex\.env\./.test(path);
}

interface Context {
  readonly value: unknown;
  readonly schema: z.ZodType;
  readonly file: string;
}

function explainIssue(issue: Issue, base: Path, context: Context): readonly ConfigFault[] {
  const path = [...base, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key, context));
  if (issue.code === "invalid_union") {
    const inner = issue.errors.find((branch) =>
      branch.some((one) => one.path.length > 0 || one.code === "unrecognized_keys"),
    );
    if (inner !== undefined) return inner.flatMap((one) => explainIssue(one, path, context));
  }
  const keyPath = path.map(String).join(".");
  const got = isSecretPath(keyPath) || issue.code === "invalid_key" ? undefined : shown(valueAt(context.value, path));
  return [{ file: context.file, keyPath, expected: expectation(issue), ...(got === undefined ? {} : { got }) }];
}

function unknownKey(path: Path, key: string, context: Context): ConfigFault {
  const known = keysAt(context.schema, path);
  const nearest = nearestKey(key, known);
  return {
    file: context.file,
    keyPath: [...path.map(String), key].join("."),
    expected: `a known key (${known.join(", ")})`,
    ...(nearest === undefined ? {} : { nearest }),
  };
}

function expectation(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return kindOf(issue.expected);
    case "invalid_value":
      return `one of ${issue.values.map(String).join(" | ")}`;
    case "too_small":
      if (issue.origin === "string") return "some text";
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? "another key";
    case "invalid_union":
      return issue.errors.map((branch) => branch.map(expectation).join(" and ")).join(" or ");
    default:
      return issue.message;
  }
}

function kindOf(expected: string): string {
  if (expected === "record" || expected === "object") return "a block of keys";
  if (expected === "array") return "a list";
  return `a ${expected === "int" ? "whole number" : expected}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (at !== null && typeof at === "object" ? Reflect.get(at, key) : undefined),
    value,
  );
}

function shown(value: unknown): string | undefined {
  if (value === undefined) return "nothing";
  if (value !== null && typeof value === "object") return Array.isArray(value) ? "a list" : "a block of keys";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** The keys the schema knows at a path; empty where any key may stand. */
export function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  const [head, ...rest] = path;
  const shape = Reflect.get(schema, "shape");
  if (shape !== undefined) return head === undefined ? Object.keys(shape) : keysAt(shape[String(head)], rest);
  for (const inside of innerSchemas(schema)) {
    const below =
      Reflect.get(schema, "element") !== undefined || Reflect.get(schema, "valueType") !== undefined ? rest : path;
    const keys = keysAt(inside, below);
    if (keys.length > 0) return keys;
  }
  return [];
}

function innerSchemas(schema: z.ZodType): readonly z.ZodType[] {
  const inside: unknown =
    Reflect.get(schema, "element") ?? Reflect.get(schema, "valueType") ?? Reflect.get(schema.def, "innerType");
  const options: unknown = Reflect.get(schema, "options");
  const all = Array.isArray(options) ? options : [inside];
  return all.filter((one): one is z.ZodType => typeof one === "object" && one !== null && "def" in one);
}
