import { parse } from "yaml";
import { z } from "zod";

const service = z.looseObject({
  image: z.string().optional(),
  build: z.unknown().optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.unknown().optional(),
  privileged: z.boolean().default(false),
  cap_add: z.array(z.string()).default([]),
  user: z.string().optional(),
  stop_grace_period: z.string().optional(),
  restart: z.string().optional(),
});
const compose = z.looseObject({
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.unknown()).default({}),
});
type Service = z.infer<typeof service>;

const redisOptions = { "--appendonly": "yes", "--appendfsync": "always", "--maxmemory-policy": "noeviction" };

/** The mistakes that matter in a compose.yaml, one sentence each. Throws when it is none. */
export function composeFaults(text: string): readonly string[] {
  const { services, volumes } = compose.parse(parse(text));
  return Object.entries(services).flatMap(([name, one]) =>
    [
      ...ownFaults(one),
      ...(isRedis(one) ? redisFaults(one) : hotlineFaults(one, services)),
      ...volumeFaults(one, volumes),
    ].map((fault) => `${name}: ${fault}`),
  );
}

/** The command line of the Redis service, without its program. */
export function redisArguments(text: string): readonly string[] {
  const found = Object.values(compose.parse(parse(text)).services).find(isRedis);
  return found?.command.slice(1) ?? [];
}

function isRedis(one: Service): boolean {
  return /^(redis|valkey)/.test(one.image ?? "");
}

function ownFaults(one: Service): readonly string[] {
  const faults: string[] = [];
  const tag = one.image?.split(":")[1];
  if (one.image !== undefined && (tag === undefined || tag.startsWith("latest")))
    faults.push(`${one.image} names no release`);
  for (const port of one.ports)
    if (!/^(127\.0\.0\.1|\[::1\]):/.test(port)) faults.push(`port ${port} is open to the network`);
  for (const [key, value] of Object.entries(one.environment)) {
    if (/(TOKEN|SECRET|PASSWORD|KEY)/.test(key) && !/^\$\{\w+(:?[?-][^}]*)?\}$/.test(value))
      faults.push(`${key} stands in the file`);
    if (/:\/\/[^/]*:[^/@]+@/.test(value)) faults.push(`${key} holds a password`);
  }
  if (one.privileged || one.cap_add.length > 0) faults.push("it is given more rights than it needs");
  if (/^(root|0)(:|$)/.test(one.user ?? "")) faults.push("it runs as root");
  if (one.stop_grace_period === undefined) faults.push("there is no time to stop");
  if (one.restart === undefined) faults.push("it does not come back after a restart of the machine");
  return faults;
}

function redisFaults(one: Service): readonly string[] {
  const faults = Object.entries(redisOptions)
    .filter(
      ([option, value]) => one.command[one.command.indexOf(option) + 1] !== value || !one.command.includes(option),
    )
    .map(([option, value]) => `${option} ${value} is missing`);
  if (one.ports.length > 0) faults.push("Redis is published");
  if (one.healthcheck === undefined) faults.push("there is no health check");
  if (!one.volumes.some((volume) => volume.endsWith(":/data"))) faults.push("its data is lost with the container");
  return faults;
}

function hotlineFaults(one: Service, services: Readonly<Record<string, Service>>): readonly string[] {
  const redis = Object.entries(services).find(([, other]) => isRedis(other))?.[0];
  const faults = ["/data", "/codex", "/projects"]
    .filter(
      (place) => !one.volumes.some((volume) => volume.split(":").at(-1) === place || volume.endsWith(`:${place}:rw`)),
    )
    .map((place) => `${place} is lost with the container`);
  if (redis !== undefined && one.depends_on[redis]?.condition !== "service_healthy")
    faults.push("it starts before Redis answers");
  if (redis !== undefined && !one.environment.REDIS_URL?.startsWith(`redis://${redis}:`))
    faults.push("REDIS_URL does not name the Redis beside it");
  return faults;
}

function volumeFaults(one: Service, volumes: Readonly<Record<string, unknown>>): readonly string[] {
  return one.volumes
    .map((volume) => volume.split(":")[0] ?? "")
    .filter((source) => /^\w+$/.test(source) && !(source in volumes))
    .map((source) => `the volume ${source} is not declared`);
}
