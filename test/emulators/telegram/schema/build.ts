import type { Declaration, Declarations, Field, TypeNode } from "./declarations.ts";

/** A field with its limits: characters (code points), bytes of UTF-8, or the number itself. */
export interface SchemaField {
  readonly type: TypeNode;
  readonly required?: true;
  readonly min?: number;
  readonly max?: number;
  readonly unit?: "characters" | "bytes" | "value";
}

export type SchemaFields = Readonly<Record<string, SchemaField>>;

/** `schema.json`: full parameters of the emulated methods, the names of all others, the types they use. */
export interface Schema {
  readonly methods: Readonly<Record<string, SchemaFields>>;
  readonly otherMethods: readonly string[];
  readonly types: Readonly<Record<string, { readonly fields: SchemaFields } | { readonly alias: TypeNode }>>;
  /** Emoji a bot may react with. */
  readonly reactions: readonly string[];
}

/** Limits the server states in its own words: the emulator checks them by hand. */
const checkedByHand = new Set(["callback_data", "quote", "command", "description", "short_description"]);

/** Keeps what `wanted` methods reach. Deprecated parameters are left out, so using one is a violation. */
export function buildSchema(declared: Declarations, wanted: readonly string[]): Schema {
  const types: Record<string, { fields: SchemaFields } | { alias: TypeNode }> = {};
  const reach = (type: TypeNode): void => {
    if (typeof type === "string" || "literal" in type) return;
    if ("list" in type) reach(type.list);
    else if ("choice" in type) type.choice.forEach(reach);
    else reachName(type);
  };
  const reachName = (type: { readonly name: string }): void => {
    if (types[type.name] !== undefined) return;
    const declaration = type.name === "UpdateType" ? updateTypes(declared) : declared.types.get(type.name);
    if (declaration === undefined) {
      types[type.name] = { alias: "unknown" };
    } else if (declaration.kind === "alias") {
      types[type.name] = { alias: loose(type.name, declaration.type) };
      reach(loose(type.name, declaration.type));
    } else {
      const fields = allFields(declared, declaration);
      types[type.name] = { fields: schemaFields(type.name, fields) };
      for (const field of fields) reach(fieldType(type.name, field));
    }
  };
  const methods: Record<string, SchemaFields> = {};
  for (const name of wanted) {
    const fields = declared.methods.get(name);
    if (fields === undefined) throw new Error(`the Bot API types have no method ${name}`);
    methods[name] = schemaFields(name, fields);
    for (const field of fields) reach(field.type);
  }
  const otherMethods = [...declared.methods.keys()].filter((name) => !wanted.includes(name));
  return { methods, otherMethods, types, reactions: literals(reactionType(declared)) };
}

/** Languages are a long closed list of two-letter codes: kept as text. */
function loose(name: string, type: TypeNode): TypeNode {
  return name === "LanguageCode" ? "string" : type;
}

/** The reaction emoji is refused in the server's own words. */
function fieldType(owner: string, field: Field): TypeNode {
  return owner === "ReactionTypeEmoji" && field.name === "emoji" ? "string" : field.type;
}

function schemaFields(owner: string, fields: readonly Field[]): SchemaFields {
  const out: Record<string, SchemaField> = {};
  for (const field of fields) {
    if (field.doc.includes("@deprecated")) continue;
    out[field.name] = {
      type: fieldType(owner, field),
      ...(field.optional ? {} : { required: true as const }),
      ...(checkedByHand.has(field.name) ? {} : limits(field)),
    };
  }
  return out;
}

function limits(field: Field): Pick<SchemaField, "min" | "max" | "unit"> {
  if (/after entit(?:y|ies) parsing/u.test(field.doc)) return {};
  const text = /(?<min>\d+)-(?<max>\d+) (?<unit>characters|bytes)/u.exec(field.doc)?.groups;
  if (text !== undefined && field.type === "string") {
    return {
      min: Number(text.min),
      max: Number(text.max),
      unit: text.unit === "bytes" ? "bytes" : "characters",
    };
  }
  const value = /Values between (?<min>\d+)-(?<max>\d+)/u.exec(field.doc)?.groups;
  if (value !== undefined && field.type === "number") {
    return { min: Number(value.min), max: Number(value.max), unit: "value" };
  }
  return {};
}

function allFields(declared: Declarations, object: Declaration & { kind: "object" }): readonly Field[] {
  const fields = new Map<string, Field>();
  for (const parent of object.parents) {
    const found = declared.types.get(parent);
    if (found?.kind === "object") for (const field of allFields(declared, found)) fields.set(field.name, field);
  }
  for (const field of object.fields) fields.set(field.name, field);
  return [...fields.values()];
}

function updateTypes(declared: Declarations): Declaration {
  const update = declared.types.get("Update");
  const names = update?.kind === "object" ? update.fields.map((field) => field.name) : [];
  return {
    kind: "alias",
    type: { choice: names.filter((name) => name !== "update_id").map((literal) => ({ literal })) },
  };
}

function reactionType(declared: Declarations): TypeNode {
  const reaction = declared.types.get("ReactionTypeEmoji");
  const emoji = reaction?.kind === "object" ? reaction.fields.find((field) => field.name === "emoji") : undefined;
  return emoji?.type ?? "unknown";
}

function literals(type: TypeNode): readonly string[] {
  if (typeof type === "string") return [];
  if ("literal" in type) return [String(type.literal)];
  return "choice" in type ? type.choice.flatMap(literals) : [];
}
