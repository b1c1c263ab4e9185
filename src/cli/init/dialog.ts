import { confirm, intro, isCancel, log, multiselect, note, password, select, text } from "@clack/prompts";
import type { InitWords } from "../../model/catalog/init.ts";

/** Somebody pressed Ctrl-C at a question. */
export class Cancelled extends Error {
  override readonly name = "Cancelled";
}

/** One of the answers to choose from. */
export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly hint?: string;
}

/** Questions to the person at the terminal. Every one throws {@link Cancelled} on Ctrl-C. */
export interface Dialog {
  intro(line: string): void;
  say(line: string): void;
  /** Something went wrong. */
  warn(line: string): void;
  note(title: string, lines: readonly string[]): void;
  yes(question: string): Promise<boolean>;
  /** `check` gives what is wrong with the answer, or undefined. The answer is trimmed. */
  line(question: string, check: (answer: string) => string | undefined): Promise<string>;
  /** Shows dots for what is typed. */
  secret(question: string, check: (answer: string) => string | undefined): Promise<string>;
  one<T extends string>(question: string, options: readonly Option<T>[]): Promise<T>;
  /** None is an answer too. */
  several<T extends string>(
    question: string,
    options: readonly Option<T>[],
    initial: readonly T[],
  ): Promise<readonly T[]>;
}

/** How many choices are shown at once; more scroll. */
const shownAtOnce = 10;

/** The dialog in this terminal. */
export function createDialog(words: Pick<InitWords, "yes" | "no">): Dialog {
  const common = { showInstructions: false, maxItems: shownAtOnce };
  const options = <T extends string>(all: readonly Option<T>[]) => all.map((one) => ({ ...one })) as never[];
  const check = (fault: (answer: string) => string | undefined) => (value: string | undefined) =>
    fault((value ?? "").trim());
  return {
    intro,
    say: (line) => log.step(line),
    warn: (line) => log.warn(line),
    note: (title, lines) => note(lines.join("\n"), title, { format: (line) => line }),
    yes: async (message) => answer(await confirm({ message, active: words.yes, inactive: words.no })),
    line: async (message, fault) => trimmed(await text({ message, validate: check(fault) })),
    secret: async (message, fault) => trimmed(await password({ message, validate: check(fault) })),
    one: async <T extends string>(message: string, all: readonly Option<T>[]) =>
      answer(await select<T>({ message, options: options(all), ...common })),
    several: async <T extends string>(message: string, all: readonly Option<T>[], initial: readonly T[]) =>
      answer(
        await multiselect<T>({
          message,
          options: options(all),
          initialValues: [...initial],
          required: false,
          ...common,
        }),
      ),
  };
}

function answer<T>(told: T): Exclude<T, symbol> {
  if (isCancel(told)) throw new Cancelled("cancelled");
  return told as Exclude<T, symbol>;
}

/** An empty line comes as nothing. */
function trimmed(told: string | symbol | undefined): string {
  return (answer(told) ?? "").trim();
}
