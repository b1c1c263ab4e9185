import type { Language } from "../model/view.ts";

/** What the demo can show, in the order of its list. */
export const abilities = ["table", "plan", "push", "patch", "ask", "fail", "long"] as const;
export type Ability = (typeof abilities)[number];

/** Words that ask for an ability, as people may write them. */
const wordsFor: Readonly<Record<Ability, { readonly latin: readonly string[]; readonly han: readonly string[] }>> = {
  table: { latin: ["table", "tables", "markdown", "code"], han: ["表格", "代码"] },
  plan: { latin: ["plan", "plans"], han: ["计划"] },
  push: { latin: ["push", "approve", "approval", "command"], han: ["推送", "批准", "审批", "命令"] },
  patch: { latin: ["patch", "diff", "change", "edit"], han: ["补丁", "修改", "差异"] },
  ask: { latin: ["ask", "question"], han: ["提问", "问题"] },
  fail: { latin: ["fail", "failure", "error"], han: ["失败", "出错"] },
  long: { latin: ["long"], han: ["长任务", "长时间"] },
};

/** Longer texts are meant for a real model, whatever words are in them. */
const maxLength = 60;

/** The ability a text asks for: its number, or the first of its words; undefined when it asks for none. */
export function abilityOf(text: string): Ability | undefined {
  const asked = text.trim().toLowerCase();
  const number = /^[#/]?([1-9])[.)、。]?$/u.exec(asked)?.[1];
  if (number !== undefined) return abilities[Number(number) - 1];
  if (asked.length > maxLength) return undefined;
  const found = abilities.flatMap((ability) => {
    const at = firstOf(asked, ability);
    return at === undefined ? [] : [{ ability, at }];
  });
  return found.sort((x, y) => x.at - y.at)[0]?.ability;
}

function firstOf(text: string, ability: Ability): number | undefined {
  const { latin, han } = wordsFor[ability];
  const places = [
    ...latin.map((word) => text.search(new RegExp(`(?<![a-z])${word}(?![a-z])`))),
    ...han.map((word) => text.indexOf(word)),
  ].filter((at) => at >= 0);
  return places.length === 0 ? undefined : Math.min(...places);
}

/** A message taken apart: what was written, and the names of files sent with it. */
export interface Written {
  readonly text: string;
  readonly files: readonly string[];
}

/** A quote holds at most 1,000 characters, line breaks and brackets among them. */
const quote = /^\[In reply to: [\s\S]{0,1001}\](\n|$)/;

/** Takes a prompt of the service apart (see `buildInput`): its notes on files, its lines on sender and quote. */
export function written(prompt: string): Written {
  const files: string[] = [];
  const rest = prompt.split("\n").filter((line) => {
    const name =
      /^\[(?:Image|File) (.+?) is at .+\]$/.exec(line)?.[1] ?? /^\[A file (.+) was sent but .+\]$/.exec(line)?.[1];
    if (name !== undefined) files.push(name);
    return name === undefined;
  });
  const body = rest.join("\n").replace(/^(\[(From|Forwarded from) .*\](\n|$))*/, "");
  return { text: body.replace(quote, "").trim(), files };
}

/** What the service writes itself when a person presses [Try now], /retry or [Continue]. */
export function ownWords(text: string): "retry" | "continue" | undefined {
  if (/Do the last request again\.$/.test(text)) return "retry";
  return text.startsWith("Your previous turn was interrupted.") ? "continue" : undefined;
}

/** The language to answer in: Chinese where it was written, else the service's. */
export function languageOf(text: string, fallback: Language): Language {
  return /\p{Script=Han}/u.test(text) ? "zh-CN" : fallback;
}
