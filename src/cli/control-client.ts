import { request } from "node:http";
import { connect } from "node:net";
import { z } from "zod";
import type { NodeStatus, ServiceStatus, StopMode, TurnStatus, WorkerStatus } from "./app-port.ts";

/** A schema for every field, so that none that is told is lost on the way to the reader. */
type Fields<T> = Readonly<Record<keyof T, z.ZodType>>;

const role = z.enum(["all", "gateway", "worker"]);
const part = z.object({
  name: z.string(),
  state: z.enum(["starting", "ready", "degraded", "failed"]),
  reason: z.string().exactOptional(),
});
const turn = z.object({
  node: z.string().exactOptional(),
  chat: z.string(),
  project: z.string(),
  startedAt: z.number(),
  doing: z.string().exactOptional(),
  stalledSince: z.number().exactOptional(),
} satisfies Fields<TurnStatus>);
const worker = z.object({
  node: z.string(),
  host: z.string(),
  pools: z.array(z.string()),
  projects: z.array(z.string()),
  living: z.boolean(),
  silentMs: z.number(),
} satisfies Fields<WorkerStatus>);
const node = z.object({
  node: z.string(),
  role,
  host: z.string(),
  pid: z.number(),
  version: z.string(),
  pools: z.array(z.string()),
  projects: z.array(z.string()),
  chats: z.number().exactOptional(),
  living: z.boolean(),
  silentMs: z.number(),
} satisfies Fields<NodeStatus>);
const openRequest = z.object({
  node: z.string().exactOptional(),
  number: z.number(),
  chat: z.string(),
  summary: z.string(),
  askedAt: z.number(),
} satisfies Fields<ServiceStatus["requests"][number]>);
const codexProcess = z.object({
  chat: z.string(),
  pid: z.number(),
  working: z.boolean(),
  host: z.string().exactOptional(),
} satisfies Fields<ServiceStatus["processes"][number]>);
const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  startedAt: z.number(),
  demo: z.boolean().default(false),
  role: role.default("all"),
  node: z.string().exactOptional(),
  stopping: z.enum(["keep", "drain", "now"]).exactOptional(),
  workers: z.array(worker).default([]),
  nodes: z.array(node).exactOptional(),
  health: z.object({ ready: z.boolean(), parts: z.array(part) }),
  chats: z.number(),
  turns: z.array(turn),
  queue: z.object({ waiting: z.number(), active: z.number() }),
  requests: z.array(openRequest),
  processes: z.array(codexProcess),
  metrics: z.record(z.string(), z.number()),
} satisfies Fields<ServiceStatus>);

const timeoutMs = 10_000;

/** What the running service says of itself; undefined when nothing listens. Throws when it does not answer within 10 s. */
export function askStatus(socket: string): Promise<ServiceStatus | undefined> {
  return call(socket, "GET", "/status");
}

/** Asks the running service to stop; what it did at that moment, or undefined when nothing listens. */
export function askStop(socket: string, mode: StopMode): Promise<ServiceStatus | undefined> {
  return call(socket, "POST", `/stop?mode=${mode}`);
}

/** Whether something accepts connections on a unix socket. */
export function listens(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket, () => {
      connection.destroy();
      resolve(true);
    });
    connection.on("error", () => resolve(false));
  });
}

function call(socketPath: string, method: string, path: string): Promise<ServiceStatus | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, method, path, timeout: timeoutMs, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => {
        try {
          resolve(readStatus(text));
        } catch (cause) {
          reject(new Error("The running service gave no usable answer.", { cause }));
        }
      });
    });
    outgoing.on("timeout", () => outgoing.destroy(new Error(`The running service does not answer on ${socketPath}.`)));
    outgoing.on("error", (error) => (nobodyThere(error) ? resolve(undefined) : reject(error)));
    outgoing.end();
  });
}

function readStatus(text: string): ServiceStatus {
  return statusSchema.parse(JSON.parse(text));
}

function nobodyThere(error: Error): boolean {
  return ["ENOENT", "ECONNREFUSED"].includes(String(Reflect.get(error, "code")));
}
