import type { Channel, ChannelIdentity } from "../channel/port.ts";
import type { CodexFacts } from "../codex/port.ts";
import { type BannerWords, bannerWords } from "../model/catalog/banner.ts";
import { demoWords } from "../model/catalog/demo.ts";
import { BridgeError } from "../model/errors.ts";
import type { Language } from "../model/view.ts";
import type { Role } from "./app-port.ts";
import { qrLines } from "./qr.ts";

/** What the banner tells about. */
export interface BannerParts {
  readonly language: Language;
  readonly role: Role;
  readonly channels: readonly Channel[];
  readonly projects: Readonly<Record<string, { readonly path: string }>>;
  /** Whether a folder is there. */
  readonly exists: (path: string) => boolean;
  /** Rejects when Codex cannot be asked; absent where none runs. */
  readonly facts: (() => Promise<CodexFacts>) | undefined;
  /** Where health is served; absent when it is not. */
  readonly address?: string | undefined;
  /** The address that opens the web chat; holds its token. */
  readonly entry?: string | undefined;
  /** The open claim code of an account; undefined when the service has an owner. */
  readonly claimCode: (account: string) => Promise<string | undefined>;
  /** What is to be said of the demo model; absent: the real one answers. */
  readonly demo?: readonly string[] | undefined;
  /** Of the terminal that shows the lines, for QR codes; 0: none is shown. */
  readonly columns: number;
  /** Ends the wait for the platforms. */
  readonly signal: AbortSignal;
}

/** Lines for the operator: which bot, which folder, which Codex, what is missing, and the claim link. May hold a claim code: never log them. */
export async function bannerLines(parts: BannerParts): Promise<readonly string[]> {
  const words = bannerWords[parts.language];
  const platforms = parts.role === "worker" ? [] : parts.channels.filter((channel) => channel.capabilities.shared);
  const [identities, codex] = await Promise.all([
    Promise.all(platforms.map((channel) => identify(channel, parts.signal))),
    codexOf(parts, words),
  ]);
  const lines = identities.map(({ account, who, reason, refused }) => {
    if (who !== undefined) return words.channel(account, who.name);
    return refused === true ? words.channelRefused(account) : words.channelFailed(account, reason ?? "");
  });
  if (parts.role === "worker") lines.push(words.worker);
  else if (platforms.length === 0) lines.push(parts.entry === undefined ? words.noChannel : words.webOnly);
  lines.push(...projectLines(parts, words), ...codex);
  lines.push(...(parts.demo ?? []));
  if (parts.entry !== undefined) lines.push(words.web(parts.entry));
  if (parts.address !== undefined) lines.push(words.http(parts.address));
  for (const { account, who } of identities) {
    const code = await parts.claimCode(account);
    if (code === undefined) continue;
    const link = who?.claimLink?.(code);
    lines.push(words.claim(link, code), ...qrLines(link ?? who?.chatLink ?? "", parts.columns));
  }
  return lines;
}

async function codexOf(parts: BannerParts, words: BannerWords): Promise<readonly string[]> {
  if (parts.facts === undefined) return [words.gateway];
  try {
    return codexLines(await parts.facts(), words, parts);
  } catch (error) {
    return [words.codexFailed(reasonOf(error))];
  }
}

/** A gateway has no folders; a worker names all of its own. */
function projectLines({ role, projects, exists }: BannerParts, words: BannerWords): readonly string[] {
  const line = ([name, { path }]: readonly [string, { readonly path: string }]): string =>
    (exists(path) ? words.project : words.projectMissing)(name, path);
  if (role === "gateway") return [];
  const all = Object.entries(projects);
  return (role === "worker" ? all : all.slice(0, 1)).map(line);
}

interface Identified {
  readonly account: string;
  readonly who?: ChannelIdentity;
  readonly reason?: string;
  /** The token itself is refused. */
  readonly refused?: boolean;
}

async function identify(channel: Channel, signal: AbortSignal): Promise<Identified> {
  try {
    return { account: channel.account, who: await channel.identify(signal) };
  } catch (error) {
    const refused = error instanceof BridgeError && error.code === "channelUnauthorized";
    return { account: channel.account, reason: reasonOf(error), refused };
  }
}

function codexLines(facts: CodexFacts, words: BannerWords, { demo, language }: BannerParts): string[] {
  const lines = [
    demo === undefined ? words.codex(facts.version, facts.model) : demoWords[language].codex(facts.version),
  ];
  if (facts.signInNeeded) lines.push(words.signIn);
  if (facts.sandboxFailure !== undefined && demo === undefined) lines.push(words.sandboxFailed(facts.sandboxFailure));
  if (facts.foreignVersion !== undefined) lines.push(words.foreignVersion(facts.foreignVersion));
  if (facts.foreignSandboxMode !== undefined) lines.push(words.foreignSandbox(facts.foreignSandboxMode));
  return lines;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
