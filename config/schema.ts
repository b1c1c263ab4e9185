import { z } from "zod";

const minutes = z.number().min(0);
const days = z.number().int().min(0);
const name = z.string().regex(/^[A-Za-z0-9_-]+$/, { error: "a name of letters, digits, _ and -" });
const person = z.string().regex(/^[a-z]+:[^\s~:]+$/, { error: 'a person such as "telegram:1001"' });
const effort = z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]);
const approvalPolicy = z.enum(["untrusted", "on-request", "never"]);
const sandbox = z.enum(["read-only", "workspace-write", "danger-full-access"]);
const right = z.enum(["talk", "approve", "operate"]);
const text = z.string().min(1);
const proxyUrl = z.string().regex(/^https?:\/\/\S+$/, { error: "an http:// or https:// address" });
/** A value for `-c`: scalars and lists as Codex's TOML has them. */
const override = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.union([z.string(), z.number(), z.boolean()])),
]);

const codex = z.strictObject({
  bin: text.optional(),
  home: text.default("~/.codex"),
  model: text.optional(),
  effort: effort.default("medium"),
  approvalPolicy: approvalPolicy.default("on-request"),
  sandbox: sandbox.default("workspace-write"),
  network: z.boolean().default(false),
  config: z.record(text, override).default({}),
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "a variable name" }), z.string()).default({}),
  maxProcesses: z.number().int().min(1).optional(),
  idleMinutes: minutes.default(10),
  stallMinutes: minutes.default(10),
  maxTurnMinutes: minutes.default(0),
});

const telegramAccount = z.strictObject({
  id: name.default("main"),
  token: z.string().regex(/^\d+:[\w-]+$/, { error: 'a bot token such as "123456:ABC…"' }),
  apiRoot: z
    .string()
    .regex(/^https?:\/\/\S+$/, { error: "an http:// or https:// address" })
    .default("https://api.telegram.org"),
  richMessages: z.boolean().default(false),
});

const feishuAccount = z.strictObject({
  id: name.default("main"),
  appId: z.string().regex(/^cli_[0-9a-fA-F]{16}$/, { error: 'an app id such as "cli_0123456789abcdef"' }),
  appSecret: text,
  domain: z
    .string()
    .regex(/^(feishu|lark|https?:\/\/\S+)$/, { error: "feishu, lark, or an http:// or https:// address" })
    .default("feishu"),
});

const members = z.union([z.literal("members"), z.array(z.union([z.literal("owners"), person]))]);

/** One group, or `off`. */
const group = z.union([
  z.literal("off"),
  z.strictObject({
    mode: z.enum(["off", "mention", "all"]).default("mention"),
    talk: members.default("members"),
    approve: z.strictObject({ who: members.default(["owners"]) }).prefault({}),
  }),
]);

const groups = z
  .record(
    z.string().regex(/^(default|[a-z]+:[^\s~:]+)$/, { error: '"default", or a group such as "telegram:-100123"' }),
    group,
  )
  .refine((all) => all.default === undefined || all.default === "off", {
    error: "default: off (a group is off until it is named)",
  });

const listenForm = 'host:port, such as "127.0.0.1:8420"; a port is at most 65535';

const web = z.strictObject({
  listen: z
    .string()
    .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$/, { error: listenForm })
    .refine((at) => Number(at.slice(at.lastIndexOf(":") + 1)) <= 65_535, { error: listenForm })
    .default("127.0.0.1:8420"),
  token: z
    .string()
    .regex(/^[\w.~-]{16,}$/, { error: "16 or more letters, digits and - . _ ~" })
    .optional(),
});

const project = z.strictObject({
  path: text,
  pool: name.default("default"),
  model: text.optional(),
  effort: effort.optional(),
  approvalPolicy: approvalPolicy.optional(),
  sandbox: sandbox.optional(),
  network: z.boolean().optional(),
  writable: z.array(text).default([]),
  instructions: text.optional(),
});

/** The configuration file, strictly. Defaults that depend on the machine are left open; `load.ts` fills them in. */
export const configSchema = z.strictObject({
  dataDir: text.default("~/.local/share/codex-hotline"),
  redis: z
    .strictObject({
      url: z.string().regex(/^(rediss?:\/\/|unix:\/\/\/)\S+$/, { error: "a redis://, rediss:// or unix:/// address" }),
    })
    .optional(),
  proxy: proxyUrl.optional(),
  codex: codex.prefault({}),
  channels: z
    .strictObject({
      telegram: z.array(telegramAccount).default([]),
      feishu: z.array(feishuAccount).default([]),
      web: z.union([z.literal(false), web]).prefault({}),
    })
    .prefault({}),
  access: z
    .strictObject({
      owners: z.array(person).default([]),
      users: z.record(person, z.array(right)).default({}),
      direct: z.enum(["pairing", "allowlist", "off"]).default("pairing"),
      groups: groups.default({ default: "off" }),
    })
    .prefault({}),
  whileBusy: z.enum(["steer", "queue", "interrupt"]).default("steer"),
  recovery: z.enum(["ask", "continue"]).default("ask"),
  approvals: z.strictObject({ remindMinutes: z.array(z.number().positive()).default([10, 60]) }).prefault({}),
  projects: z.record(name, project).default({}),
  pools: z.record(name, z.strictObject({})).default({ default: {} }),
  retention: z.strictObject({ inboxDays: days.default(30), logDays: days.default(14) }).prefault({}),
  timezone: z.string().refine(isTimezone, { error: 'a time zone such as "Europe/Berlin"' }).optional(),
  language: z.enum(["en", "zh-CN"]).default("en"),
  log: z
    .strictObject({
      level: z.enum(["debug", "info", "warn", "error"]).default("info"),
      pretty: z.union([z.literal("auto"), z.boolean()]).default("auto"),
      file: z.union([z.boolean(), text]).default(false),
    })
    .prefault({}),
});

/** What the file says, with the defaults that hold on every machine. */
export type ParsedConfig = z.infer<typeof configSchema>;

function isTimezone(value: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return true;
  } catch {
    return false;
  }
}
