import { badCard } from "./refusal.ts";

/** What the card service checks of a card, JSON 2.0. Unknown properties are errors there. */
const text = ["tag", "element_id", "content"];
const box = ["margin", "padding"];
const tags: Readonly<Record<string, readonly string[]>> = {
  markdown: [...text, "text_align", "text_size", "icon", "href", ...box],
  plain_text: [...text, "text_size", "text_color", "text_align", "lines"],
  div: ["tag", "element_id", "text", "icon", "width", ...box],
  hr: ["tag", "element_id", ...box],
  button: [
    "tag",
    "element_id",
    "text",
    "type",
    "size",
    "width",
    "icon",
    "disabled",
    "confirm",
    "behaviors",
    "name",
    ...box,
  ],
  column_set: [
    "tag",
    "element_id",
    "columns",
    "flex_mode",
    "horizontal_spacing",
    "horizontal_align",
    "background_style",
    ...box,
  ],
  column: [
    "tag",
    "element_id",
    "elements",
    "width",
    "weight",
    "vertical_align",
    "vertical_spacing",
    "background_style",
    ...box,
  ],
  collapsible_panel: [
    "tag",
    "element_id",
    "elements",
    "expanded",
    "header",
    "border",
    "background_color",
    "vertical_spacing",
    ...box,
  ],
};
const plain: Readonly<Record<string, readonly string[]>> = {
  card: ["schema", "config", "header", "body", "card_link"],
  config: [
    "update_multi",
    "streaming_mode",
    "streaming_config",
    "summary",
    "enable_forward",
    "width_mode",
    "locales",
    "style",
  ],
  streaming_config: ["print_frequency_ms", "print_step", "print_strategy"],
  summary: ["content", "i18n_content"],
  body: ["elements", "direction", "vertical_spacing", "horizontal_spacing", ...box],
  behavior: ["type", "value", "default_url"],
  panelHeader: ["title", "icon", "icon_position", "icon_expanded_angle", "vertical_align", "background_color", ...box],
};

/** Limits of a card. */
const maxElements = 200;
const maxTables = 3;
const tableRow = /^\s{0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)+\|?\s*$/gm;

type Node = Readonly<Record<string, unknown>>;

interface Count {
  elements: number;
  tables: number;
  readonly ids: Set<string>;
}

/** Throws the refusal of the card service. Answers the element ids. */
export function checkCard(value: unknown): ReadonlySet<string> {
  const card = object(value, "card");
  known("card", card);
  if (card.schema !== "2.0") throw badCard(200621, "schema is not 2.0");
  if (card.config !== undefined) checkConfig(object(card.config, "config"));
  const body = object(card.body, "body");
  known("body", body);
  const count: Count = { elements: 0, tables: 0, ids: new Set() };
  checkElements(body.elements, count);
  return count.ids;
}

/** Checks elements that are added to a card; `count` holds what stands there. */
function checkElements(value: unknown, count: Count): void {
  if (!Array.isArray(value)) throw badCard(200621, "elements is not a list");
  for (const element of value) checkElement(object(element, "element"), count);
  if (count.elements > maxElements) throw badCard(11310, "element exceeds the limit");
  if (count.tables > maxTables) throw badCard(11310, "card table number over limit");
}

function checkElement(element: Node, count: Count): void {
  const { tag } = element;
  const allowed = typeof tag === "string" ? tags[tag] : undefined;
  if (allowed === undefined) throw badCard(200621, `unknown tag ${JSON.stringify(tag)}`);
  for (const key of Object.keys(element)) {
    if (!allowed.includes(key)) throw badCard(200621, `unknown property, property: ${key}, tag: ${String(tag)}`);
  }
  count.elements += 1;
  checkId(element.element_id, count);
  if (tag === "markdown" || tag === "plain_text") checkText(element, count);
  if (tag === "button") checkButton(element);
  if (tag === "column_set") checkElements(element.columns, count);
  if (tag === "column" || tag === "collapsible_panel") checkElements(element.elements, count);
  if (tag === "collapsible_panel") {
    const header = object(element.header, "header");
    known("panelHeader", header);
    object(header.title, "title");
  }
}

function checkId(id: unknown, count: Count): void {
  if (id === undefined) return;
  if (typeof id !== "string" || !/^[A-Za-z][A-Za-z0-9_]{0,19}$/.test(id))
    throw badCard(200622, `element_id ${String(id)} is invalid`);
  if (count.ids.has(id)) throw badCard(200622, `element_id ${id} is duplicate`);
  count.ids.add(id);
}

function checkText(element: Node, count: Count): void {
  const { content } = element;
  if (typeof content !== "string") throw badCard(200621, "content is not a string");
  if (element.tag !== "markdown") return;
  let fence = "";
  const lines = content.split("\n").filter((line) => {
    const mark = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    if (fence === "" && mark !== "") fence = mark;
    else if (fence !== "" && mark.startsWith(fence)) fence = "";
    else return fence === "";
    return false;
  });
  count.tables += lines.join("\n").match(tableRow)?.length ?? 0;
}

function checkButton(element: Node): void {
  object(element.text, "text");
  const { behaviors } = element;
  if (behaviors === undefined) return;
  if (!Array.isArray(behaviors)) throw badCard(200621, "behaviors is not a list");
  for (const one of behaviors) {
    const behavior = object(one, "behavior");
    known("behavior", behavior);
    if (behavior.type === "callback") object(behavior.value, "value of a callback");
  }
}

function checkConfig(config: Node): void {
  known("config", config);
  if (config.update_multi === false) throw badCard(200621, "update_multi must be true");
  if (config.summary !== undefined) known("summary", object(config.summary, "summary"));
  if (config.streaming_config !== undefined)
    known("streaming_config", object(config.streaming_config, "streaming_config"));
}

function known(name: string, node: Node): void {
  for (const key of Object.keys(node)) {
    if (!(plain[name] ?? []).includes(key)) throw badCard(200621, `unknown property, property: ${key}, in: ${name}`);
  }
}

function object(value: unknown, what: string): Node {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badCard(200621, `${what} is not an object`);
  return value as Node;
}
