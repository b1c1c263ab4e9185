import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { Place } from "../redis/nodes.ts";
import { processStart } from "./process-start.ts";

/** This process among those of all machines. */
export function ownPlace(): Place {
  return { host: hostname(), machine: machine(), process: `${process.pid} ${processStart(process.pid) ?? ""}` };
}

/** Whether the process of a {@link Place} on this machine lives. */
export function livesHere(named: string): boolean {
  const [pid = "", ...start] = named.split(" ");
  return processStart(Number(pid)) === start.join(" ");
}

/** Containers of one machine do not see each other's processes. */
function machine(): string {
  if (process.platform !== "linux") return hostname();
  return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()} ${readlinkSync("/proc/self/ns/pid")}`;
}
