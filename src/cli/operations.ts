import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { IngressStore } from "../channel/port.ts";
import type { RuntimeSnapshot } from "../dispatcher/snapshot.ts";
import { type ChatKey, webOwner } from "../model/ids.ts";
import type { Sender } from "../outbox/sender.ts";
import type { AppStatus } from "./app-port.ts";
import type { AuditEntry } from "./inspect/port.ts";
import { ownVersion } from "./version.ts";

/** What the operations view is made of. */
export interface OperationsParts {
  readonly status: () => Promise<AppStatus>;
  readonly chats: () => Promise<readonly RuntimeSnapshot[]>;
  readonly owners: () => Promise<readonly string[]>;
  readonly titles: (chat: ChatKey) => Promise<{ readonly title: string } | undefined>;
  readonly audit: (limit: number) => Promise<readonly AuditEntry[]>;
  readonly senders: () => readonly Sender[];
}

const auditShown = 50;
const startedAt = Date.now();

/** The running service as an owner sees it. Times in ms since the epoch, memory in bytes. */
export async function operationsView(parts: OperationsParts) {
  const [status, owners, audit, chats] = await Promise.all([
    parts.status(),
    parts.owners(),
    parts.audit(auditShown),
    parts.chats(),
  ]);
  const { health, turns, requests, queue } = status;
  return {
    now: Date.now(),
    version: ownVersion(),
    pid: process.pid,
    startedAt,
    memory: process.memoryUsage.rss(),
    ready: health.ready,
    parts: health.parts,
    owners,
    chats: await Promise.all(
      chats.map(async ({ chat, phase, project }) => ({
        chat,
        state: phase,
        ...(await parts.titles(chat)),
        ...(project === undefined ? {} : { project }),
      })),
    ),
    turns,
    requests,
    queue,
    outbox: parts.senders().map((sender) => sender.load()),
    processes: await Promise.all(
      status.processes.map(async (one) => {
        // A pid of another machine is no process of this one.
        const memory = one.host === hostname() ? await memoryOf(one.pid) : undefined;
        return { ...one, ...(memory === undefined ? {} : { memory }) };
      }),
    ),
    audit,
  };
}

/** Stops the turn of a chat that began then, as its owner would with /stop, once per `id`; false when it does not run. */
export async function stopFromAfar(
  store: IngressStore,
  chats: () => Promise<readonly RuntimeSnapshot[]>,
  { chat, startedAt, id }: { readonly chat: ChatKey; readonly startedAt: number; readonly id: string },
): Promise<boolean> {
  const running = (await chats()).some((one) => one.chat === chat && one.turn?.startedAt === startedAt);
  const facts = running ? await store.facts(chat) : undefined;
  if (facts === undefined) return false;
  const mail = { kind: "stop", person: { id: webOwner, name: "owner" } } as const;
  return (await store.ingest(chat, `operations-${id}`, mail, { chat, ...facts })) !== "full";
}

/** Resident memory of a process; undefined where the machine does not tell (other than Linux), or it has ended. */
async function memoryOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}
