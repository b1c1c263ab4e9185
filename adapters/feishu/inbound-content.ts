import type { Attachment } from "../../src/model/message.ts";

/** What a message says, whatever its type. */
export interface Said {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

type Node = Readonly<Record<string, unknown>>;

/** Pure. Reads the content of a message of any type; nothing a person sent vanishes without a word. */
export function readContent(messageId: string, type: string, content: string): Said {
  const parsed = json(content);
  switch (type) {
    case "text":
      return plain(string(parsed.text));
    case "post":
      return post(messageId, parsed);
    case "image":
      return file(messageId, "image", string(parsed.image_key), undefined);
    case "file":
      return file(messageId, "file", string(parsed.file_key), string(parsed.file_name) || undefined);
    case "audio":
      return file(messageId, "file", string(parsed.file_key), "voice.opus", "audio/ogg");
    case "media":
      return file(messageId, "file", string(parsed.file_key), string(parsed.file_name) || "video.mp4", "video/mp4");
    case "sticker":
      return plain("[sticker]");
    case "merge_forward":
      return plain(string(parsed.content) || "[forwarded messages]");
    case "location":
      return plain(`[location ${string(parsed.name)} (${string(parsed.latitude)}, ${string(parsed.longitude)})]`);
    case "interactive":
      return plain(cardWords(parsed) || "[card]");
    default:
      return plain(string(parsed.text) || `[${type}]`);
  }
}

/** What the adapter needs to download an attachment; see {@link readRef}. */
function refOf(message: string, key: string, type: "image" | "file"): string {
  return JSON.stringify({ message, key, type });
}

/** Reads an `Attachment.ref` of this adapter. */
export function readRef(ref: string): { readonly message: string; readonly key: string; readonly type: string } {
  const { message, key, type } = json(ref);
  return { message: string(message), key: string(key), type: string(type) };
}

function plain(text: string): Said {
  return { text, attachments: [] };
}

function file(message: string, kind: "image" | "file", key: string, name: string | undefined, mime?: string): Said {
  if (key === "") return plain(`[${kind}]`);
  const named = { ...(name === undefined ? {} : { name }), ...(mime === undefined ? {} : { mime }) };
  return { text: "", attachments: [{ kind, ref: refOf(message, key, kind), ...named }] };
}

/** Rich text: a title, paragraphs of parts; pictures in it are attachments. */
function post(messageId: string, parsed: Node): Said {
  const body = Array.isArray(parsed.content) ? parsed : (Object.values(parsed).find(isPost) ?? {});
  const lines = Array.isArray(body.content) ? (body.content as readonly unknown[]) : [];
  const attachments: Attachment[] = [];
  const text = lines
    .map((line) =>
      (Array.isArray(line) ? (line as readonly Node[]) : [])
        .map((part) => postPart(messageId, part, attachments))
        .join(""),
    )
    .join("\n");
  const title = string(body.title);
  return { text: title === "" ? text : `${title}\n${text}`, attachments };
}

function isPost(value: unknown): value is Node {
  return typeof value === "object" && value !== null && Array.isArray((value as Node).content);
}

function postPart(messageId: string, part: Node, attachments: Attachment[]): string {
  const text = string(part.text);
  switch (part.tag) {
    case "a":
      return text === "" || text === part.href ? string(part.href) : `[${text}](${string(part.href)})`;
    case "at":
      return string(part.user_id).startsWith("@_") ? string(part.user_id) : `@${string(part.user_name)}`;
    case "img":
      attachments.push({ kind: "image", ref: refOf(messageId, string(part.image_key), "image") });
      return "";
    case "media":
      attachments.push({ kind: "file", ref: refOf(messageId, string(part.file_key), "file"), name: "video.mp4" });
      return "";
    case "code_block":
      return `\n\`\`\`${string(part.language).toLowerCase()}\n${text}\n\`\`\`\n`;
    case "emotion":
      return `[${string(part.emoji_type)}]`;
    case "hr":
      return "---";
    default:
      return text;
  }
}

/** Words of somebody's card: for the text a reply is about. */
function cardWords(node: unknown): string {
  if (Array.isArray(node))
    return node
      .map(cardWords)
      .filter((text) => text !== "")
      .join("\n");
  if (typeof node !== "object" || node === null) return "";
  const { tag, content, text, title, elements, body, columns, header, text_size: size } = node as Node;
  // Our footers and part marks are no words of the answer.
  if (size === "notation") return "";
  const own = typeof content === "string" ? content : typeof text === "string" && tag !== "button" ? text : "";
  return [unescaped(own), ...[title, header, body, elements, columns].map(cardWords)]
    .filter((part) => part !== "")
    .join("\n");
}

/** Card Markdown without the platform's tags and references. */
function unescaped(text: string): string {
  return text
    .replace(/<\/?font[^>]*>/g, "")
    .replace(/&nbsp;/g, " ")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll("\u200a", "");
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function json(text: string): Node {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? (parsed as Node) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return { text };
    throw error;
  }
}
