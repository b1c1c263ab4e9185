import type { Mail } from "./message.ts";

/** Places of a mailbox that only control mail may take: stops, taps, answers and commands reach a chat full of work. */
const controlReserve = 100;

/** Whether mail brings work (a prompt, its edit, `/new` with a text); all other acts on what runs or waits. Pure. */
export function isWork(mail: Mail): boolean {
  switch (mail.kind) {
    case "prompt":
      return true;
    case "edit":
      return mail.command === undefined || startsWork(mail.command);
    case "command":
      return startsWork(mail.command);
    default:
      return false;
  }
}

/** Unacked mail of a chat from which on `mail` is refused; `cap`: that for work. Pure. */
export function roomFor(mail: Mail, cap: number): number {
  return isWork(mail) ? cap : cap + controlReserve;
}

function startsWork({ name, args }: { readonly name: string; readonly args: string }): boolean {
  return name === "new" && args !== "";
}
