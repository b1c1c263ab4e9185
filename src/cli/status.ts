import { loadConfig } from "../../config/load.ts";
import { humanDuration } from "../lib/duration.ts";
import { type CliWords, cliWords } from "../model/catalog/cli.ts";
import type { ServiceStatus } from "./app-port.ts";
import { columns } from "./columns.ts";
import { askStatus } from "./control-client.ts";
import { controlSocket } from "./control-server.ts";
import { ownWork } from "./own-work.ts";

/** What `hotline status` is told. */
export interface StatusOptions {
  readonly configFile?: string;
  readonly json: boolean;
  readonly print: (line: string) => void;
}

/** Prints what the running service does; 0, or 1 when nothing runs. */
export async function status(options: StatusOptions): Promise<number> {
  const config = loadConfig(options.configFile === undefined ? {} : { file: options.configFile });
  const words = cliWords[config.language];
  const found = await askStatus(controlSocket(config.runtimeDir));
  if (options.json)
    options.print(
      JSON.stringify(
        found === undefined ? { running: false, dataDir: config.dataDir } : { running: true, ...found },
        null,
        2,
      ),
    );
  else if (found === undefined) options.print(words.notRunning(config.dataDir));
  else for (const line of statusLines(found, words, Date.now())) options.print(line);
  return found === undefined ? 1 : 0;
}

/** One screen. Pure; `now` in ms. */
export function statusLines(status: ServiceStatus, words: CliWords, now: number): readonly string[] {
  const age = (since: number): string => humanDuration(now - since);
  const state = stateOf(status, words);
  return [
    `codex-hotline ${status.version}${status.role === "all" ? "" : ` · ${status.role}`} · pid ${status.pid} · ${age(status.startedAt)} · ${state}${status.demo ? ` · ${words.demo}` : ""}`,
    ...columns(
      status.health.parts.map((part) => [
        part.name,
        part.reason === undefined ? part.state : `${part.state}: ${part.reason}`,
      ]),
    ),
    words.counts(status.chats, status.turns.length, status.queue.waiting, status.requests.length),
    ...section(words.nodes, nodeRows(status, words)),
    ...section(
      words.turns,
      status.turns.map(({ chat, project, startedAt, doing, stalledSince }) => [
        chat,
        project,
        age(startedAt),
        [doing, stalledSince === undefined ? undefined : words.stalled(age(stalledSince))].filter(Boolean).join(" · "),
      ]),
    ),
    ...section(
      words.requests,
      status.requests.map((request) => [`#${request.number}`, request.chat, age(request.askedAt), request.summary]),
    ),
    ...section(
      words.processes,
      status.processes.map((one) => [
        one.chat,
        `pid ${one.pid}`,
        ...(several(status) ? [one.host ?? ""] : []),
        one.working ? words.working : words.idle,
      ]),
    ),
  ];
}

function stateOf(status: ServiceStatus, words: CliWords): string {
  if (status.stopping !== undefined) return words.stops(status.stopping === "drain" ? ownWork(status).turns.length : 0);
  return status.health.ready ? words.ready : words.notReady;
}

/** More than one process lives. */
function several({ nodes = [] }: ServiceStatus): boolean {
  return nodes.filter((node) => node.living).length > 1;
}

/** One machine that works for itself needs no line. */
function nodeRows({ role, nodes = [] }: ServiceStatus, words: CliWords): readonly (readonly string[])[] {
  if (role === "all" && nodes.length < 2) return [];
  return nodes.map((node) => [
    node.role,
    node.host,
    `pid ${node.pid}`,
    node.pools.join(", "),
    node.projects.join(", "),
    node.chats === undefined ? "" : words.chats(node.chats),
    node.living ? words.ready : words.silent(humanDuration(node.silentMs)),
  ]);
}

const maxRows = 12;

function section(title: string, rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const more = rows.length > maxRows ? [`  … +${rows.length - maxRows}`] : [];
  return [title, ...columns(rows.slice(0, maxRows)), ...more];
}
