import { leftoversIn, removeDead } from "../../codex/leftovers.ts";
import type { Finding } from "../../model/finding.ts";
import type { Scene } from "./check.ts";
import { findService } from "./service.ts";

/** Codex processes nobody knows, and files of processes that are gone. */
export async function checkLeftovers(scene: Scene): Promise<readonly Finding[]> {
  const { config, words, service } = scene;
  const { living, unrecorded, dead } = await leftoversIn(config.runtimeDir);
  const findings: Finding[] = [];
  if (unrecorded.length > 0) {
    const pids = unrecorded.map((found) => found.pid).join(" ");
    findings.push({ check: "leftovers", state: "warn", message: words.unrecorded(pids), fix: `kill ${pids}` });
  }
  // A running service may be starting a process just now: what looks dead then is not.
  if (dead.length > 0 && service === undefined)
    findings.push({
      check: "leftovers",
      state: "warn",
      message: words.deadFiles(dead.length, config.runtimeDir),
      fix: words.fixStale,
      async mend() {
        if ((await findService(config)) !== undefined) throw new Error(words.runsMeanwhile);
        await removeDead(dead);
        return words.deadRemoved(dead.length);
      },
    });
  if (findings.length > 0) return findings;
  const goOn = service === undefined && living.length > 0;
  return [{ check: "leftovers", state: "ok", message: goOn ? words.turnsGoOn(living.length) : words.noLeftovers }];
}
