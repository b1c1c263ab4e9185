import {
  CodexError,
  type CodexSession,
  type ProcessRecord,
  type SessionSpec,
  type Terminal,
  type ThreadState,
} from "../codex/port.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import type { ThreadId } from "../model/ids.ts";
import { type ActorContext, text } from "./context.ts";

/** Spawn attempts before a start is given up, and the first pause between them, ms. */
const attempts = 3;
const backoffMs = 500;
/** How long Codex may take to name its terminals, ms. */
const terminalsMs = 2000;

/** The chat's Codex, connected and with its thread open; started if need be. CodexError when it cannot be had. */
export function ensureSession(a: ActorContext, spec: SessionSpec): Promise<CodexSession> {
  a.starting ??= haveSession(a, spec).finally(() => {
    a.starting = undefined;
  });
  return a.starting;
}

async function haveSession(a: ActorContext, spec: SessionSpec): Promise<CodexSession> {
  if (a.session !== undefined) {
    // `/new` forgets the thread; the process serves the next one.
    if (a.binding.threadId !== undefined || (await opens(a, a.session, spec))) return a.session;
  }
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await spawnSession(a, spec);
    } catch (error) {
      const again =
        error instanceof CodexError && ["spawnFailed", "disconnected", "timeout", "threadBusy"].includes(error.code);
      if (!again || attempt >= attempts) throw error;
      a.log.warn({ error, attempt }, "codex does not start, trying again");
      await a.parts.clock.sleep(backoffMs * 2 ** attempt * Math.max(1, a.deaths), a.abort.signal);
    }
  }
}

/** False: this Codex answers no more, and is ended; another one will. */
async function opens(a: ActorContext, session: CodexSession, spec: SessionSpec): Promise<boolean> {
  try {
    await openThread(a, session, spec);
    return true;
  } catch (error) {
    if (!(error instanceof CodexError) || (error.code !== "timeout" && error.code !== "disconnected")) throw error;
    a.log.warn({ error }, "codex does not open a thread, another is started");
    a.session = undefined;
    a.listening = undefined;
    session.detach();
    await endStarted(a, session.process);
    return false;
  }
}

async function spawnSession(a: ActorContext, spec: SessionSpec): Promise<CodexSession> {
  const session = await a.parts.codex.spawn(a.chat, spec);
  try {
    await a.commit({ process: session.process });
    listen(a, session);
    await openThread(a, session, spec);
    // Its death was told while the thread was written down: nobody waits for an answer of it any more.
    if (a.listening !== session) throw new CodexError("disconnected", "codex died while it started");
  } catch (error) {
    if (a.listening === session) a.listening = undefined;
    session.detach();
    await endStarted(a, session.process);
    throw error;
  }
  a.session = session;
  return session;
}

/** Ends a process that is of no use. One that is recorded may be another owner's by now, who goes on with it: `leaseLost`. */
export async function endStarted(a: ActorContext, process: ProcessRecord): Promise<void> {
  if (a.process?.pid === process.pid) await a.assertOwner();
  await a.parts.codex.end(process);
}

/** Hands the session's events to the loop. Set before the thread is opened, or events are lost. */
export function listen(a: ActorContext, session: CodexSession): void {
  a.listening = session;
  session.onEvent((event) => a.post({ kind: "codex", session, event }));
}

/** Opens the chat's thread; a lost one is told (if it ever held a turn) and replaced. */
export async function openThread(a: ActorContext, session: CodexSession, spec: SessionSpec): Promise<ThreadState> {
  const { threadId, threadUsed } = a.binding;
  let state: ThreadState;
  try {
    state = await session.openThread(spec, threadId);
  } catch (error) {
    if (threadId === undefined || !(error instanceof CodexError) || error.code !== "threadLost") throw error;
    state = await session.openThread(spec);
    if (threadUsed === true) await a.say(text(a.words.threadLost(threadId)));
  }
  a.model = state.model;
  a.effort = state.effort;
  if (state.threadId !== threadId) await a.commit(() => ({ binding: bound(a, state.threadId) }));
  return state;
}

function bound(a: ActorContext, threadId: ThreadId): ActorContext["binding"] {
  const { threadUsed: _used, turns: _turns, contextLeft: _left, lastTurn: _last, ...rest } = a.binding;
  return { ...rest, threadId };
}

/** Background terminals of the open thread. None when Codex does not tell soon: nobody waits for one that hangs. */
export async function liveTerminals(a: ActorContext): Promise<readonly Terminal[]> {
  if (a.session === undefined || a.binding.threadId === undefined) return [];
  const over = new AbortController();
  try {
    const late = a.parts.clock.sleep(terminalsMs, over.signal).then(() => []);
    return await untilAborted(Promise.race([a.session.terminals(), late]), a.abort.signal);
  } catch (error) {
    if (!(error instanceof CodexError)) throw error;
    a.log.warn({ error }, "terminals are not told");
    return [];
  } finally {
    over.abort();
  }
}

/** Ends a process that serves a turn, beside the loop; the disconnect that follows is the same as any other death. */
export function endProcess(a: ActorContext): void {
  if (a.process === undefined) return;
  endStarted(a, a.process).catch((error: unknown) => a.log.error({ error }, "codex is not ended"));
}

/** Ends the chat's process for good; a turn must not be running. */
export async function endSession(a: ActorContext): Promise<void> {
  await a.assertOwner();
  const session = a.session;
  a.session = undefined;
  if (session !== undefined) await session.end();
  else if (a.process !== undefined) await a.parts.codex.end(a.process);
  if (a.process !== undefined) await a.commit({ process: null });
}
