import type { ComponentChildren, VNode } from "preact";
import { assertNever } from "../../../src/lib/assert-never.ts";
import type { OperationsView } from "../protocol.ts";
import { useDispatch } from "./app-context.ts";
import { bytesText } from "./bytes-text.ts";
import { freshId } from "./controller.ts";
import { Icon } from "./icon.tsx";
import type { State } from "./state.ts";
import { Table } from "./table.tsx";
import { clock, useNow, whenShort } from "./times.ts";
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
      {view === undefined ? <p class="faint">{words.loading}</p> : sectionsOf(view, now, stopping)}
    </main>
  );
}

const sections = ["service", "turns", "requests", "parts", "outbox", "processes", "chats", "owners", "audit"] as const;

function sectionsOf(view: OperationsView, now: number, stopping: ReadonlySet<string>): ComponentChildren {
  return sections.map((name) => <Section key={name} name={name} view={view} now={now} stopping={stopping} />);
}

interface SectionProps {
  readonly name: (typeof sections)[number];
  readonly view: OperationsView;
  readonly now: number;
  readonly stopping: ReadonlySet<string>;
}

function Section({ name, view, now, stopping }: SectionProps): VNode {
  const words = useWords();
  return (
    <section>
      <h2>{words.operation[name]}</h2>
      {name === "service" ? (
        <Service view={view} now={now} />
      ) : (
        <SectionTable name={name} view={view} now={now} stopping={stopping} />
      )}
    </section>
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

function SectionTable({ name, view, now, stopping }: SectionProps): VNode | null {
  const words = useWords();
  const { columns } = words.operation;
  const locale = words.locale;
  switch (name) {
    case "service":
      return null;
    case "turns":
      return (
        <Table
          columns={[columns.chat, columns.project, columns.elapsed, columns.doing, ""]}
          rows={view.turns.map((turn) => [
            turn.chat,
            turn.project,
            words.live.elapsed(now - turn.startedAt),
            turn.doing,
            <StopTurn key={turn.chat} chat={turn.chat} stopping={stopping.has(turn.chat)} />,
          ])}
        />
      );
    case "requests":
      return (
        <Table
          columns={["#", columns.chat, columns.what, columns.since]}
          rows={view.requests.map((one) => [
            `#${one.number}`,
            one.chat,
            one.summary,
            words.live.elapsed(now - one.askedAt),
          ])}
        />
      );
    case "parts":
      return (
        <Table
          columns={[columns.part, columns.state, columns.why]}
          rows={view.parts.map((part) => [part.name, part.state, part.reason])}
        />
      );
    case "outbox":
      return (
        <Table
          columns={[columns.account, columns.waiting, columns.budget, columns.blocked]}
          rows={view.outbox.map((one) => [
            one.account,
            one.waiting,
            Math.floor(one.budget),
            one.blockedUntil === undefined ? undefined : clock(one.blockedUntil, locale),
          ])}
        />
      );
    case "processes":
      return (
        <Table
          columns={[columns.chat, "pid", columns.state, columns.memory]}
          rows={view.processes.map((one) => [
            one.chat,
            one.pid,
            one.working ? words.operation.working : words.operation.idle,
            one.memory === undefined ? undefined : bytesText(one.memory),
          ])}
        />
      );
    case "chats":
      return (
        <Table
          columns={[columns.chat, columns.title, columns.project, columns.state]}
          rows={view.chats.map((one) => [one.chat, one.title, one.project, one.state])}
        />
      );
    case "owners":
      return <Table columns={[columns.who]} rows={view.owners.map((owner) => [owner])} />;
    case "audit":
      return (
        <Table
          columns={[columns.when, columns.who, columns.what, columns.chat, columns.result]}
          rows={view.audit.map((line) => [
            `${whenShort(line.at, locale)} ${clock(line.at, locale)}`,
            line.who,
            line.what,
            line.chat,
            line.result,
          ])}
        />
      );
    default:
      return assertNever(name);
  }
}

function StopTurn({ chat, stopping }: { readonly chat: string; readonly stopping: boolean }): VNode {
  const words = useWords();
  const dispatch = useDispatch();
  return (
    <button
      type="button"
      class={stopping ? "danger pressed" : "danger"}
      disabled={stopping}
      aria-busy={stopping}
      onClick={() => dispatch({ type: "stopTurn", id: freshId(), chat })}
    >
      <Icon name="stop" />
      {words.live.stop}
    </button>
  );
}
