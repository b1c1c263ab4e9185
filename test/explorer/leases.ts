import type { RunScript } from "../../src/redis/script-runner.ts";
import { account } from "./platform.ts";
import type { TraceEvent } from "./trace.ts";

interface Lease {
  node: string | undefined;
  epoch: number;
  exp: number;
}

/** Who holds what, read from the scripts as they ran; and what each process believes to hold. */
export interface Leases {
  /** A script ran for this node. */
  ran(node: string, call: Parameters<RunScript>, reply: unknown): void;
  /** A process learned of it. */
  answered(name: string, call: Parameters<RunScript>, reply: unknown): void;
  /** The lease was taken by another, or anew, since the process took it. `of`: a chat or the account. */
  stale(name: string, of: string): boolean;
}

/** Writes what the laws need into the trace. */
export function createLeases(now: () => number, trace: (event: TraceEvent) => void): Leases {
  const leases = new Map<string, Lease>();
  const believed = new Map<string, number>();
  const tokens = new Set<string>();
  const leaseOf = (of: string): Lease => {
    let lease = leases.get(of);
    if (lease === undefined) {
      lease = { node: undefined, epoch: 0, exp: 0 };
      leases.set(of, lease);
    }
    return lease;
  };
  const claimed = (of: string, node: string, ttl: number, reply: unknown): void => {
    const [taken, epoch] = reply as readonly [number, number];
    if (taken !== 1) return;
    const lease = leaseOf(of);
    const over = lease.node !== undefined && lease.node !== node && lease.exp > now() ? lease.node : undefined;
    trace({ kind: "claimed", lease: of, node, over });
    Object.assign(lease, { node, epoch, exp: now() + ttl });
  };
  const renewed = (of: string, node: string, epoch: number, ttl: number): void => {
    const lease = leaseOf(of);
    if (lease.node === node && lease.epoch === epoch) lease.exp = now() + ttl;
  };
  const released = (of: string, node: string, epoch: number): void => {
    const lease = leaseOf(of);
    if (lease.node === node && lease.epoch === epoch) lease.node = undefined;
  };
  const wrote = (of: string, script: string, epoch: number, reply: unknown): void => {
    if (reply === 1) trace({ kind: "wrote", script, epoch, current: leaseOf(of).epoch });
  };
  return {
    ran(node, [name, keys, args], reply) {
      const [, second, third, fourth] = args.map(String);
      if (name === "claim") claimed(third ?? "", node, Number(second), reply);
      else if (name === "account-claim") claimed(account, node, Number(second), reply);
      else if (name === "renew")
        for (const [of, epoch] of renewals(keys, args, reply)) renewed(of, node, epoch, Number(second));
      else if (name === "account-renew" && reply === 1) renewed(account, node, Number(second), Number(third));
      else if (name === "release" && reply === 1) released(third ?? "", node, Number(second));
      else if (name === "account-release") released(account, node, Number(second));
      else if (name === "commit" || name === "update-view") {
        if (name === "commit" && reply === 1)
          trace({ kind: "removed", chat: fourth ?? "", mails: removed(args.map(String)) });
        wrote(fourth ?? "", name, Number(second), reply);
      } else if (name.startsWith("outbox-")) wrote(account, name, Number(second), reply);
      else if (name === "ingest") stored(args.map(String), reply, tokens, trace);
      else if (name === "settle") settled(args.map(String), reply, tokens, trace);
    },
    answered(name, [script, , args], reply) {
      if (script !== "claim" && script !== "account-claim") return;
      const [taken, epoch] = reply as readonly [number, number];
      if (taken === 1) believed.set(`${name} ${script === "claim" ? String(args[2]) : account}`, epoch);
    },
    stale(name, of) {
      return (believed.get(`${name} ${of}`) ?? 0) < leaseOf(of).epoch;
    },
  };
}

/** Mail that a commit removed. Its steps: name, number of arguments, arguments. */
function removed(args: readonly string[]): readonly string[] {
  const mails: string[] = [];
  for (let at = 5; at < args.length; ) {
    const end = at + 2 + Number(args[at + 1]);
    if (args[at] === "ack") mails.push(...args.slice(at + 2, end));
    at = end;
  }
  return mails;
}

/** Chats a renewal kept, with their epochs. */
function renewals(
  keys: readonly string[],
  args: Parameters<RunScript>[2],
  reply: unknown,
): (readonly [string, number])[] {
  return (reply as readonly number[]).flatMap((unread, at) => {
    const chat = /\{(.*)\}/.exec(keys[at * 2] ?? "")?.[1];
    return unread < 0 || chat === undefined ? [] : [[chat, Number(args[2 + at])] as const];
  });
}

interface Written {
  readonly kind: string;
  readonly message?: { readonly person: { readonly id: string } };
  readonly person?: { readonly id: string };
}

function stored(
  [token = "", , , mail = "", , chat = ""]: readonly string[],
  reply: unknown,
  tokens: Set<string>,
  trace: (event: TraceEvent) => void,
): void {
  if (reply === "dup" || reply === "full" || tokens.has(token)) return;
  tokens.add(token);
  const read = JSON.parse(mail) as Written & { readonly message?: { readonly messageId?: string } };
  const who = (read.message?.person ?? read.person)?.id ?? "";
  trace({ kind: "stored", chat, id: read.message?.messageId ?? read.kind, mail: read.kind, who });
}

function settled(
  args: readonly string[],
  reply: unknown,
  tokens: Set<string>,
  trace: (event: TraceEvent) => void,
): void {
  const [token = "", who = "", , answer = "", , number = ""] = args;
  if ((reply as readonly unknown[])[0] !== "taken" || tokens.has(token)) return;
  tokens.add(token);
  const { decision = "answers" } = JSON.parse(answer) as { readonly decision?: string };
  trace({ kind: "settled", request: Number(number), who, decision });
}
