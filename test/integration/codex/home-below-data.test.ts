import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addFile, patch, shell, text } from "../../emulators/model/steps.ts";
import { type Lab, openLab } from "./lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab({ homeBelowData: true });
  writeFileSync(join(lab.data, "dump.rdb"), "DATASECRET");
  lab.model.on(/^sh /, (r) => [shell(r.userTexts.at(-1)?.slice(3) ?? ""), text("ok")]);
  lab.model.on("patch", [patch(addFile("new.txt", "new\n")), text("ok")]);
});
afterAll(() => lab.close());

/** What the model saw of a turn. */
async function run(prompt: string, sandbox: "read-only" | "workspace-write"): Promise<string> {
  const { session, events } = await lab.open({ sandbox });
  await lab.say(session, prompt, { sandbox });
  const { turnId } = await events.turn();
  await session.end();
  return lab.model.requests.findLast((r) => r.turnId === turnId)?.toolOutputs.at(-1) ?? "";
}

test.for(["read-only", "workspace-write"] as const)(
  "L10: with CODEX_HOME below the data folder commands run in %s, and read and write neither",
  async (sandbox) => {
    for (const signedIn of [false, true]) {
      if (signedIn) writeFileSync(join(lab.home, "auth.json"), '{"OPENAI_API_KEY":"AUTHSECRET"}');
      const look = `echo RUNS; cat ${lab.data}/* ${lab.home}/*; echo w > ${lab.home}/rules/x && echo WROTE; ls ${lab.home} && echo LISTED`;
      const seen = await run(`sh ${look}`, sandbox);
      expect(seen).toMatch(/^RUNS$/m);
      expect(seen).not.toMatch(/SECRET|^WROTE$|^LISTED$|model_providers/m);
    }
  },
);

test("a patch is applied in the project", async () => {
  expect(await run("patch", "workspace-write")).toContain("A new.txt");
});
