import { z } from "zod";
import { type ChatKey, chatAddress, type MessageId } from "../../src/model/ids.ts";
import { noteElement } from "./card.ts";
import type { FeishuCall, Place, Wire } from "./requests.ts";
import { feishuWords } from "./words.ts";

/** Pages of the history read at most, 50 messages each. */
const maxPages = 10;
/** The clocks may differ by this much, ms. */
const slackMs = 60_000;
/** The app lacks the scope to read the chat's history. */
const scopeMissing = new Set([99991672, 230027]);

const page = z.object({
  items: z
    .array(
      z.object({
        message_id: z.string(),
        parent_id: z.string().optional(),
        sender: z.object({ sender_type: z.string() }).optional(),
        body: z.object({ content: z.string() }).optional(),
      }),
    )
    .catch([]),
  has_more: z.boolean().catch(false),
  page_token: z.string().catch(""),
});

type Item = z.infer<typeof page>["items"][number];

/** Whether a message of the history is the one looked for; `unclear`: its content is not told. */
type Matches = (item: Item) => boolean | "unclear";

/** What the history holds in place of a card it does not tell. */
const stub = "请升级至最新版本客户端";

/** A message with the same words. */
export function sameWords(wire: Wire): Matches {
  const wanted = wordsOf(wire.content);
  return (item) => {
    const content = item.body?.content ?? "";
    return content.includes(stub) ? "unclear" : wordsOf(content) === wanted;
  };
}

/** A file of that name. */
export function sameFile(name: string): Matches {
  return (item) => (item.body?.content ?? "").includes(JSON.stringify(name));
}

/**
 * Looks for a message of ours in the history since `since` (ms since the epoch): same target, same content. Undefined: it
 * is not there. `unclear`: the app may not look, or is not told what is there. Rejects with any other failure.
 */
export async function lookUp(
  deps: { readonly call: FeishuCall; codeOf(error: unknown): number | undefined },
  chat: ChatKey,
  matches: Matches,
  place: Place,
  since: number,
  signal: AbortSignal,
): Promise<MessageId | "unclear" | undefined> {
  const { chat: id, topicId } = chatAddress(chat);
  const container =
    topicId === undefined
      ? { container_id_type: "chat", container_id: id, start_time: String(Math.floor((since - slackMs) / 1000)) }
      : { container_id_type: "thread", container_id: topicId };
  let token = "";
  let unclear = false;
  try {
    for (let read = 0; read < maxPages; read += 1) {
      const query = {
        ...container,
        sort_type: "ByCreateTimeAsc",
        page_size: "50",
        card_msg_content_type: "user_card_content",
        ...(token === "" ? {} : { page_token: token }),
      };
      const data = page.parse(await deps.call({ method: "GET", path: "/open-apis/im/v1/messages", query }, signal));
      const ours = data.items.filter(
        (item) =>
          item.sender?.sender_type !== "user" &&
          (place.replyTo === undefined || item.parent_id === undefined || item.parent_id === place.replyTo),
      );
      const found = ours.find((item) => matches(item) === true);
      if (found !== undefined) return found.message_id as MessageId;
      unclear ||= ours.some((item) => matches(item) === "unclear");
      token = data.page_token;
      if (!data.has_more || token === "") break;
    }
  } catch (error) {
    if (scopeMissing.has(deps.codeOf(error) ?? 0)) return "unclear";
    throw error;
  }
  return unclear ? "unclear" : undefined;
}

/** The message with a visible line that it may have been sent before. */
export function marked(wire: Wire, language: "en" | "zh-CN" | undefined): Wire {
  const words =
    language === undefined
      ? `${feishuWords.en.repeated} / ${feishuWords["zh-CN"].repeated}`
      : feishuWords[language].repeated;
  const read: unknown = JSON.parse(wire.content);
  const asCard = cardShape.safeParse(read);
  if (wire.type === "interactive" && asCard.success) {
    const { body } = asCard.data;
    const content = { ...asCard.data, body: { ...body, elements: [noteElement(words), ...body.elements] } };
    return { ...wire, content: JSON.stringify(content) };
  }
  const asPost = postShape.safeParse(read);
  if (!asPost.success) return wire;
  const lines = [[{ tag: "text", text: words }], ...asPost.data.zh_cn.content];
  return { ...wire, content: JSON.stringify({ zh_cn: { ...asPost.data.zh_cn, content: lines } }) };
}

const cardShape = z.looseObject({ body: z.looseObject({ elements: z.array(z.unknown()) }) });
const postShape = z.looseObject({ zh_cn: z.looseObject({ content: z.array(z.unknown()) }) });

/** Letters and digits of all texts of a message's content: the history returns cards in another shape than they were sent. */
function wordsOf(content: string): string {
  const texts: string[] = [];
  const walk = (value: unknown, key: string): void => {
    if (typeof value === "string") {
      if (/^(?:text|content|file_key|image_key)$/u.test(key)) texts.push(value);
    } else if (Array.isArray(value)) for (const inner of value) walk(inner, key);
    else if (typeof value === "object" && value !== null)
      for (const [name, inner] of Object.entries(value)) if (name !== "summary") walk(inner, name);
  };
  try {
    walk(JSON.parse(content), "");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    texts.push(content);
  }
  return texts
    .join("")
    .replace(/&(?:#\d+|nbsp|lt|gt|amp|quot);|<[^>]*>/gu, "")
    .replace(/[^\p{L}\p{N}]/gu, "");
}
