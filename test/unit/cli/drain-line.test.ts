import { expect, it } from "vitest";
import { drainLine } from "../../../src/cli/drain-line.ts";
import { cliWords } from "../../../src/model/catalog/cli.ts";

const now = 1_700_000_000_000;
const turn = (chat: string, minutes: number) => ({ chat, project: "app", startedAt: now - minutes * 60_000 - 1 });
const request = (number: number, chat: string) => ({ number, chat, summary: "git push", askedAt: now });

it("names each turn by its chat, since when it runs, and the answers it needs", () => {
  const turns = [turn("telegram~main~1001", 3), turn("feishu~work~oc_1~om_2", 0)];
  const requests = [request(4, "telegram~main~1001"), request(5, "telegram~main~1001")];
  expect(drainLine({ turns, requests }, now, cliWords.en)).toBe(
    "waiting for 2 turns: telegram:1001 (3 min, needs an answer to #4 #5), feishu:work:oc_1:om_2 (0 min)",
  );
});

it("is empty when nothing is waited for", () => {
  expect(drainLine({ turns: [], requests: [] }, now, cliWords.en)).toBe("");
});
