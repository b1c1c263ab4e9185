import type { z } from "zod";
import { isFolder } from "../lib/is-folder.ts";
import type { ClientId, ThreadId, TurnId } from "../model/ids.ts";
import type { CodexRequest, RequestAnswer } from "../model/request.ts";
import type { CodexEvent, TurnRecord } from "../model/turn.ts";
import { markOf } from "./app-server.ts";
import { openClient } from "./client.ts";
import { profileName, workspaceRoots } from "./config-overrides.ts";
import { explained, isNoActiveTurn, isNotSteerable, readAs } from "./errors.ts";
import { Inbox, type InboxDeps } from "./inbox.ts";
import {
  CodexError,
  type CodexInput,
  type CodexSession,
  type ProcessRecord,
  type SessionSpec,
  type SteerResult,
  type Terminal,
  type ThreadState,
} from "./port.ts";
import type { ThreadResumeParams } from "./protocol/generated/v2/ThreadResumeParams.ts";
import type { ThreadStartParams } from "./protocol/generated/v2/ThreadStartParams.ts";
import type { ThreadTurnsListParams } from "./protocol/generated/v2/ThreadTurnsListParams.ts";
import type { TurnStartParams } from "./protocol/generated/v2/TurnStartParams.ts";
import type { TurnSteerParams } from "./protocol/generated/v2/TurnSteerParams.ts";
import type { UserInput } from "./protocol/generated/v2/UserInput.ts";
import { results } from "./protocol/read.ts";
import { toResult } from "./requests.ts";
import type { RpcObserver, RpcPeer } from "./rpc-peer.ts";
import { toTurnRecord } from "./to-turn-event.ts";
import type { MessageStream } from "./ws-stream.ts";

export interface SessionDeps extends InboxDeps {
  readonly record: ProcessRecord;
  /** Ends the process; `lastTurnAt` (of the clock's uptime) is absent when this connection saw no turn. */
  endProcess(lastTurnAt: number | undefined): Promise<void>;
  onTurnEnded(): void;
  readonly observer?: RpcObserver | undefined;
}

/** Does the handshake on `stream` and makes it a session. Rejects with CodexError. */
export async function openSession(stream: MessageStream, deps: SessionDeps): Promise<CodexSession> {
  const inbox = new Inbox(deps);
  inbox.onTurnEnded = () => deps.onTurnEnded();
  const client = await openClient(stream, inbox, deps);
  inbox.bind(client);
  return new Session(client, inbox, deps);
}

type Model = Awaited<ReturnType<CodexSession["models"]>>[number];

class Session implements CodexSession {
  readonly process: ProcessRecord;
  readonly #client: RpcPeer;
  readonly #inbox: Inbox;
  readonly #deps: SessionDeps;

  constructor(client: RpcPeer, inbox: Inbox, deps: SessionDeps) {
    this.process = deps.record;
    this.#client = client;
    this.#inbox = inbox;
    this.#deps = deps;
  }

  onEvent(listener: (event: CodexEvent) => void): void {
    this.#inbox.listen(listener);
  }

  async openThread(spec: SessionSpec, threadId?: ThreadId): Promise<ThreadState> {
    mustBeFolder(spec.cwd);
    const before = this.#inbox.threadId;
    // Pending requests are replayed before `thread/resume` is answered.
    if (threadId !== undefined) this.#inbox.threadId = threadId;
    try {
      const opened = await this.#open(spec, threadId);
      this.#inbox.threadId = opened.thread.id as ThreadId;
      if (before !== undefined && before !== opened.thread.id) await this.#leaveThread(before);
      return await this.#state(opened, spec);
    } catch (error) {
      this.#inbox.threadId = before;
      throw error;
    }
  }

  async startTurn(clientId: ClientId, input: readonly CodexInput[], spec: SessionSpec): Promise<void> {
    mustBeFolder(spec.cwd);
    const params: TurnStartParams = {
      threadId: this.#thread(),
      clientUserMessageId: clientId,
      input: input.map(toUserInput),
      ...settings(spec),
      ...turnSandbox(spec, markOf(this.process)),
      ...(spec.effort === undefined ? {} : { effort: spec.effort }),
    };
    this.#inbox.lastTurnAt = this.#deps.clock.uptime();
    await this.#call("turn/start", params);
  }

  async steer(clientId: ClientId, expectedTurnId: TurnId, input: readonly CodexInput[]): Promise<SteerResult> {
    const params: TurnSteerParams = {
      threadId: this.#thread(),
      clientUserMessageId: clientId,
      expectedTurnId,
      input: input.map(toUserInput),
    };
    try {
      await this.#call("turn/steer", params);
      return "steered";
    } catch (error) {
      if (isNotSteerable(error)) return "notSteerable";
      if (isNoActiveTurn(error)) return "noActiveTurn";
      throw error;
    }
  }

  async interrupt(turnId: TurnId): Promise<boolean> {
    try {
      await this.#call("turn/interrupt", { threadId: this.#thread(), turnId });
      return true;
    } catch (error) {
      if (isNoActiveTurn(error)) return false;
      throw error;
    }
  }

  async answer(request: CodexRequest, answer: RequestAnswer): Promise<void> {
    await this.#client.respond(request.rpcId, toResult(request, answer));
  }

  async turns(limit: number): Promise<readonly TurnRecord[]> {
    const params: ThreadTurnsListParams = { threadId: this.#thread(), limit, sortDirection: "desc", itemsView: "full" };
    const { data } = await this.#read(results.turns, "thread/turns/list", params);
    return data.map((turn) => toTurnRecord(turn, this.#deps.clock.now()));
  }

  async compact(): Promise<void> {
    await this.#call("thread/compact/start", { threadId: this.#thread() });
  }

  async terminals(): Promise<readonly Terminal[]> {
    const { data } = await this.#read(results.terminals, "thread/backgroundTerminals/list", {
      threadId: this.#thread(),
    });
    return data.map(({ processId, itemId, command }) => ({ processId, command, ...(itemId ? { itemId } : {}) }));
  }

  async endTerminal(processId: string): Promise<void> {
    await this.#call("thread/backgroundTerminals/terminate", { threadId: this.#thread(), processId });
  }

  async models(): Promise<readonly Model[]> {
    const { data } = await this.#read(results.models, "model/list", { limit: 100 });
    return data
      .map((m) => ({
        id: m.id,
        name: m.displayName,
        isDefault: m.isDefault,
        efforts: m.supportedReasoningEfforts.map((e) => e.reasoningEffort),
      }))
      .sort((a, b) => Number(b.isDefault) - Number(a.isDefault));
  }

  detach(): void {
    this.#inbox.leave();
    this.#client.close();
  }

  async end(): Promise<void> {
    this.detach();
    await this.#deps.endProcess(this.#inbox.lastTurnAt);
  }

  #open(spec: SessionSpec, threadId: ThreadId | undefined): Promise<z.infer<typeof results.thread>> {
    const common = {
      ...settings(spec),
      ...threadSandbox(spec, markOf(this.process)),
      ...(spec.instructions === undefined ? {} : { developerInstructions: spec.instructions }),
      // No field of its own here; a turn's `effort` overrides it.
      ...(spec.effort === undefined ? {} : { config: { model_reasoning_effort: spec.effort } }),
    };
    if (threadId === undefined) return this.#read(results.thread, "thread/start", common satisfies ThreadStartParams);
    const params: ThreadResumeParams = { ...common, threadId, excludeTurns: true };
    return this.#read(results.thread, "thread/resume", params);
  }

  async #state(opened: z.infer<typeof results.thread>, spec: SessionSpec): Promise<ThreadState> {
    const { status } = opened.thread;
    const active = status.type === "active";
    const flags = status.activeFlags ?? [];
    const running = active ? (await this.turns(1)).find((t) => t.status === "inProgress") : undefined;
    if (active) this.#inbox.lastTurnAt = this.#deps.clock.uptime();
    else this.#checkProfile(opened.activePermissionProfile?.id, spec);
    return {
      threadId: opened.thread.id as ThreadId,
      active,
      model: opened.model,
      ...(opened.reasoningEffort ? { effort: opened.reasoningEffort } : {}),
      ...(running === undefined ? {} : { turnId: running.turnId }),
      ...(flags.includes("waitingOnApproval") ? { waitingOn: "approval" as const } : {}),
      ...(flags.includes("waitingOnUserInput") ? { waitingOn: "input" as const } : {}),
    };
  }

  /** A managed configuration may forbid or replace a profile; then the fence around the service is not ours. */
  #checkProfile(id: string | undefined, spec: SessionSpec): void {
    const wanted = profileName(spec, markOf(this.process));
    if (spec.sandbox === "danger-full-access" || id === wanted) return;
    this.#deps.log.warn({ wanted, got: id }, "codex uses another permission profile");
    this.#inbox.emit({ kind: "warning", message: `Codex uses the permission profile ${id ?? "none"}, not ${wanted}` });
  }

  async #leaveThread(threadId: ThreadId): Promise<void> {
    try {
      await this.#call("thread/unsubscribe", { threadId });
    } catch (error) {
      // Its events are dropped anyway.
      this.#deps.log.debug({ threadId, error: String(error) }, "codex thread is not left");
    }
  }

  #thread(): ThreadId {
    if (this.#inbox.threadId === undefined) throw new CodexError("rejected", "no thread is open");
    return this.#inbox.threadId;
  }

  async #call(method: string, params: unknown): Promise<unknown> {
    try {
      return await this.#client.request(method, params);
    } catch (error) {
      throw explained(error);
    }
  }

  async #read<T extends z.ZodType>(schema: T, method: string, params: unknown): Promise<z.infer<T>> {
    return readAs(schema, method, await this.#call(method, params));
  }
}

/** What thread/start, thread/resume and turn/start have in common. */
function settings(spec: SessionSpec) {
  return {
    cwd: spec.cwd,
    approvalPolicy: spec.approvalPolicy,
    runtimeWorkspaceRoots: workspaceRoots(spec),
    ...(spec.model === undefined ? {} : { model: spec.model }),
  };
}

/** Full access goes by the older fields: measured, the profile of that name keeps what an earlier one denied. */
function threadSandbox(spec: SessionSpec, mark: string): Pick<ThreadStartParams, "sandbox" | "permissions"> {
  return spec.sandbox === "danger-full-access" ? { sandbox: spec.sandbox } : { permissions: profileName(spec, mark) };
}

function turnSandbox(spec: SessionSpec, mark: string): Pick<TurnStartParams, "sandboxPolicy" | "permissions"> {
  if (spec.sandbox === "danger-full-access") return { sandboxPolicy: { type: "dangerFullAccess" } };
  return { permissions: profileName(spec, mark) };
}

function toUserInput(input: CodexInput): UserInput {
  return input.type === "text"
    ? { type: "text", text: input.text, text_elements: [] }
    : { type: "localImage", path: input.path };
}

/** app-server accepts a missing folder and fails every command of the turn. */
function mustBeFolder(path: string): void {
  if (!isFolder(path)) {
    throw new CodexError("cwdMissing", `${path} is no folder`);
  }
}
