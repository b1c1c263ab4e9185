import type { InspectCommand } from "./arguments.ts";
import { audit } from "./audit.ts";
import { trace } from "./trace.ts";
import { turns } from "./turns.ts";

/** Carries out one of these commands; the exit code. A reader of the output that has enough (`| head`) ends it with 0. */
export async function inspect(command: InspectCommand, print: (line: string) => void): Promise<number> {
  const enough = (): void => process.exit(0);
  process.stdout.on("error", enough);
  try {
    return await perform(command, print);
  } finally {
    process.stdout.off("error", enough);
  }
}

function perform(command: InspectCommand, print: (line: string) => void): Promise<number> {
  switch (command.command) {
    case "turns":
      return turns({ ...command, print });
    case "audit":
      return audit({ ...command, print });
    case "trace":
      return trace({ ...command, print });
  }
}
