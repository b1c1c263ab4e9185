import { ConfigError } from "../../../config/faults.ts";
import { type LoadedConfig, loadConfig } from "../../../config/load.ts";
import { initWords } from "../../model/catalog/init.ts";
import type { Language } from "../../model/view.ts";
import type { CreateApp } from "../app-port.ts";
import { listens } from "../control-client.ts";
import { controlSocket } from "../control-server.ts";
import { makeFolders } from "../folders.ts";
import { start } from "../start.ts";
import { changesOf } from "./changes.ts";
import type { Choices } from "./choices.ts";
import { type Chosen, choose } from "./choose.ts";
import { Cancelled, createDialog, type Dialog } from "./dialog.ts";
import { draftTexts, type Texts } from "./draft.ts";
import type { InitFlags } from "./flags.ts";
import { type Ground, readGround } from "./ground.ts";
import { pair } from "./pairing.ts";
import { placeTexts } from "./place.ts";
import type { CreatePlatforms } from "./port.ts";
import type { Session } from "./session.ts";

/** What `hotline init` is told and given. */
export interface InitOptions extends InitFlags {
  readonly createPlatforms: CreatePlatforms;
  readonly createApp: CreateApp;
  /** Lines for the operator. */
  readonly print: (line: string) => void;
  /** Where questions can be asked and QR codes shown; absent where nobody sits. */
  readonly terminal?: { readonly columns: number };
}

/**
 * Sets the service up: accounts, checked with their platforms; projects; a configuration; the way to own it. Asks where
 * somebody can be asked, else takes the flags. Resolves with 0, 1 when it was declined, 130 after Ctrl-C, or what the
 * started service ended with. Throws ConfigError, and an Error with the sentence that says what is wrong.
 */
export async function init(options: InitOptions): Promise<number> {
  const run = new Run(options);
  try {
    return await run.through();
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    run.end();
    return 130;
  }
}

class Run {
  readonly #options: InitOptions;
  readonly #asks: boolean;
  #language: Language = "en";
  readonly #left: string[] = [];
  /** Nothing is written yet, it is being written, or this file is. */
  #state: "before" | "writing" | { readonly file: string } = "before";

  constructor(options: InitOptions) {
    this.#options = options;
    this.#asks = options.terminal !== undefined && !options.yes;
  }

  /** Says what becomes of what was done. */
  end(): void {
    const words = initWords[this.#language];
    const { print } = this.#options;
    print(typeof this.#state === "object" ? words.cancelledAfter(this.#state.file) : words.cancelled);
    for (const line of this.#left) print(line);
  }

  async through(): Promise<number> {
    const forget = this.#endOnInterrupt();
    const start = await this.#prepare().finally(forget);
    return start();
  }

  /** Everything but the start; resolves with what comes then. */
  async #prepare(): Promise<() => Promise<number>> {
    const ground = await this.#ground();
    const session = await this.#open(ground);
    const base = await this.#base(session, ground);
    const chosen = await choose(session, base, this.#options, this.#language);
    const written = await this.#write(session, base, ground.before, chosen);
    if (written === undefined) return async () => 1;
    await pair(session, written.config, chosen.accounts);
    return this.#offerStart(session, written);
  }

  /** Outside of questions the terminal sends a signal. */
  #endOnInterrupt(): () => void {
    const onInterrupt = (): void => {
      if (this.#state === "writing") return;
      this.end();
      process.exit(130);
    };
    process.on("SIGINT", onInterrupt);
    return () => process.off("SIGINT", onInterrupt);
  }

  async #ground(): Promise<Ground> {
    const { configFile, language = "en" } = this.#options;
    try {
      return await readGround(configFile);
    } catch (error) {
      if (!(error instanceof Error && "code" in error && "path" in error)) throw error;
      throw new Error(initWords[language].cannotRead(String(error.path), String(error.code)), { cause: error });
    }
  }

  async #open(ground: Ground): Promise<Session> {
    const { createPlatforms, language, terminal, noCheck, print } = this.#options;
    this.#language = language ?? ground.language;
    if (this.#asks && language === undefined && ground.before.yaml === undefined && ground.language !== "en")
      this.#language = await askLanguage(createDialog(initWords[this.#language]), this.#language);
    const words = initWords[this.#language];
    const dialog = this.#asks ? createDialog(words) : undefined;
    dialog?.intro(words.intro);
    return {
      words,
      ...(dialog === undefined ? {} : { dialog }),
      say: dialog?.say ?? print,
      show(lines) {
        for (const line of lines) print(line);
      },
      platforms: await createPlatforms({ proxy: ground.config.proxy, noProxy: ground.config.noProxy }),
      check: !noCheck,
      columns: terminal?.columns ?? 0,
      left: this.#left,
    };
  }

  /** What the new configuration builds on: what is there, or nothing where that cannot be used. */
  async #base(session: Session, ground: Ground): Promise<Ground> {
    const { words, dialog, say } = session;
    const { file, before, faults } = ground;
    if (before.yaml !== undefined && faults === undefined) say(words.found(file));
    if (faults === undefined) return ground;
    const aside = dialog !== undefined && !this.#options.force;
    if (aside) dialog.warn(words.broken(file, faults));
    const go = aside ? await dialog.yes(words.aside) : this.#options.force;
    if (!go) throw new Error(aside ? words.brokenStop : `${words.broken(file, faults)}\n${words.brokenStop}`);
    return { ...ground, before: { dotenv: before.dotenv } };
  }

  async #write(session: Session, base: Ground, before: Texts, chosen: Chosen): Promise<Written | undefined> {
    const { words, dialog, say } = session;
    const { file } = base;
    const after = draft(session, base, chosen.choices);
    const config = checked(session, file, after, chosen.choices);
    const changes = changesOf(before, after);
    if (changes.length === 0) {
      say(words.unchanged(file));
      await makeFolders(config);
      return { file, config };
    }
    const title = before.yaml === undefined ? words.summary(file) : words.changes(file);
    say([title, ...changes.map((line) => `  ${line}`)].join("\n"));
    const agreed =
      dialog === undefined ? before.yaml === undefined || this.#options.force : await dialog.yes(words.write);
    if (!agreed) {
      if (dialog === undefined) throw new Error(words.needsForce);
      this.end();
      return undefined;
    }
    this.#state = "writing";
    await makeFolders(config);
    const { backup } = await placed(words, file, before, after);
    this.#state = { file };
    this.#left.length = 0;
    say([words.written(file), ...(backup === undefined ? [] : [words.backup(backup)])].join("\n"));
    return { file, config };
  }

  async #offerStart({ words, dialog, say }: Session, { file, config }: Written): Promise<() => Promise<number>> {
    const { configFile, createApp, print } = this.#options;
    const command = `npx hotline start${configFile === undefined ? "" : ` --config ${file}`}`;
    if (await listens(controlSocket(config.runtimeDir))) {
      say(words.running(command));
      return async () => 0;
    }
    if (dialog === undefined || !(await dialog.yes(words.startNow))) {
      say(words.startLater(command));
      return async () => 0;
    }
    return () => start({ configFile: file, demo: false, role: "all", pools: [], createApp, print });
  }
}

/** A configuration in its place. */
interface Written {
  readonly file: string;
  readonly config: LoadedConfig;
}

function askLanguage(dialog: Dialog, first: Language): Promise<Language> {
  const options = [
    { value: "zh-CN", label: "简体中文" },
    { value: "en", label: "English" },
  ] as const;
  return dialog.one(
    initWords[first].language,
    options.toSorted((one) => (one.value === first ? -1 : 1)),
  );
}

function draft({ words }: Session, { file, before }: Ground, choices: Choices): Required<Texts> {
  try {
    return draftTexts(before, choices, words.file);
  } catch (error) {
    throw new Error(words.cannotEdit(file, error instanceof Error ? error.message : String(error)), { cause: error });
  }
}

/** The configuration as the service will read it; what was chosen must come out of it. */
function checked({ words }: Session, file: string, { yaml, dotenv }: Required<Texts>, choices: Choices): LoadedConfig {
  const config = loadConfig({ draft: { file, yaml, dotenv } });
  const [bot] = config.channels.telegram;
  const [app] = config.channels.feishu;
  if (choices.telegram !== undefined && bot?.token !== choices.telegram.token)
    throw new Error(words.shadowed("channels.telegram"));
  if (
    choices.feishu !== undefined &&
    (app?.appId !== choices.feishu.appId || app.appSecret !== choices.feishu.appSecret)
  )
    throw new Error(words.shadowed("channels.feishu"));
  for (const { name, path } of choices.projects) {
    if (config.projects[name]?.path !== path)
      throw new ConfigError([{ file, keyPath: `projects.${name}.path`, expected: path }]);
  }
  return config;
}

async function placed(words: Session["words"], file: string, before: Texts, after: Required<Texts>) {
  try {
    return await placeTexts(file, before, after);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new Error(words.cannotWrite(file, String(error.code)), { cause: error });
  }
}
