/** Sends a signal; false when there is nobody (any more) to take it. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  if (!(pid > 0)) return false;
  try {
    return process.kill(pid, name);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}
