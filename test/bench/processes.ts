import { readFileSync } from "node:fs";

const pageBytes = 1024;
/** `getconf CLK_TCK`: 100 on every Linux this runs on. */
const ticksPerSecond = 100;

/** Memory of a process, MB (10^6). PSS shares common pages among their users. */
export function memoryOf(pid: number): { readonly rss: number; readonly pss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const of = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1]) * pageBytes) / 1e6;
  return { rss: of("Rss"), pss: of("Pss") };
}

/** CPU seconds a process has used, its ended children included; 0 when it is gone. */
export function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    // utime, stime, cutime, cstime are fields 14 to 17; two were cut off.
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
  } catch {
    return 0;
  }
}
