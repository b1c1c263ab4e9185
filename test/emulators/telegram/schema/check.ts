import { codePoints, isRecord } from "../wire.ts";
import type { Schema, SchemaField, SchemaFields } from "./build.ts";
import type { TypeNode } from "./declarations.ts";
import data from "./schema.json" with { type: "json" };

const schema = data as unknown as Schema;
const methods = new Map(Object.keys(schema.methods).map((name) => [name.toLowerCase(), name]));
const others = new Map(schema.otherMethods.map((name) => [name.toLowerCase(), name]));

/** Emoji a bot may react with. */
export const reactionEmoji: ReadonlySet<string> = new Set(schema.reactions);

/** The method by any spelling of its case; `emulated` false: Telegram has it, the emulator does not. */
export function findMethod(spelled: string): { readonly name: string; readonly emulated: boolean } | undefined {
  const emulated = methods.get(spelled.toLowerCase());
  if (emulated !== undefined) return { name: emulated, emulated: true };
  const other = others.get(spelled.toLowerCase());
  return other === undefined ? undefined : { name: other, emulated: false };
}

/** Parameters that came as text, read as their types demand. Unreadable ones stay text and fail the check. */
export function readForm(method: string, params: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fields = schema.methods[method] ?? {};
  const read = ([name, value]: [string, unknown]): [string, unknown] => {
    const field = fields[name];
    if (field === undefined || typeof value !== "string" || problemsOf(field.type, value, name).length === 0)
      return [name, value];
    try {
      return [name, JSON.parse(value)];
    } catch {
      return [name, value];
    }
  };
  return Object.fromEntries(Object.entries(params).map(read));
}

/** What is wrong with the parameters; empty when nothing is. File parameters hold `attach://…`, an id or a URL. */
export function problems(method: string, params: Readonly<Record<string, unknown>>): readonly string[] {
  return fieldProblems(schema.methods[method] ?? {}, params, "");
}

function fieldProblems(
  fields: SchemaFields,
  value: Readonly<Record<string, unknown>>,
  path: string,
): readonly string[] {
  const found: string[] = [];
  const at = (name: string): string => (path === "" ? name : `${path}.${name}`);
  for (const [name, inner] of Object.entries(value)) {
    const field = fields[name];
    if (field === undefined) found.push(`unknown ${path === "" ? "parameter" : "field"} "${at(name)}"`);
    else found.push(...problemsOf(field.type, inner, at(name)), ...limitProblems(field, inner, at(name)));
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.required && value[name] === undefined) found.push(`"${at(name)}" is missing`);
  }
  return found;
}

function problemsOf(type: TypeNode, value: unknown, path: string): readonly string[] {
  if (typeof type === "string") return primitiveProblems(type, value, path);
  if ("literal" in type) return value === type.literal ? [] : [`"${path}" must be ${JSON.stringify(type.literal)}`];
  if ("list" in type) {
    if (!Array.isArray(value)) return [`"${path}" must be a list`];
    return value.flatMap((item, index) => problemsOf(type.list, item, `${path}.${index}`));
  }
  if ("choice" in type) return choiceProblems(type.choice, value, path);
  const named = schema.types[type.name];
  if (named === undefined) return [];
  if ("alias" in named) return problemsOf(named.alias, value, path);
  return isRecord(value) ? fieldProblems(named.fields, value, path) : [`"${path}" must be an object (${type.name})`];
}

function primitiveProblems(type: string, value: unknown, path: string): readonly string[] {
  if (type === "unknown") return [];
  const wanted = type === "file" ? "string" : type;
  if (typeof value !== wanted) return [`"${path}" must be a ${wanted}`];
  return wanted === "number" && !Number.isFinite(value) ? [`"${path}" must be finite`] : [];
}

/** The complaints of the alternative that fits best. */
function choiceProblems(choice: readonly TypeNode[], value: unknown, path: string): readonly string[] {
  let best: readonly string[] | undefined;
  for (const type of choice) {
    const found = problemsOf(type, value, path);
    if (found.length === 0) return [];
    if (best === undefined || found.length < best.length) best = found;
  }
  return choice.every((type) => typeof type === "object" && "literal" in type)
    ? [`"${path}" has no value ${JSON.stringify(value)}`]
    : (best ?? []);
}

function limitProblems(field: SchemaField, value: unknown, path: string): readonly string[] {
  const { min = 0, max, unit } = field;
  if (max === undefined) return [];
  const size = sizeOf(value, unit);
  return size === undefined || (size >= min && size <= max)
    ? []
    : [`"${path}" must be ${min}-${max} ${unit}, is ${size}`];
}

function sizeOf(value: unknown, unit: SchemaField["unit"]): number | undefined {
  if (typeof value === "number") return unit === "value" ? value : undefined;
  if (typeof value !== "string") return undefined;
  return unit === "bytes" ? Buffer.byteLength(value) : codePoints(value);
}
