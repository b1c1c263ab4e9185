import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/log.ts";
import { BridgeError } from "../model/errors.ts";
import type { TurnEvent } from "../model/turn.ts";
import type { TurnView } from "../model/view.ts";
import type { ChatStore, Lease, ViewUpdate } from "./port.ts";

/** Least ms between two writes of a streaming view; the first text and every structural change go out at once. */
const flushMs = 250;

/** A longer diff is not written with every change of the view; the archive at the end has it. */
const diffLimit = 32_000;

/**
 * Keeps the running view in Redis: structure when it changes, text by appending. One write at a time; what comes
 * meanwhile is coalesced. A failed write is made good by the next one, which carries everything.
 */
export interface ViewWriter {
  /** A reduced view and the event that made it; undefined for changes of our own. */
  write(view: TurnView, event: TurnEvent | undefined): void;
  /** Forgets the turn: nothing of it is written from now on. Resolves when no write is under way. */
  stop(): Promise<void>;
}

interface Parts {
  readonly store: ChatStore;
  readonly lease: () => Lease;
  readonly clock: Clock;
  readonly log: Logger;
  readonly leaseLost: () => void;
}

/** One writer per turn. */
export function createViewWriter({ store, lease, clock, log, leaseLost }: Parts): ViewWriter {
  let view: TurnView | undefined;
  let structural = false;
  let openItemId: string | undefined;
  let append = "";
  let reset = false;
  let timer: AbortController | undefined;
  let busy: Promise<void> | undefined;
  let lastAt = Number.NEGATIVE_INFINITY;
  let stopped = false;

  const take = (): ViewUpdate => {
    const update: ViewUpdate = {
      ...(structural && view !== undefined ? { view: withoutOpenText(view, openItemId) } : {}),
      ...(openItemId === undefined ? {} : { openItemId, append, ...(reset ? { reset: true as const } : {}) }),
    };
    structural = false;
    append = "";
    reset = false;
    return update;
  };

  const flush = async (): Promise<void> => {
    lastAt = clock.uptime();
    const update = take();
    try {
      await store.updateView(lease(), update);
    } catch (error) {
      if (error instanceof BridgeError && error.code === "leaseLost") return leaseLost();
      log.warn({ error }, "view is not written");
      resync();
    }
  };

  const resync = (): void => {
    structural = true;
    const open = view?.messages.find((m) => m.itemId === openItemId);
    append = open?.text ?? "";
    reset = true;
  };

  const schedule = (): void => {
    if (stopped || busy !== undefined || timer !== undefined) return;
    const wait = structural ? 0 : flushMs - (clock.uptime() - lastAt);
    if (wait > 0) {
      wakeIn(wait);
      return;
    }
    run();
  };

  const wakeIn = (ms: number): void => {
    const waiting = new AbortController();
    timer = waiting;
    const wake = (): void => {
      if (timer === waiting && !stopped) run();
    };
    clock.sleep(ms, waiting.signal).then(wake, () => undefined);
  };

  const run = (): void => {
    timer = undefined;
    busy = flush().finally(() => {
      busy = undefined;
      if (structural || append !== "") schedule();
    });
  };

  return {
    write(next, event) {
      if (stopped) return;
      view = next;
      if (event?.kind === "messageDelta" && event.itemId === openItemId) append += event.delta;
      else if (event?.kind === "messageDelta") {
        openItemId = event.itemId;
        append = next.messages.find((m) => m.itemId === event.itemId)?.text ?? event.delta;
        // All of it: the writer before this one may have begun the same text.
        reset = true;
        structural = true;
      } else {
        if (event?.kind === "messageCompleted" && event.itemId === openItemId) {
          openItemId = undefined;
          append = "";
        }
        structural = true;
      }
      if (structural && timer !== undefined) {
        timer.abort();
        timer = undefined;
      }
      schedule();
    },
    async stop() {
      stopped = true;
      timer?.abort();
      await busy;
    },
  };
}

function withoutOpenText(view: TurnView, openItemId: string | undefined): TurnView {
  const { diff, ...small } = view;
  const lean = diff === undefined || diff.length > diffLimit ? small : view;
  return { ...lean, messages: view.messages.map((m) => (m.itemId === openItemId ? { ...m, text: "" } : m)) };
}
