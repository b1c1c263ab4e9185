import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { missingScopes } from "../../../adapters/feishu/scopes.ts";

const all = { groups: true, everything: true };

/** First cells of the set-up page's table of scopes. */
function documented(): readonly string[] {
  const page = readFileSync("docs/how-to/feishu-setup.md", "utf8");
  const table = page.slice(page.indexOf("## Scopes"), page.indexOf("## Events"));
  return table.split("\n").flatMap((row) => /^\| (`.*?) \|/.exec(row)?.[1] ?? []);
}

describe("scopes", () => {
  it("that are looked for are those of the set-up page, in its order", () => {
    const rows = documented();
    const scopes = missingScopes(new Set(), all).map((one) => one.scope);
    expect(rows).toHaveLength(scopes.length);
    expect(scopes.filter((scope, index) => rows[index]?.includes(`\`${scope}\``) !== true)).toEqual([]);
  });

  it("that another one includes are not missed", () => {
    const granted = new Set(["im:message", "im:message.group_msg", "im:chat"]);
    const missing = missingScopes(granted, all).map((one) => one.breaks);
    for (const breaks of ["send", "reactions", "history", "mentions", "everything", "titles"] as const)
      expect(missing).not.toContain(breaks);
  });

  it("for groups matter as much as groups are used", () => {
    const state = (needs: typeof all, breaks: string) =>
      missingScopes(new Set(), needs).find((one) => one.breaks === breaks)?.state;
    expect(state({ groups: false, everything: false }, "mentions")).toBe("warn");
    expect(state({ groups: true, everything: false }, "mentions")).toBe("error");
    expect(state({ groups: true, everything: false }, "everything")).toBe("ok");
    expect(state(all, "everything")).toBe("error");
  });
});
