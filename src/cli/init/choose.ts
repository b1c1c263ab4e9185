import { homedir } from "node:os";
import { absolutePath } from "../../../config/places.ts";
import { isFolder } from "../../lib/is-folder.ts";
import type { Language } from "../../model/view.ts";
import { askFeishu, register, type SettledApp, sayScopes } from "./ask-feishu.ts";
import { askProjects, type ProjectsFound, projectsOf } from "./ask-projects.ts";
import { askTelegram } from "./ask-telegram.ts";
import type { Choices } from "./choices.ts";
import type { Dialog } from "./dialog.ts";
import { findProjects } from "./find-projects.ts";
import type { InitFlags } from "./flags.ts";
import { type Ground, type Present, presentFeishu, presentTelegram } from "./ground.ts";
import type { Account, FeishuAccount, TelegramAccount } from "./port.ts";
import { ask, insist, platformName, type Session, type Settled } from "./session.ts";

/** What was chosen, and the accounts that are used from now on, checked or kept. */
export interface Chosen {
  readonly choices: Choices;
  readonly accounts: readonly Settled<Account>[];
}

const personShape = /^[a-z]+:[^\s~:]+$/;
const tokenShape = /^\d+:[\w-]+$/;

/** Asks, or takes from the command line and the environment. Throws an Error with the sentence where that does not do. */
export async function choose(session: Session, ground: Ground, flags: InitFlags, language: Language): Promise<Chosen> {
  const { dialog, words } = session;
  const wrong = flags.owners.find((one) => !personShape.test(one));
  if (wrong !== undefined) throw new Error(words.ownerShape(wrong));
  const given = { telegram: givenTelegram(session, ground, flags), feishu: givenFeishu(session, ground, flags) };
  const [telegram, feishu] =
    dialog === undefined
      ? [await plainTelegram(session, ground, given.telegram), await plainFeishu(session, ground, given.feishu, flags)]
      : await askAccounts(session, dialog, ground, given, flags);
  if (telegram === undefined && feishu === undefined) session.say(words.webOnly);
  const projects = await chooseProjects(session, ground, flags);
  const scanned = await scannedOwner(session, ground, feishu);
  const owners = [...flags.owners, ...(scanned === undefined ? [] : [scanned])];
  return {
    choices: {
      language,
      ...(flags.dataDir === undefined ? {} : { dataDir: locate(flags.dataDir, ground) }),
      ...changed("telegram", telegram, presentTelegram(ground)),
      ...changed("feishu", feishu, presentFeishu(ground)),
      projects,
      owners,
    },
    accounts: [telegram, feishu].filter((one) => one !== undefined),
  };
}

/** What the file says already is not said again. */
function changed<K extends "telegram" | "feishu", A extends Account>(
  key: K,
  settled: Settled<A> | undefined,
  present: Present<A> | undefined,
): { readonly [key in K]?: A } {
  if (settled === undefined) return {};
  const same = present?.inFile === true && JSON.stringify(present.account) === JSON.stringify(settled.account);
  return same ? {} : ({ [key]: settled.account } as { readonly [key in K]?: A });
}

function givenTelegram({ words }: Session, ground: Ground, flags: InitFlags): TelegramAccount | undefined {
  const present = presentTelegram(ground)?.account;
  const token = flags.telegramToken ?? (flags.telegramApiRoot === undefined ? undefined : present?.token);
  if (token === undefined) return undefined;
  if (!tokenShape.test(token)) throw new Error(words.telegram.shape);
  const apiRoot = flags.telegramApiRoot ?? present?.apiRoot;
  return { channel: "telegram", token, ...(apiRoot === undefined ? {} : { apiRoot }) };
}

/** `--lark` alone says where an app that is asked for belongs, or that a configured one was taken for another's. */
function givenFeishu({ words, dialog }: Session, ground: Ground, flags: InitFlags): FeishuAccount | undefined {
  const { feishuAppId, feishuAppSecret, feishuDomain } = flags;
  const present = presentFeishu(ground)?.account;
  const asked = flags.feishuQr || (dialog !== undefined && present === undefined);
  if (feishuAppId === undefined && feishuAppSecret === undefined && (feishuDomain === undefined || asked))
    return undefined;
  const appId = feishuAppId ?? present?.appId;
  const appSecret = feishuAppSecret ?? (appId === present?.appId ? present?.appSecret : undefined);
  if (appId === undefined || appSecret === undefined) throw new Error(words.feishu.halves);
  if (!/^cli_[0-9a-fA-F]{16}$/.test(appId)) throw new Error(words.feishu.appIdShape);
  return { channel: "feishu", appId, appSecret, domain: feishuDomain ?? present?.domain ?? "feishu" };
}

async function plainTelegram(
  session: Session,
  ground: Ground,
  given: TelegramAccount | undefined,
): Promise<Settled<TelegramAccount> | undefined> {
  const present = presentTelegram(ground);
  if (given === undefined && present?.inFile === true) return kept(session, present.account);
  const account = given ?? present?.account;
  return account === undefined ? undefined : insist(session, account, session.words.telegram.refusedFlag);
}

async function plainFeishu(
  session: Session,
  ground: Ground,
  given: FeishuAccount | undefined,
  flags: InitFlags,
): Promise<SettledApp | undefined> {
  if (flags.feishuQr) return scanned(session, flags);
  const present = presentFeishu(ground);
  if (given === undefined && present?.inFile === true) return kept(session, present.account);
  const account = given ?? present?.account;
  if (account === undefined) return undefined;
  const settled = await insist(session, account, session.words.feishu.refusedFlag);
  sayScopes(session, settled.told);
  return settled;
}

async function scanned(session: Session, flags: InitFlags): Promise<SettledApp> {
  const made = await register(session, flags.feishuDomain === "lark");
  if ("failed" in made) throw new Error(made.failed);
  const settled = await insist(session, made.account, session.words.feishu.refusedFlag);
  sayScopes(session, settled.told);
  return { ...made, ...settled };
}

/** One that stays as it is configured: what its platform says is told, and changes nothing. */
async function kept<A extends Account>(session: Session, account: A): Promise<Settled<A>> {
  if (!session.check) return { account };
  const verdict = await ask(session, account);
  const { words } = session;
  const name = platformName(words, account);
  if (verdict.kind === "refused") session.say(words.refusedPresent(name));
  if (verdict.kind === "unreachable") session.say(words.unreachable(name, verdict.why));
  return verdict.kind === "known" ? { account, told: verdict.told } : { account };
}

async function askAccounts(
  session: Session,
  dialog: Dialog,
  ground: Ground,
  given: { readonly telegram: TelegramAccount | undefined; readonly feishu: FeishuAccount | undefined },
  flags: InitFlags,
): Promise<readonly [Settled<TelegramAccount> | undefined, SettledApp | undefined]> {
  const { words } = session;
  const present = { telegram: presentTelegram(ground)?.account, feishu: presentFeishu(ground)?.account };
  const named = [
    ...(given.telegram === undefined ? [] : (["telegram"] as const)),
    ...(given.feishu === undefined && flags.feishuDomain === undefined && !flags.feishuQr ? [] : (["feishu"] as const)),
  ];
  const there = (["telegram", "feishu"] as const).filter((channel) => present[channel] !== undefined);
  const wanted =
    named.length > 0
      ? named
      : await dialog.several(
          words.where,
          [
            { value: "telegram", label: words.channels.telegram },
            { value: "feishu", label: words.either },
          ],
          there.length > 0 ? there : ["telegram"],
        );
  const telegram = wanted.includes("telegram")
    ? await askTelegram(session, dialog, pick(present.telegram, given.telegram))
    : undefined;
  if (!wanted.includes("feishu")) return [telegram, undefined];
  if (flags.feishuQr) return [telegram, await scanned(session, flags)];
  const domain = (given.feishu ?? present.feishu)?.domain ?? flags.feishuDomain ?? (await askDomain(words, dialog));
  return [telegram, await askFeishu(session, dialog, { ...pick(present.feishu, given.feishu), domain })];
}

function pick<A>(present: A | undefined, given: A | undefined): { readonly present?: A; readonly given?: A } {
  return { ...(present === undefined ? {} : { present }), ...(given === undefined ? {} : { given }) };
}

function askDomain(words: Session["words"], dialog: Dialog): Promise<"feishu" | "lark"> {
  return dialog.one(words.feishu.which, [
    { value: "feishu", label: words.channels.feishu },
    { value: "lark", label: words.channels.lark },
  ]);
}

async function chooseProjects(session: Session, ground: Ground, flags: InitFlags): Promise<Choices["projects"]> {
  const { config, before, faults } = ground;
  const configured = before.yaml === undefined || faults !== undefined || config.ownWorkspace !== undefined;
  const projects = configured ? [] : Object.entries(config.projects);
  const from = {
    names: projects.map(([name]) => name),
    folders: [],
    locate: (path: string) => locate(path, ground),
    isFolder,
  } satisfies ProjectsFound;
  if (flags.projects.length > 0 || session.dialog === undefined) return projectsOf(session.words, flags.projects, from);
  const paths = new Set(projects.map(([, { path }]) => path));
  const home = config.environment.HOME ?? homedir();
  const found = await findProjects({ cwd: process.cwd(), home });
  return askProjects(session, session.dialog, { ...from, folders: found.filter((path) => !paths.has(path)) });
}

/** A path somebody gave, from the folder they are in. */
function locate(path: string, { config }: Ground): string {
  return absolutePath(path, process.cwd(), config.environment);
}

async function scannedOwner(
  { words, dialog }: Session,
  { config }: Ground,
  app: SettledApp | undefined,
): Promise<string | undefined> {
  if (app?.scannedBy === undefined) return undefined;
  const person = `feishu:${app.scannedBy}`;
  if (dialog === undefined) return config.access.owners.length === 0 ? person : undefined;
  return (await dialog.yes(words.owner(person))) ? person : undefined;
}
