import type { ServiceStatus } from "./app-port.ts";

/** The turns and requests of the process that told the status, without those of other machines on its Redis. Pure. */
export function ownWork({ node, turns, requests }: ServiceStatus): Pick<ServiceStatus, "turns" | "requests"> {
  const own = (one: { readonly node?: string }): boolean => one.node === undefined || one.node === node;
  return { turns: turns.filter(own), requests: requests.filter(own) };
}
