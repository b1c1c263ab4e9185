import type { ComponentChild } from "preact";
import type { PageWords } from "../../../src/model/catalog/page.ts";
import type { OperationsView } from "../protocol.ts";
import { bytesText } from "./bytes-text.ts";
import { clock, whenShort } from "./times.ts";

/** Columns and rows of a table. */
export interface TableContent {
  readonly columns: readonly string[];
  /** Cells of each row; an absent one is left out on a phone. */
  readonly rows: readonly (readonly ComponentChild[])[];
}

type Tabulate = (view: OperationsView, words: PageWords, now: number) => TableContent;

const requests: Tabulate = ({ requests: all }, words, now) => {
  const { chat, what, since } = words.operation.columns;
  const rows = all.map((one) => [`#${one.number}`, one.chat, one.summary, words.live.elapsed(now - one.askedAt)]);
  return { columns: ["#", chat, what, since], rows };
};

const parts: Tabulate = (view, { operation: { columns } }) => ({
  columns: [columns.part, columns.state, columns.why],
  rows: view.parts.map((part) => [part.name, part.state, part.reason]),
});

const outbox: Tabulate = (view, { operation: { columns }, locale }) => ({
  columns: [columns.account, columns.waiting, columns.budget, columns.blocked],
  rows: view.outbox.map(({ account, waiting, budget, blockedUntil }) => [
    account,
    waiting,
    Math.floor(budget),
    blockedUntil === undefined ? undefined : clock(blockedUntil, locale),
  ]),
});

const processes: Tabulate = (view, { operation }) => ({
  columns: [operation.columns.chat, "pid", operation.columns.state, operation.columns.memory],
  rows: view.processes.map(({ chat, pid, working, memory }) => [
    chat,
    pid,
    working ? operation.working : operation.idle,
    memory === undefined ? undefined : bytesText(memory),
  ]),
});

const chats: Tabulate = (view, { operation: { columns } }) => ({
  columns: [columns.chat, columns.title, columns.project, columns.state],
  rows: view.chats.map((one) => [one.chat, one.title, one.project, one.state]),
});

const owners: Tabulate = (view, { operation: { columns } }) => ({
  columns: [columns.who],
  rows: view.owners.map((owner) => [owner]),
});

const audit: Tabulate = (view, { operation: { columns }, locale }) => ({
  columns: [columns.when, columns.who, columns.what, columns.chat, columns.result],
  rows: view.audit.map((line) => [
    `${whenShort(line.at, locale)} ${clock(line.at, locale)}`,
    line.who,
    line.what,
    line.chat,
    line.result,
  ]),
});

/** Pure. What each table of the operations view holds. `now`: the service's clock, ms. */
export const operationTables = { requests, parts, outbox, processes, chats, owners, audit } as const;
