import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../config/load.ts";
import { changesOf } from "../../../src/cli/init/changes.ts";
import { type Choices, type Project, projectName } from "../../../src/cli/init/choices.ts";
import { draftTexts, type Texts } from "../../../src/cli/init/draft.ts";
import { initWords } from "../../../src/model/catalog/init.ts";

const file = "/nowhere/hotline.yaml";
const nothing: Choices = { language: "en", projects: [], owners: [] };
const draft = (before: Texts, choices: Partial<Choices>) =>
  draftTexts(before, { ...nothing, ...choices }, initWords[choices.language ?? "en"].file);
const load = ({ yaml, dotenv }: Required<Texts>) =>
  loadConfig({ draft: { file, yaml, dotenv }, env: { HOME: "/home/me" }, cwd: "/nowhere" });

const telegram = fc.record({
  channel: fc.constant("telegram" as const),
  token: fc.stringMatching(/^[0-9]{5,10}:[A-Za-z0-9_-]{3,35}$/),
});
const feishu = fc.record({
  channel: fc.constant("feishu" as const),
  appId: fc.stringMatching(/^cli_[0-9a-f]{16}$/),
  appSecret: fc.string({ unit: "grapheme-ascii", minLength: 1 }).filter((text) => !/['\r\n]/.test(text)),
  domain: fc.constantFrom("feishu", "lark", "https://feishu.example.org"),
});
const part = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[/\0]|\$\{|^\.+$/.test(text));
const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => `/${parts.join("/")}`);

function named(paths: readonly string[]): readonly Project[] {
  const all: Project[] = [];
  for (const one of paths)
    all.push({
      name: projectName(
        one,
        all.map(({ name }) => name),
      ),
      path: one,
    });
  return all;
}

const choices = fc.record(
  {
    language: fc.constantFrom("en" as const, "zh-CN" as const),
    telegram,
    feishu,
    owners: fc.uniqueArray(fc.stringMatching(/^(telegram|feishu):[a-z0-9_]{1,12}$/), { maxLength: 3 }),
    projects: fc.uniqueArray(path, { maxLength: 4 }).map(named),
  },
  { requiredKeys: ["language", "owners", "projects"] },
);

function expectChosen(texts: Required<Texts>, chosen: Partial<Choices>): void {
  const config = load(texts);
  expect(config.language).toBe(chosen.language);
  if (chosen.telegram !== undefined) expect(config.channels.telegram[0]?.token).toBe(chosen.telegram.token);
  if (chosen.feishu !== undefined) {
    const { channel: _, ...account } = chosen.feishu;
    expect(config.channels.feishu[0]).toEqual({ id: "main", ...account });
  }
  expect(config.access.owners).toEqual(expect.arrayContaining([...(chosen.owners ?? [])]));
  for (const one of chosen.projects ?? []) expect(config.projects[one.name]?.path).toBe(one.path);
}

describe("a drafted configuration", () => {
  it("loads as what was chosen, in the order chosen, with secrets in .env alone", () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const texts = draft({ dotenv: "" }, chosen as Choices);
        expectChosen(texts, chosen as Choices);
        if (chosen.projects.length > 0)
          expect(Object.keys(load(texts).projects)).toEqual(chosen.projects.map(({ name }) => name));
        if (chosen.telegram !== undefined) expect(texts.yaml).not.toContain(chosen.telegram.token);
      }),
    );
  });

  it("written into one that is there keeps what was there and loads as what was chosen", () => {
    fc.assert(
      fc.property(choices, choices, (first, second) => {
        const before = draft({ dotenv: "KEEP=1\n" }, first as Choices);
        const yaml = `${before.yaml}\nwhileBusy: queue # mine\n`;
        const taken = first.projects.map(({ name }) => name);
        const projects = second.projects.map((one) => ({ ...one, name: projectName(one.path, taken) }));
        fc.pre(new Set(projects.map(({ name }) => name)).size === projects.length);
        const chosen = { ...second, projects } as Choices;
        const texts = draft({ yaml, dotenv: before.dotenv }, chosen);
        expectChosen(texts, chosen);
        expect(load(texts).whileBusy).toBe("queue");
        expect(texts.yaml).toContain("whileBusy: queue # mine");
        expect(texts.dotenv).toContain("KEEP=1");
        if (second.telegram === undefined && first.telegram !== undefined)
          expect(load(texts).channels.telegram[0]?.token).toBe(first.telegram.token);
        expect(Object.keys(load(texts).projects).slice(0, taken.length)).toEqual(taken);
      }),
    );
  });

  it("run again with the same answers changes nothing", () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const once = draft({ dotenv: "" }, chosen as Choices);
        const twice = draft(once, chosen as Choices);
        expect(changesOf(once, twice)).toEqual([]);
        expect(twice.dotenv).toBe(once.dotenv);
      }),
    );
  });

  it("is commented in the language chosen", () => {
    expect(draft({ dotenv: "" }, { language: "zh-CN" }).yaml).toContain("由“hotline init”生成");
  });

  it("changes the first account only, under the variable it had, and leaves its other keys", () => {
    const yaml =
      'channels:\n  telegram:\n    - { id: ops, token: "${OPS}", richMessages: true }\n    - { id: two, token: "${TELEGRAM_BOT_TOKEN}" }\n';
    const dotenv = "OPS=1:old\nTELEGRAM_BOT_TOKEN=2:two\n";
    const config = load(draft({ yaml, dotenv }, { telegram: { channel: "telegram", token: "3:new" } }));
    expect(config.channels.telegram).toMatchObject([
      { id: "ops", token: "3:new", richMessages: true },
      { id: "two", token: "2:two" },
    ]);
  });

  it("takes another variable where the usual one belongs to something else", () => {
    const yaml = 'codex: { env: { KEY: "${TELEGRAM_BOT_TOKEN}" } }\n';
    const texts = draft(
      { yaml, dotenv: "TELEGRAM_BOT_TOKEN=x\n" },
      { telegram: { channel: "telegram", token: "3:new" } },
    );
    expect(texts.dotenv).toBe("TELEGRAM_BOT_TOKEN=x\nTELEGRAM_BOT_TOKEN_2=3:new\n");
    expect(load(texts).channels.telegram[0]?.token).toBe("3:new");
  });

  it("moves a token that stands in the file itself into .env only when it changes, and shows neither", () => {
    const before = { yaml: 'channels:\n  telegram:\n    - token: "1:plain" # mine\n', dotenv: "" };
    expect(draft(before, {}).yaml).toBe(before.yaml);
    const after = draft(before, { telegram: { channel: "telegram", token: "2:next" } });
    expect(changesOf(before, after)).toEqual([
      '~ channels.telegram.0.token: … → "${TELEGRAM_BOT_TOKEN}"',
      "+ .env: TELEGRAM_BOT_TOKEN",
    ]);
  });

  it.each([["channels:\n"], ["channels: {}\n"], ["channels: { telegram: }\n"], ["# only a comment\n"], [""]])(
    "fills in where %j leaves blocks empty",
    (yaml) => {
      const texts = draft({ yaml, dotenv: "" }, { telegram: { channel: "telegram", token: "1:a" } });
      expect(load(texts).channels.telegram).toMatchObject([{ id: "main", token: "1:a" }]);
    },
  );

  it("refuses a file whose block is an alias of another", () => {
    const yaml = "projects: &p { app: { path: /a } }\nchannels: *p\n";
    expect(() => draft({ yaml, dotenv: "" }, { telegram: { channel: "telegram", token: "1:a" } })).toThrow(
      "channels is an alias",
    );
  });
});

describe("names of projects", () => {
  it.each([
    ["/src/app", [], "app"],
    ["/src/app", ["app"], "app-2"],
    ["/src/my app!", [], "my-app"],
    ["/src/2024", [], "project-2024"],
    ["/src/__proto__", [], "proto__"],
    ["/src/应用", [], "project"],
    ["/", [], "project"],
  ])("of %s beside %j is %s", (folder, taken, name) => {
    expect(projectName(folder, taken)).toBe(name);
  });
});
