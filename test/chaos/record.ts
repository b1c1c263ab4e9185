import { z } from "zod";
import type { ModelRequest } from "../emulators/model/model-emulator.ts";
import { type Step, shell, text } from "../emulators/model/steps.ts";
import type { TurnSeen } from "./evidence.ts";
import { answeredIn, chatOf, done, fileOf, type Numbered, read, wentOn } from "./words.ts";

const wordMs = 250;
const assistant = z.looseObject({
  role: z.literal("assistant"),
  content: z.array(z.looseObject({ text: z.string() })),
});

interface Turn {
  readonly thread: string;
  /** User texts the thread had before it. */
  readonly base: number;
  readonly first: readonly string[];
  later: readonly string[];
}

interface Thread {
  /** Chat of its first numbered message. */
  chat?: string;
  texts: number;
  history: readonly string[];
}

/** What the model saw, turn by turn and thread by thread, and what it says: a function of the conversation alone. */
export class ModelRecord {
  readonly #folder: string;
  readonly #turns = new Map<string, Turn>();
  readonly #threads = new Map<string, Thread>();
  readonly #reached = new Set<string>();

  /** Commands write into `folder`. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The script of every request. */
  readonly script = (request: ModelRequest): readonly Step[] => {
    const turn = this.#note(request);
    const mine = request.userTexts.slice(turn.base).flatMap(read);
    const told = new Set(request.body.input.flatMap(answeredByItem));
    const open = mine.filter(({ id }) => !told.has(id));
    const input = JSON.stringify(request.body.input);
    const ask = open.find(({ id, wish }) => wish === "ask" && !input.includes(`${fileOf(this.#folder, id)} `));
    if (ask !== undefined) return [shell(`echo run >> ${fileOf(this.#folder, ask.id)} ;`)];
    return [answer(open, request.turnId ?? "")];
  };

  /** Every id in any request. */
  get reached(): ReadonlySet<string> {
    return this.#reached;
  }

  /** Turns of a chat, in the order of their first requests. */
  turnsOf(chat: string): readonly TurnSeen[] {
    return [...this.#turns].flatMap(([turn, { thread, first, later }]) =>
      this.#threads.get(thread)?.chat === chat ? [{ turn, first, later }] : [],
    );
  }

  /** User messages in the last request of each of the chat's threads. */
  historiesOf(chat: string): readonly (readonly string[])[] {
    return [...this.#threads.values()].flatMap((thread) => (thread.chat === chat ? [thread.history] : []));
  }

  #note(request: ModelRequest): Turn {
    const id = request.threadId ?? "?";
    const thread: Thread = this.#threads.get(id) ?? { texts: 0, history: [] };
    this.#threads.set(id, thread);
    const known = this.#turns.get(request.turnId ?? "?");
    const base = known?.base ?? thread.texts;
    const own = request.userTexts
      .slice(base)
      .flatMap(read)
      .map((one) => one.id);
    const turn: Turn = known ?? { thread: id, base, first: own, later: [] };
    turn.later = own.slice(turn.first.length);
    this.#turns.set(request.turnId ?? "?", turn);
    thread.texts = request.userTexts.length;
    thread.history = request.userTexts.flatMap(read).map((one) => one.id);
    for (const one of thread.history) this.#reached.add(one);
    const [first] = thread.history;
    if (first !== undefined) thread.chat ??= chatOf(first);
    return turn;
  }
}

/** Ids an item of the conversation has answered: whole messages of the assistant alone. */
function answeredByItem(item: unknown): readonly string[] {
  const parsed = assistant.safeParse(item);
  return parsed.success ? parsed.data.content.flatMap((part) => answeredIn(part.text)) : [];
}

function answer(open: readonly Numbered[], turn: string): Step {
  if (open.length === 0) return text(wentOn(turn));
  const streamMs = Math.max(...open.map((one) => one.streamMs));
  const filler = Array.from({ length: Math.floor(streamMs / wordMs) }, (_, at) => `word${at} `);
  return text([...filler, ` ${open.map(({ id }) => done(id)).join(" ")}`], { everyMs: wordMs });
}
