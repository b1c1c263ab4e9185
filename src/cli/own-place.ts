import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Place } from "../redis/nodes.ts";
import { processStart } from "./process-start.ts";

/** This process among those of all machines. */
export function ownPlace(): Place {
  return {
    host: hostname(),
    machine: machineOf("/proc"),
    process: `${process.pid} ${processStart(process.pid) ?? ""}`,
  };
}

/** Whether the process of a {@link Place} on this machine lives. */
export function livesHere(named: string): boolean {
  const [pid = "", ...start] = named.split(" ");
  return processStart(Number(pid)) === start.join(" ");
}

/** Containers of one machine do not see each other's processes. `proc`: where Linux tells of itself. */
export function machineOf(proc: string): string {
  try {
    return `${readFileSync(join(proc, "sys/kernel/random/boot_id"), "utf8").trim()} ${readlinkSync(join(proc, "self/ns/pid"))}`;
  } catch {
    // Another system, or one that hides it.
    return hostname();
  }
}
