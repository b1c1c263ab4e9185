import { describe, expect, test } from "vitest";
import { createAccess } from "../../../src/channel/access.ts";
import { nearestCommand, readCommand, readNumbered } from "../../../src/channel/command-line.ts";
import type { PersonId } from "../../../src/model/ids.ts";
import { facts, home, lead, owner, stranger } from "./harness.ts";

const rules = {
  owners: [owner.id],
  users: { [lead.id]: ["approve"] as const },
  direct: "pairing" as const,
  groups: {},
};

describe("rights", () => {
  test("are all for owners, those given for users, none for strangers", async () => {
    const access = createAccess(rules, async () => []);
    expect([...(await access.rightsOf(owner, facts(home)))].sort()).toEqual(["approve", "operate", "talk"]);
    expect([...(await access.rightsOf(lead, facts(home)))]).toEqual(["approve"]);
    expect((await access.rightsOf(stranger, facts(home))).size).toBe(0);
  });

  test("count at once for who claims the service", async () => {
    const claimed: PersonId[] = [];
    const access = createAccess(rules, async () => claimed);
    expect((await access.rightsOf(stranger, facts(home))).size).toBe(0);
    claimed.push(stranger.id);
    expect((await access.rightsOf(stranger, facts(home))).size).toBe(3);
  });

  test("are none in groups, and with direct chats off only owners have any", async () => {
    const access = createAccess({ ...rules, direct: "off" }, async () => []);
    expect((await access.rightsOf(owner, { ...facts(home), private: false })).size).toBe(0);
    expect((await access.rightsOf(owner, facts(home))).size).toBe(3);
    expect((await access.rightsOf(lead, facts(home))).size).toBe(0);
  });

  test("are named by their holders, by id until one was seen", async () => {
    const access = createAccess(rules, async () => [owner.id]);
    expect(await access.holders("approve", facts(home))).toEqual([owner.id, lead.id]);
    await access.rightsOf(lead, facts(home));
    await access.rightsOf(stranger, facts(home));
    expect(await access.holders("approve", facts(home))).toEqual([owner.id, "@lead"]);
    expect(await access.holders("operate", facts(home))).toEqual([owner.id]);
  });
});

describe("a command line", () => {
  test("is a name and the rest", () => {
    expect(readCommand("/new")).toEqual({ name: "new", args: "" });
    expect(readCommand("/New@my_bot  fix\nthis ")).toEqual({ name: "new", args: "fix\nthis" });
    expect(readCommand("/etc/hosts is broken")).toEqual({ name: "etc/hosts", args: "is broken" });
    expect(readCommand("/")).toEqual({ name: "", args: "" });
    expect(readCommand("say /new")).toBeUndefined();
    expect(readCommand("")).toBeUndefined();
  });

  test("may begin with a request's number", () => {
    expect(readNumbered("3 use pnpm")).toEqual({ number: 3, rest: "use pnpm" });
    expect(readNumbered("#12")).toEqual({ number: 12, rest: "" });
    expect(readNumbered("3rd party code")).toEqual({ rest: "3rd party code" });
    expect(readNumbered("")).toEqual({ rest: "" });
  });

  test("is likened to a known one within two changes", () => {
    const known = ["status", "stop", "new", "retry"];
    expect(nearestCommand("statsu", known)).toBe("status");
    expect(nearestCommand("sotp", known)).toBe("stop");
    expect(nearestCommand("nwe", known)).toBe("new");
    expect(nearestCommand("deploy", known)).toBeUndefined();
    expect(nearestCommand("x", known)).toBeUndefined();
    expect(nearestCommand("", known)).toBeUndefined();
  });
});
