import { describe, expect, it } from "vitest";
import { abilities, abilityOf, languageOf, ownWords, written } from "../../../src/demo/prompts.ts";
import { demoWords } from "../../../src/model/catalog/demo.ts";

describe("a word asks for an ability", () => {
  it.each([
    ["table", "table"],
    ["  Table, please! ", "table"],
    ["/push", "push"],
    ["make a plan", "plan"],
    ["a plan to push", "plan"],
    ["推送一下", "push"],
    ["长任务", "long"],
    ["3", "push"],
    ["7.", "long"],
    ["#2", "plan"],
  ])("%j", (text, ability) => {
    expect(abilityOf(text)).toBe(ability);
  });

  it.each(["hello", "", "8", "0", "12", "planet", "a longer one", `please ${"really ".repeat(10)}plan`])(
    "not %j",
    (text) => {
      expect(abilityOf(text)).toBeUndefined();
    },
  );

  it.each(["en", "zh-CN"] as const)("each is listed with the word and number that ask for it, in %s", (language) => {
    const listed = [...demoWords[language].list.matchAll(/^(\d)\. `(.+?)`/gm)];
    expect(listed.map(([, number]) => abilityOf(number ?? ""))).toEqual(abilities);
    expect(listed.map(([, , word]) => abilityOf(word ?? ""))).toEqual(abilities);
  });
});

describe("a prompt of the service", () => {
  it("is taken apart: text, files, and the lines the service put before it", () => {
    const prompt = [
      "[From Ada]",
      "[In reply to: a plan",
      "[with lines]",
      "1. `push`…]",
      "look",
      "at this",
      "[Image photo.jpg is at /p/photo.jpg]",
      "[File a b.txt is at /p/a b.txt]",
      "[A file big.zip was sent but could not be taken]",
    ].join("\n");
    expect(written(prompt)).toEqual({ text: "look\nat this", files: ["photo.jpg", "a b.txt", "big.zip"] });
  });

  it("may be the service's own words", () => {
    expect(ownWords("The previous attempt failed. Do the last request again.")).toBe("retry");
    expect(ownWords("Do the last request again.")).toBe("retry");
    expect(ownWords("Your previous turn was interrupted. Continue where you left off.")).toBe("continue");
    expect(ownWords("do it again")).toBeUndefined();
  });

  it("is answered in Chinese where it is Chinese, else in the service's language", () => {
    expect(languageOf("推送", "en")).toBe("zh-CN");
    expect(languageOf("push", "zh-CN")).toBe("zh-CN");
    expect(languageOf("push", "en")).toBe("en");
  });
});
