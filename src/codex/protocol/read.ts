import { z } from "zod";

/**
 * What is read of app-server's messages (0.169.0), leniently: unknown fields pass, unknown enum values are plain
 * strings.
 */
const id = z.string();
const text = z.string().nullish();

export const change = z.looseObject({
  path: z.string(),
  kind: z.looseObject({ type: z.string(), move_path: text }),
  diff: z.string(),
});
export type ChangeRead = z.infer<typeof change>;

/** A thread item: one shape for all kinds, since only few fields are read. */
export const item = z.looseObject({
  type: z.string(),
  id: z.string(),
  clientId: text,
  text,
  phase: text,
  command: text,
  processId: text,
  status: text,
  aggregatedOutput: text,
  exitCode: z.number().nullish(),
  durationMs: z.number().nullish(),
  changes: z.array(change).nullish(),
  server: text,
  tool: text,
  query: text,
  path: text,
  review: text,
  summary: z.array(z.string()).nullish(),
});
export type ItemRead = z.infer<typeof item>;

export const turnError = z.looseObject({
  message: z.string(),
  codexErrorInfo: z.union([z.string(), z.record(z.string(), z.unknown())]).nullish(),
  additionalDetails: text,
});
export type TurnErrorRead = z.infer<typeof turnError>;

export const turn = z.looseObject({
  id,
  status: z.string(),
  error: turnError.nullish(),
  items: z.array(z.unknown()),
  /** s since the epoch. */
  startedAt: z.number().nullish(),
  completedAt: z.number().nullish(),
  durationMs: z.number().nullish(),
});
export type TurnRead = z.infer<typeof turn>;

const ofTurn = { threadId: id, turnId: id };

const tokens = z.looseObject({
  totalTokens: z.number(),
  inputTokens: z.number().nullish(),
  cachedInputTokens: z.number().nullish(),
  outputTokens: z.number().nullish(),
  reasoningOutputTokens: z.number().nullish(),
});
/** Token figures of a thread or of one model request. */
export type TokensRead = z.infer<typeof tokens>;

/** Parameters of the notifications that are read. */
export const notifications = {
  turnStarted: z.looseObject({ threadId: id, turn: z.looseObject({ id }) }),
  turnCompleted: z.looseObject({ threadId: id, turn }),
  item: z.looseObject({ ...ofTurn, item }),
  delta: z.looseObject({ ...ofTurn, itemId: id, delta: z.string() }),
  summaryDelta: z.looseObject({ ...ofTurn, itemId: id, delta: z.string(), summaryIndex: z.number() }),
  plan: z.looseObject({ ...ofTurn, plan: z.array(z.looseObject({ step: z.string(), status: z.string() })) }),
  diff: z.looseObject({ ...ofTurn, diff: z.string() }),
  usage: z.looseObject({
    ...ofTurn,
    tokenUsage: z.looseObject({
      total: tokens,
      last: tokens,
      modelContextWindow: z.number().nullish(),
    }),
  }),
  error: z.looseObject({ ...ofTurn, willRetry: z.boolean(), error: turnError }),
  resolved: z.looseObject({ threadId: id, requestId: z.union([z.number(), z.string()]) }),
  warning: z.looseObject({ threadId: text, message: z.string() }),
  configWarning: z.looseObject({ summary: z.string(), details: text }),
  rerouted: z.looseObject({ ...ofTurn, fromModel: z.string(), toModel: z.string() }),
  mcpStartup: z.looseObject({ name: z.string(), status: z.string(), error: text }),
};

const ofItem = { ...ofTurn, itemId: id };

/** Parameters of the server requests that are served. */
export const requests = {
  command: z.looseObject({
    ...ofItem,
    kind: text,
    approvalId: text,
    reason: text,
    command: text,
    cwd: text,
    networkApprovalContext: z.looseObject({ host: z.string(), protocol: z.string() }).nullish(),
    proposedExecpolicyAmendment: z.array(z.string()).nullish(),
  }),
  files: z.looseObject({ ...ofItem, reason: text, grantRoot: text }),
  permissions: z.looseObject({ ...ofItem, reason: text, permissions: z.record(z.string(), z.unknown()) }),
  question: z.looseObject({
    ...ofItem,
    questions: z.array(
      z.looseObject({
        id,
        header: z.string(),
        question: z.string(),
        isOther: z.boolean(),
        isSecret: z.boolean(),
        options: z.array(z.looseObject({ label: z.string(), description: text })).nullish(),
      }),
    ),
  }),
  elicitation: z.looseObject({
    threadId: id,
    turnId: text,
    serverName: z.string(),
    mode: z.string(),
    message: text,
    title: text,
    url: text,
  }),
};

/** Results that are read. */
export const results = {
  initialize: z.looseObject({ userAgent: z.string(), codexHome: z.string() }),
  thread: z.looseObject({
    thread: z.looseObject({
      id,
      status: z.looseObject({ type: z.string(), activeFlags: z.array(z.string()).nullish() }),
    }),
    model: z.string(),
    reasoningEffort: text,
    activePermissionProfile: z.looseObject({ id }).nullish(),
  }),
  turns: z.looseObject({ data: z.array(turn), nextCursor: text }),
  terminals: z.looseObject({
    data: z.array(z.looseObject({ itemId: text, processId: id, command: z.string() })),
    nextCursor: text,
  }),
  models: z.looseObject({
    data: z.array(
      z.looseObject({
        id,
        displayName: z.string(),
        isDefault: z.boolean(),
        supportedReasoningEfforts: z.array(z.looseObject({ reasoningEffort: z.string() })),
      }),
    ),
    nextCursor: text,
  }),
  account: z.looseObject({ account: z.unknown(), requiresOpenaiAuth: z.boolean() }),
  config: z.looseObject({ config: z.looseObject({ model: text, sandbox_mode: text }) }),
};
