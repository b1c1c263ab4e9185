/** A type as `schema.json` keeps it: a primitive, a literal, a list, a choice, or the name of a declared type. */
export type TypeNode =
  | "string"
  | "number"
  | "boolean"
  | "file"
  | "unknown"
  | { readonly literal: string | number | boolean }
  | { readonly list: TypeNode }
  | { readonly choice: readonly TypeNode[] }
  | { readonly name: string };

/** One field or parameter. `doc` is its JSDoc, without stars. */
export interface Field {
  readonly name: string;
  readonly optional: boolean;
  readonly doc: string;
  readonly type: TypeNode;
}

/** A declared type: an object with fields (and those of `parents`), or another name for a type. */
export type Declaration =
  | { readonly kind: "object"; readonly fields: readonly Field[]; readonly parents: readonly string[] }
  | { readonly kind: "alias"; readonly type: TypeNode };

/** What the Bot API types declare. Method names map to their parameters. */
export interface Declarations {
  readonly types: Map<string, Declaration>;
  readonly methods: Map<string, readonly Field[]>;
}

interface Token {
  readonly kind: "doc" | "string" | "number" | "word" | "sign";
  readonly text: string;
}

const lexis =
  /\/\*\*(?<doc>[\s\S]*?)\*\/|\/\/[^\n]*|"(?<string>[^"]*)"|`[^`]*`|(?<number>0x[0-9A-Fa-f]+|-?\d+)|(?<word>[A-Za-z_$][\w$]*)|(?<sign>\S)/gu;

/** Reads the subset of `.d.ts` that @grammyjs/types uses. What it does not know becomes `unknown`; it never throws. */
export function readDeclarations(sources: readonly string[]): Declarations {
  const out: Declarations = { types: new Map(), methods: new Map() };
  for (const source of sources) new Reader(tokens(source), out).file();
  return out;
}

function tokens(source: string): readonly Token[] {
  const found: Token[] = [];
  for (const match of source.matchAll(lexis)) {
    const groups = match.groups ?? {};
    for (const kind of ["doc", "string", "number", "word", "sign"] as const) {
      const text = groups[kind];
      if (text !== undefined) found.push({ kind, text });
    }
    if (match[0].startsWith("`")) found.push({ kind: "word", text: "TemplateLiteral" });
  }
  return found;
}

const primitives = new Set(["string", "number", "boolean"]);

class Reader {
  readonly #tokens: readonly Token[];
  readonly #out: Declarations;
  #at = 0;
  #anonymous = 0;

  constructor(list: readonly Token[], out: Declarations) {
    this.#tokens = list;
    this.#out = out;
  }

  file(): void {
    while (this.#at < this.#tokens.length) this.#statement("");
  }

  #statement(prefix: string): void {
    if (this.#take("interface")) this.#interface(prefix);
    else if (this.#take("namespace")) this.#namespace(prefix);
    else if (this.#take("type")) this.#alias(prefix);
    else this.#at += 1;
  }

  #namespace(prefix: string): void {
    const name = this.#word();
    this.#take("{");
    while (this.#at < this.#tokens.length && !this.#take("}")) this.#statement(`${prefix}${name}.`);
  }

  #interface(prefix: string): void {
    const name = prefix + this.#word();
    this.#generics();
    const parents: string[] = [];
    if (this.#take("extends")) {
      do {
        const parent = this.#primary(prefix);
        if (typeof parent === "object" && "name" in parent) parents.push(parent.name);
      } while (this.#take(","));
    }
    this.#out.types.set(name, { kind: "object", fields: this.#members(prefix), parents });
  }

  #alias(prefix: string): void {
    const name = prefix + this.#word();
    this.#generics();
    if (!this.#take("=")) return;
    if (name === "ApiMethods") this.#methods();
    else this.#out.types.set(name, { kind: "alias", type: this.#type(prefix) });
  }

  #methods(): void {
    this.#take("{");
    while (this.#at < this.#tokens.length && !this.#take("}")) {
      this.#doc();
      const name = this.#word();
      this.#take("(");
      let fields: readonly Field[] = [];
      if (this.#take("args")) {
        this.#take("?");
        this.#take(":");
        fields = this.#members("");
      }
      while (this.#at < this.#tokens.length && !this.#take(";")) this.#at += 1;
      this.#out.methods.set(name, fields);
    }
  }

  #members(prefix: string): readonly Field[] {
    const fields: Field[] = [];
    this.#take("{");
    while (this.#at < this.#tokens.length && !this.#take("}")) {
      const doc = this.#doc();
      const name = this.#word();
      const optional = this.#take("?");
      this.#take(":");
      fields.push({ name, optional, doc, type: this.#type(prefix) });
      this.#take(";");
    }
    return fields;
  }

  #type(prefix: string): TypeNode {
    this.#doc();
    this.#take("|");
    const choice = [this.#joined(prefix)];
    for (this.#doc(); this.#take("|"); this.#doc()) choice.push(this.#joined(prefix));
    const only = choice[0];
    return choice.length === 1 && only !== undefined ? only : { choice };
  }

  #joined(prefix: string): TypeNode {
    const first = this.#postfix(prefix);
    if (!this.#take("&")) return first;
    this.#postfix(prefix);
    while (this.#take("&")) this.#postfix(prefix);
    return "unknown";
  }

  #postfix(prefix: string): TypeNode {
    let type = this.#primary(prefix);
    while (this.#peek("[")) {
      this.#at += 1;
      const list = this.#take("]");
      if (list) type = { list: type };
      else {
        this.#type(prefix);
        this.#take("]");
        type = "unknown";
      }
    }
    return type;
  }

  #primary(prefix: string): TypeNode {
    if (this.#peek("{")) return this.#inline(prefix);
    if (this.#take("(")) {
      const inner = this.#type(prefix);
      this.#take(")");
      return inner;
    }
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token === undefined) return "unknown";
    if (token.kind === "string") return { literal: token.text };
    if (token.kind === "number") return { literal: Number(token.text) };
    if (token.text === "readonly") return this.#postfix(prefix);
    if (token.text === "keyof" || token.text === "typeof") {
      this.#primary(prefix);
      return "unknown";
    }
    return this.#named(token.text, prefix);
  }

  #inline(prefix: string): TypeNode {
    this.#anonymous += 1;
    const name = `${prefix}inline${this.#out.types.size}x${this.#anonymous}`;
    this.#out.types.set(name, { kind: "object", fields: this.#members(prefix), parents: [] });
    return { name };
  }

  #named(word: string, prefix: string): TypeNode {
    let name = word;
    while (this.#take(".")) name += `.${this.#word()}`;
    const args: TypeNode[] = [];
    if (this.#take("<")) {
      do args.push(this.#type(prefix));
      while (this.#take(","));
      this.#take(">");
    }
    if (name === "ReadonlyArray" || name === "Array") return { list: args[0] ?? "unknown" };
    if (name === "true" || name === "false") return { literal: name === "true" };
    if (primitives.has(name)) return name as "string" | "number" | "boolean";
    if (name === "F") return "file";
    if (name === "Exclude") return { name: "UpdateType" };
    if (name === "TemplateLiteral" || name === "never" || name === "unknown") return "unknown";
    if (name === "Omit" || name === "Record" || name === "Pick") return "unknown";
    return { name: prefix !== "" && this.#out.types.has(prefix + name) ? prefix + name : name };
  }

  #generics(): void {
    if (!this.#take("<")) return;
    while (this.#at < this.#tokens.length && !this.#take(">")) this.#at += 1;
  }

  #doc(): string {
    let doc = "";
    for (let token = this.#tokens[this.#at]; token?.kind === "doc"; token = this.#tokens[this.#at]) {
      doc = token.text;
      this.#at += 1;
    }
    return doc;
  }

  #word(): string {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token?.text ?? "";
  }

  #peek(text: string): boolean {
    const token = this.#tokens[this.#at];
    return token !== undefined && token.kind !== "doc" && token.kind !== "string" && token.text === text;
  }

  #take(text: string): boolean {
    if (!this.#peek(text)) return false;
    this.#at += 1;
    return true;
  }
}
