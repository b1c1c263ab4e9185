import type { CodexFacts, CodexInput, CodexRuntime, CodexSession, ProcessRecord } from "../../src/codex/port.ts";
import type { ChatKey } from "../../src/model/ids.ts";
import { ScriptedProcess } from "../fixtures/scripted-codex.ts";

/** Codex in memory: every turn is delivered and answered with its own words at the next turn of the event loop. */
export class EchoCodex implements CodexRuntime {
  readonly #alive = new Map<number, ScriptedProcess>();
  readonly #heard: (chat: ChatKey, words: string) => void;
  #pids = 0;
  #turns = 0;

  /** `heard` is told what each turn was started or steered with. */
  constructor(heard: (chat: ChatKey, words: string) => void) {
    this.#heard = heard;
  }

  async spawn(name: string): Promise<CodexSession> {
    this.#pids += 1;
    const made = new ScriptedProcess(this.#pids);
    this.#alive.set(this.#pids, made);
    return this.#session(made, name as ChatKey);
  }

  async attach(record: ProcessRecord, name?: string): Promise<CodexSession | undefined> {
    const found = this.#alive.get(record.pid);
    return found === undefined ? undefined : this.#session(found, name as ChatKey);
  }

  alive(record: ProcessRecord): boolean {
    return this.#alive.has(record.pid);
  }

  async end(record: ProcessRecord): Promise<void> {
    this.#alive.get(record.pid)?.die();
    this.#alive.delete(record.pid);
  }

  tell(): void {}

  async facts(): Promise<CodexFacts> {
    return { version: "0", bin: "", home: "", signInNeeded: false };
  }

  async sweep(): Promise<void> {}

  #session(process: ScriptedProcess, chat: ChatKey): CodexSession {
    const session = process.connect();
    return {
      ...session,
      startTurn: async (clientId, input, spec) => {
        await session.startTurn(clientId, input, spec);
        this.#turns += 1;
        const turnId = `u${this.#turns}`;
        const words = wordsOf(input);
        this.#heard(chat, words);
        setImmediate(() => {
          process.begin(turnId, clientId);
          process.complete(turnId, words);
        });
      },
      steer: (clientId, turnId, input) => {
        this.#heard(chat, wordsOf(input));
        return session.steer(clientId, turnId, input);
      },
      end: async () => {
        await session.end();
        this.#alive.delete(process.record.pid);
      },
    };
  }
}

function wordsOf(input: readonly CodexInput[]): string {
  return input.map((one) => (one.type === "text" ? one.text : "")).join("\n");
}
