import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ChatKey, PersonId, RequestNumber } from "../../../src/model/ids.ts";
import { familyOf, keyFamilies } from "../../../src/redis/key-families.ts";
import { createKeys } from "../../../src/redis/keys.ts";

const keys = createKeys("x");
const families = keyFamilies(keys);
const chat = "telegram~main~-100~45" as ChatKey;

it.each([
  ["mailbox", keys.mailbox(chat)],
  ["state", keys.state(chat)],
  ["archive", keys.archive(chat, "t-1-0")],
  ["dedupe", keys.dedupe(chat, "update:17:once")],
  ["reservation", keys.reservation(chat, "feishu:ou_1" as PersonId)],
  ["openRequests", keys.openRequests(chat)],
  ["request", keys.request(7 as RequestNumber)],
  ["requestCounter", keys.requestCounter],
  ["accountLease", keys.accountLease("telegram~main")],
  ["pending", keys.pending("telegram~main")],
  ["transcripts.count", keys.transcripts("web~main").count],
  ["transcript.order", keys.transcript(chat).order],
  ["processes", keys.processes("n-1")],
  ["nodes", keys.nodes],
  [undefined, createKeys("y").state(chat)],
])("%s is told by its key", (name, key) => {
  expect(families.filter(({ pattern }) => pattern.test(key)).map((family) => family.name)).toEqual(
    name === undefined ? [] : [name],
  );
  expect(familyOf(families, key)?.name).toBe(name);
});

describe("the table of keys", () => {
  const text = readFileSync(new URL("../../../src/redis/keys.ts", import.meta.url), "utf8");

  it.each(families.filter(({ name, life }) => life === "owner" && !name.includes(".")).map(({ name }) => name))(
    "says who removes %s, which has no time to live",
    (name) => {
      const doc = new RegExp(String.raw`/\*\*((?:(?!/\*\*)[\s\S])*?)\*/\s*(?:readonly )?${name}\b`).exec(text)?.[1];
      expect(doc).toMatch(/Removed|after it is settled/);
    },
  );
});
