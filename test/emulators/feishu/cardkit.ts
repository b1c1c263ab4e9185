import { checkCard } from "./card-check.ts";
import { elementsOf } from "./card-text.ts";
import type { Answer, Call, Context, Route } from "./context.ts";
import { badCard, invalid, Refusal, tooFrequent } from "./refusal.ts";
import { type CardEntity, newId } from "./state.ts";

const minuteMs = 60_000;
const maxCard = 30 * 1024;
const base = "/open-apis/cardkit/v1/cards";
const scopes = ["cardkit:card:write"];
const common = ["sequence", "uuid"];

type Node = Record<string, unknown>;

/** `cardkit/v1`. */
export const cardRoutes: readonly Route[] = [
  { method: "cardkit.create", verb: "POST", path: base, body: ["type", "data"], scopes, handle: create },
  {
    method: "cardkit.update",
    verb: "PUT",
    path: `${base}/:card_id`,
    body: [...common, "card"],
    scopes,
    handle: update,
  },
  {
    method: "cardkit.settings",
    verb: "PATCH",
    path: `${base}/:card_id/settings`,
    body: [...common, "settings"],
    scopes,
    handle: settings,
  },
  {
    method: "cardkit.batch",
    verb: "POST",
    path: `${base}/:card_id/batch_update`,
    body: [...common, "actions"],
    scopes,
    handle: batch,
  },
  {
    method: "cardkit.content",
    verb: "PUT",
    path: `${base}/:card_id/elements/:element_id/content`,
    body: [...common, "content"],
    scopes,
    handle: content,
  },
];

/** Silence after which streaming counts as over, ms. */
const silenceMs = 5 * minuteMs;

function create(context: Context, call: Call): Answer {
  if (call.body.type !== "card_json") throw invalid("type");
  const card = read(call.body.data, "data");
  checkCard(card);
  const id = newId("card");
  const now = context.now();
  const entity: CardEntity = {
    id,
    createdAt: now,
    card,
    sequence: 0,
    streaming: streamingOf(card),
    openedAt: now,
    changedAt: now,
    message: undefined,
    contents: new Map(),
    redraws: [],
    uuids: new Set(),
    changes: [],
  };
  remember(entity);
  context.world.cards.set(id, entity);
  return { card_id: id };
}

/** The entity, if this change of it is in order. Undefined: the same call was carried out before. */
function opened(context: Context, call: Call): CardEntity | undefined {
  const entity = context.world.cards.get(call.path.card_id ?? "");
  if (entity === undefined) throw new Refusal(300301, "ErrMsg: card not found; ");
  const now = context.now();
  if (now - entity.createdAt > 14 * 24 * 60 * minuteMs) throw new Refusal(300302, "ErrMsg: card expired; ");
  const { sequence, uuid } = call.body;
  if (typeof uuid === "string" && entity.uuids.has(uuid)) return undefined;
  if (typeof sequence !== "number" || !Number.isInteger(sequence) || sequence > 2_147_483_647)
    throw invalid("sequence");
  if (sequence <= entity.sequence) throw new Refusal(300317, "ErrMsg: sequence number compare failed; ");
  if (context.rates.enabled) {
    entity.changes.splice(
      0,
      entity.changes.findIndex((at) => at > now - 1000) < 0
        ? entity.changes.length
        : entity.changes.findIndex((at) => at > now - 1000),
    );
    if (entity.changes.length >= 10) throw tooFrequent(10, 1);
    entity.changes.push(now);
  }
  if (entity.streaming && now - entity.openedAt >= 10 * minuteMs) entity.streaming = false;
  return entity;
}

function applied(context: Context, call: Call, entity: CardEntity): Answer {
  entity.sequence = Number(call.body.sequence);
  entity.changedAt = context.now();
  if (typeof call.body.uuid === "string") entity.uuids.add(call.body.uuid);
  return {};
}

function update(context: Context, call: Call): Answer {
  const entity = opened(context, call);
  if (entity === undefined) return {};
  const { type, data } = (call.body.card ?? {}) as { readonly type?: unknown; readonly data?: unknown };
  if (type !== "card_json") throw invalid("card.type");
  const card = read(data, "card.data");
  checkCard(card);
  entity.card = card;
  setStreaming(context, entity, streamingOf(card));
  remember(entity);
  return applied(context, call, entity);
}

function settings(context: Context, call: Call): Answer {
  const entity = opened(context, call);
  if (entity === undefined) return {};
  const { config } = read(call.body.settings, "settings") as { readonly config?: Node };
  if (config === undefined) throw invalid("settings.config");
  entity.card = { ...entity.card, config: { ...(entity.card.config as Node | undefined), ...config } };
  if (typeof config.streaming_mode === "boolean") setStreaming(context, entity, config.streaming_mode);
  return applied(context, call, entity);
}

function setStreaming(context: Context, entity: CardEntity, on: boolean): void {
  if (on) entity.openedAt = context.now();
  entity.streaming = on;
}

function content(context: Context, call: Call): Answer {
  const entity = opened(context, call);
  if (entity === undefined) return {};
  if (!entity.streaming) throw new Refusal(300309, "ErrMsg: streaming mode is closed; ");
  if (context.now() - entity.changedAt > silenceMs) throw new Refusal(200850, "ErrMsg: card streaming timeout; ");
  const text = call.body.content;
  if (typeof text !== "string" || text.length < 1 || text.length > 100_000) throw invalid("content");
  const element = elementOf(entity, call.path.element_id ?? "");
  const before = String(element.content ?? "");
  if (!text.startsWith(before)) entity.redraws.push({ element: call.path.element_id ?? "", from: before, to: text });
  element.content = text;
  checkSize(entity);
  remember(entity);
  return applied(context, call, entity);
}

function batch(context: Context, call: Call): Answer {
  const entity = opened(context, call);
  if (entity === undefined) return {};
  const actions: unknown = typeof call.body.actions === "string" ? JSON.parse(call.body.actions) : undefined;
  if (!Array.isArray(actions) || actions.length === 0) throw invalid("actions");
  const before = structuredClone(entity.card);
  try {
    for (const one of actions as readonly { readonly action?: string; readonly params?: Node }[])
      act(entity, one.action ?? "", one.params ?? {});
    checkSize(entity);
  } catch (error) {
    entity.card = before;
    throw error;
  }
  remember(entity);
  return applied(context, call, entity);
}

function act(entity: CardEntity, action: string, params: Node): void {
  switch (action) {
    case "partial_update_element": {
      const element = elementOf(entity, String(params.element_id));
      Object.assign(element, params.partial_element);
      return;
    }
    case "update_element": {
      const { list, at } = placeOf(entity, String(params.element_id));
      list[at] = params.element;
      return;
    }
    case "delete_elements":
      for (const id of params.element_ids as readonly string[]) {
        const { list, at } = placeOf(entity, id);
        list.splice(at, 1);
      }
      return;
    case "add_elements":
      add(entity, params);
      return;
    default:
      throw invalid(`action ${action}`);
  }
}

function add(entity: CardEntity, params: Node): void {
  const { type, target_element_id: target, elements } = params;
  if (!Array.isArray(elements)) throw invalid("elements");
  if (type === "append" && target === undefined) {
    const body = (entity.card.body as { readonly elements?: unknown[] } | undefined)?.elements;
    body?.push(...elements);
    return;
  }
  if (type !== "insert_after" && type !== "insert_before") throw invalid("type");
  const { list, at } = placeOf(entity, String(target));
  list.splice(type === "insert_after" ? at + 1 : at, 0, ...elements);
}

/** The whole card again: ids, elements, tables, size. */
function checkSize(entity: CardEntity): void {
  checkCard(entity.card);
  if (Buffer.byteLength(JSON.stringify(entity.card)) > maxCard) throw badCard(11310, "card content exceeds the limit");
}

function elementOf(entity: CardEntity, id: string): Node {
  const found = [...elementsOf(entity.card)].find((node) => node.element_id === id);
  if (found === undefined) throw new Refusal(300313, `ErrMsg: element not found, id: ${id}; `);
  return found as Node;
}

function placeOf(entity: CardEntity, id: string): { readonly list: unknown[]; readonly at: number } {
  const search = (list: unknown): { readonly list: unknown[]; readonly at: number } | undefined => {
    if (!Array.isArray(list)) return undefined;
    for (const [at, one] of list.entries()) {
      const node = one as Node;
      if (node.element_id === id) return { list, at };
      const below = search(node.elements) ?? search(node.columns);
      if (below !== undefined) return below;
    }
    return undefined;
  };
  const found = search((entity.card.body as { readonly elements?: unknown } | undefined)?.elements);
  if (found === undefined) throw new Refusal(300313, `ErrMsg: element not found, id: ${id}; `);
  return found;
}

/** Notes what each named text shows now. */
function remember(entity: CardEntity): void {
  for (const node of elementsOf(entity.card)) {
    if (typeof node.element_id !== "string" || typeof node.content !== "string") continue;
    const seen = entity.contents.get(node.element_id) ?? [];
    if (seen.at(-1) !== node.content) seen.push(node.content);
    entity.contents.set(node.element_id, seen);
  }
}

function streamingOf(card: Node): boolean {
  return (card.config as { readonly streaming_mode?: unknown } | undefined)?.streaming_mode === true;
}

function read(value: unknown, what: string): Node {
  if (typeof value !== "string") throw invalid(what);
  const parsed: unknown = JSON.parse(value);
  if (typeof parsed !== "object" || parsed === null) throw invalid(what);
  return parsed as Node;
}
