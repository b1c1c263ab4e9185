import type { VNode } from "preact";
import type { OperationsView } from "../protocol.ts";
import { useDispatch } from "./app-context.ts";
import { bytesText } from "./bytes-text.ts";
import { freshId } from "./controller.ts";
import { Icon } from "./icon.tsx";
import { operationTables } from "./operation-tables.ts";
import type { State } from "./state.ts";
import { Table } from "./table.tsx";
import { useNow } from "./times.ts";
import { useWords } from "./words.ts";

/** What an owner sees of the running service. */
export function Operations({ state }: { readonly state: State }): VNode {
  const words = useWords();
  const { operations: view } = state;
  // The service counts its own time; between two of its messages the browser counts on.
  const now = useNow() + state.clockAhead;
  const stopping = new Set(state.pending.flatMap(({ frame }) => (frame.type === "stopTurn" ? [frame.chat] : [])));
  return (
    <main class="operations" aria-label={words.operations}>
      {view === undefined ? (
        <p class="faint">{words.loading}</p>
      ) : (
        <Sections view={view} now={now} stopping={stopping} />
      )}
    </main>
  );
}

interface SectionsProps {
  readonly view: OperationsView;
  /** Service's clock, ms. */
  readonly now: number;
  /** Chats whose turn was told to stop. */
  readonly stopping: ReadonlySet<string>;
}

const tables = ["requests", "parts", "outbox", "processes", "chats", "owners", "audit"] as const;

function Sections({ view, now, stopping }: SectionsProps): VNode {
  const words = useWords();
  return (
    <>
      <section>
        <h2>{words.operation.service}</h2>
        <Service view={view} now={now} />
      </section>
      <section>
        <h2>{words.operation.turns}</h2>
        <Turns turns={view.turns} now={now} stopping={stopping} />
      </section>
      {tables.map((name) => (
        <section key={name}>
          <h2>{words.operation[name]}</h2>
          <Table {...operationTables[name](view, words, now)} />
        </section>
      ))}
    </>
  );
}

function Service({ view, now }: { readonly view: OperationsView; readonly now: number }): VNode {
  const words = useWords();
  return (
    <p class="facts">
      <span class={view.ready ? "good" : "bad"}>{view.ready ? words.operation.ready : words.operation.notReady}</span>
      <span>{words.operation.version(view.version)}</span>
      <span>pid {view.pid}</span>
      <span>{words.operation.up(words.live.elapsed(now - view.startedAt))}</span>
      <span>{bytesText(view.memory)}</span>
      <span>{words.operation.queued(view.queue.waiting, view.queue.active)}</span>
    </p>
  );
}

interface TurnsProps {
  readonly turns: OperationsView["turns"];
  readonly now: number;
  readonly stopping: ReadonlySet<string>;
}

function Turns({ turns, now, stopping }: TurnsProps): VNode {
  const words = useWords();
  const { columns } = words.operation;
  return (
    <Table
      columns={[columns.chat, columns.project, columns.elapsed, columns.doing, ""]}
      rows={turns.map((turn) => [
        turn.chat,
        turn.project,
        words.live.elapsed(now - turn.startedAt),
        turn.doing,
        <StopTurn key={turn.chat} chat={turn.chat} startedAt={turn.startedAt} stopping={stopping.has(turn.chat)} />,
      ])}
    />
  );
}

interface StopTurnProps {
  readonly chat: string;
  readonly startedAt: number;
  readonly stopping: boolean;
}

function StopTurn({ chat, startedAt, stopping }: StopTurnProps): VNode {
  const words = useWords();
  const dispatch = useDispatch();
  return (
    <button
      type="button"
      class={stopping ? "danger pressed" : "danger"}
      disabled={stopping}
      aria-busy={stopping}
      onClick={() => dispatch({ type: "stopTurn", id: freshId(), chat, startedAt })}
    >
      <Icon name="stop" />
      {words.live.stop}
    </button>
  );
}
