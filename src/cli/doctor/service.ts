import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { LoadedConfig } from "../../../config/load.ts";
import type { Finding } from "../../model/finding.ts";
import type { ServiceStatus } from "../app-port.ts";
import { askStatus } from "../control-client.ts";
import { controlSocket } from "../control-server.ts";
import { isHeld, lockFile } from "../lock.ts";
import { ownVersion } from "../version.ts";
import { type Scene, type ServiceState, withinLimit } from "./check.ts";

/** A service that lives answers on its own machine in this time, ms. */
const answerMs = 1500;

/** Whether the service of this dataDir runs, and what it says of itself. Never rejects. */
export async function findService(config: LoadedConfig): Promise<ServiceState> {
  const status = await withinLimit(async () => askStatus(controlSocket(config.runtimeDir)), answerMs).catch(
    () => "late" as const,
  );
  if (status === "late") return "silent";
  if (status !== undefined) return status;
  return (await isHeld(config.dataDir)) ? "silent" : undefined;
}

/** The running service and its parts, or what a dead one left in the way. */
export async function checkService(scene: Scene): Promise<readonly Finding[]> {
  const { config, words, service } = scene;
  if (service === "silent")
    return [{ check: "service", state: "error", message: words.serviceSilent(config.dataDir), fix: words.fixSilent }];
  if (service !== undefined) return [runningFinding(service, scene), ...partFindings(service, scene)];
  const stale = [controlSocket(config.runtimeDir), lockFile(config.dataDir)].filter((path) => existsSync(path));
  if (stale.length === 0) return [{ check: "service", state: "ok", message: words.notRunning }];
  return [
    {
      check: "service",
      state: "warn",
      message: words.staleFiles(stale.join(", ")),
      fix: words.fixStale,
      async mend() {
        // A service may have been started meanwhile.
        if ((await findService(config)) !== undefined) throw new Error(words.runsMeanwhile);
        await Promise.all(stale.map((path) => rm(path, { force: true })));
        return words.staleRemoved(stale.join(", "));
      },
    },
  ];
}

function runningFinding(service: ServiceStatus, { words }: Scene): Finding {
  const own = ownVersion();
  if (service.version === own) return { check: "service", state: "ok", message: words.running(service.pid) };
  return {
    check: "service",
    state: "warn",
    message: words.otherVersion(service.pid, service.version, own),
    fix: words.fixRestart,
  };
}

function partFindings(service: ServiceStatus, { words }: Scene): readonly Finding[] {
  return service.health.parts
    .filter((part) => part.state !== "ready")
    .map(
      (part): Finding => ({
        check: `service.${part.name}`,
        state: part.state === "failed" ? "error" : "warn",
        message: words.part(part.state, part.reason ?? ""),
        fix: words.fixPart,
      }),
    );
}
