import type { CodexInput } from "../codex/port.ts";
import { BridgeError } from "../model/errors.ts";
import type { ChatKey } from "../model/ids.ts";
import type { Attachment, InboundMessage } from "../model/message.ts";
import type { Workspace } from "./port.ts";

/** A file that could not be taken; the turn goes on without it. */
export interface SkippedFile {
  readonly name: string;
  readonly error: BridgeError;
}

/** Input for Codex, and what had to be left out. */
export interface BuiltInput {
  readonly input: readonly CodexInput[];
  readonly skipped: readonly SkippedFile[];
}

/** Whether building needs the network or the disk. */
export function needsFiles(messages: readonly InboundMessage[]): boolean {
  return messages.some((m) => m.attachments.length > 0);
}

/** The text Codex reads for plain messages. Pure. A split paste is joined without a seam. */
export function promptText(messages: readonly InboundMessage[]): string {
  const first = messages[0];
  if (first === undefined) return "";
  const lead: string[] = [];
  if (first.named === true) lead.push(`[From ${first.person.name}]`);
  if (first.forwardedFrom !== undefined) lead.push(`[Forwarded from ${first.forwardedFrom}]`);
  const quoted = first.replyTo?.quote ?? first.replyTo?.text;
  if (quoted !== undefined && quoted !== "")
    lead.push(`[In reply to: ${quoted.length > 1000 ? `${quoted.slice(0, 999)}…` : quoted}]`);
  const album = first.albumId !== undefined;
  const body = messages
    .map((m) => m.text)
    .filter((t) => t !== "")
    .join(album ? "\n" : "");
  return [...lead, body].filter((t) => t !== "").join("\n");
}

/** Fetches the files and puts everything together. Files that fail are skipped, never the message. */
export async function buildInput(
  chat: ChatKey,
  messages: readonly InboundMessage[],
  cwd: string,
  workspace: Workspace,
): Promise<BuiltInput> {
  const images: CodexInput[] = [];
  const notes: string[] = [];
  const skipped: SkippedFile[] = [];
  for (const attachment of messages.flatMap((m) => m.attachments)) {
    try {
      const saved = await workspace.fetch(chat, attachment, cwd);
      if (attachment.kind === "image") images.push({ type: "localImage", path: saved.path });
      notes.push(`[${attachment.kind === "image" ? "Image" : "File"} ${saved.name} is at ${saved.path}]`);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      const name = nameOf(attachment);
      skipped.push({ name, error });
      notes.push(`[A file ${name} was sent but could not be taken]`);
    }
  }
  const text = [promptText(messages), ...notes].filter((t) => t !== "").join("\n");
  return { input: [...(text === "" ? [] : [{ type: "text" as const, text }]), ...images], skipped };
}

function nameOf(attachment: Attachment): string {
  return attachment.name ?? (attachment.kind === "image" ? "image" : "file");
}
