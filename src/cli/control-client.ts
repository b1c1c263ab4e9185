import { request } from "node:http";
import { connect } from "node:net";
import { z } from "zod";
import type { ServiceStatus, StopMode } from "./app-port.ts";

const part = z.object({
  name: z.string(),
  state: z.enum(["starting", "ready", "degraded", "failed"]),
  reason: z.string().exactOptional(),
});
const turn = z.object({
  chat: z.string(),
  project: z.string(),
  startedAt: z.number(),
  doing: z.string().exactOptional(),
  stalledSince: z.number().exactOptional(),
});
const worker = z.object({
  node: z.string(),
  host: z.string(),
  pools: z.array(z.string()),
  projects: z.array(z.string()),
  living: z.boolean(),
  silentMs: z.number(),
});
const statusSchema = z.object({
  version: z.string(),
  pid: z.number(),
  startedAt: z.number(),
  demo: z.boolean().default(false),
  role: z.enum(["all", "gateway", "worker"]).default("all"),
  workers: z.array(worker).default([]),
  health: z.object({ ready: z.boolean(), parts: z.array(part) }),
  chats: z.number(),
  turns: z.array(turn),
  queue: z.object({ waiting: z.number(), active: z.number() }),
  requests: z.array(z.object({ number: z.number(), chat: z.string(), summary: z.string(), askedAt: z.number() })),
  processes: z.array(z.object({ chat: z.string(), pid: z.number(), working: z.boolean() })),
  metrics: z.record(z.string(), z.number()),
});

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
