import type { ChatKey, OpId } from "../model/ids.ts";
import type { LaneHost } from "./desk.ts";
import { type After, loadWork, performNext, type Work } from "./durable.ts";
import type { Picked } from "./scheduler.ts";

/** A chat's durable operations, one after the other. */
export interface DurableLane {
  /** Nothing is read, waiting or out. */
  readonly idle: boolean;
  /** Birth of the operation in hand, or when reading began, ms since the epoch; undefined when idle. */
  readonly since: number | undefined;
  /** Operations were appended. */
  changed(): void;
  /** Makes the picked call. Rejects only with `leaseLost` or the abort of the sender. */
  run(pick: Picked): Promise<void>;
}

/** `onFinished`: an operation is through (`gone`: the chat is); `onEmpty`: nothing waits any more. */
export function createDurableLane(
  host: LaneHost,
  chat: ChatKey,
  onFinished: (work: Work, gone: boolean) => void,
  onEmpty: () => void,
): DurableLane {
  const { desk, scheduler } = host;
  let work: Work | undefined;
  let loading = false;
  let loadedAt = 0;
  /** Raised by each notice, so that one that comes during a read is not lost. */
  let notices = 0;

  function want(head: Work, notBefore: number): void {
    const cost = head.calls[head.next]?.cost ?? "none";
    scheduler.wantDurable(chat, { since: bornAt(head.op.id), cost, notBefore }, desk.clock.uptime());
  }

  async function load(): Promise<void> {
    loading = true;
    loadedAt = desk.clock.now();
    let seen: number;
    do {
      seen = notices;
      work = await loadWork(desk, chat);
    } while (work === undefined && seen !== notices);
    loading = false;
    if (work === undefined) onEmpty();
    else want(work, 0);
    host.pump();
  }

  function follow(done: Work, after: After): void {
    if (after.kind === "again") {
      want(done, after.at);
      return;
    }
    work = undefined;
    onFinished(done, after.kind === "gone");
    host.watch(load());
  }

  return {
    get idle() {
      return work === undefined && !loading;
    },
    get since() {
      if (work !== undefined) return bornAt(work.op.id);
      return loading ? loadedAt : undefined;
    },
    changed() {
      notices++;
      if (work === undefined && !loading) host.watch(load());
    },
    async run(pick) {
      const current = work;
      const after = current === undefined ? undefined : await performNext(desk, current);
      scheduler.finish(pick, after === undefined ? "skipped" : "sent", desk.clock.uptime());
      if (current !== undefined && after !== undefined) follow(current, after);
      host.pump();
    },
  };
}

/** Stream ids begin with the ms they were made at. */
function bornAt(id: OpId): number {
  const ms = Number.parseInt(id, 10);
  return Number.isNaN(ms) ? 0 : ms;
}
