import { z } from "zod";
import { CodexError, type CodexErrorCode } from "./port.ts";

const rpcFailure = z.looseObject({
  message: z.string(),
  data: z.looseObject({ input_error_code: z.string().nullish(), codexErrorInfo: z.unknown().optional() }).nullish(),
});

/** Reads a result leniently. CodexError `rejected` when even what is needed of it is not there. */
export function readAs<T extends z.ZodType>(schema: T, method: string, result: unknown): z.infer<T> {
  const read = schema.safeParse(result);
  if (read.success) return read.data;
  throw new CodexError("rejected", `${method} was answered in an unknown shape`, { cause: read.error });
}

/** app-server 0.169.0 has one code for nearly every refusal (-32600); only its words tell them apart. */
const byWords: readonly (readonly [RegExp, CodexErrorCode])[] = [
  [/no rollout found|thread not found|thread not loaded|invalid session id|is archived/, "threadLost"],
  [/already has an active writer/, "threadBusy"],
];

/** Names a refusal more exactly where its words allow it. Anything but CodexError passes as it is. */
export function explained(error: unknown): unknown {
  if (!(error instanceof CodexError) || error.code !== "rejected") return error;
  const found = rpcFailure.safeParse(error.cause).data;
  if (found?.data?.input_error_code === "input_too_large") return again("inputTooLarge", error);
  const code = byWords.find(([words]) => words.test(error.message))?.[1];
  return code === undefined ? error : again(code, error);
}

/** Whether no turn, or another one, is running. */
export function isNoActiveTurn(error: unknown): boolean {
  return isRejected(error) && /no active turn|expected active turn id/.test(error.message);
}

/** Whether the running turn (review, compaction) takes no input. */
export function isNotSteerable(error: unknown): boolean {
  if (!isRejected(error)) return false;
  const info = rpcFailure.safeParse(error.cause).data?.data?.codexErrorInfo;
  return typeof info === "object" && info !== null && "activeTurnNotSteerable" in info;
}

function isRejected(error: unknown): error is CodexError {
  return error instanceof CodexError && error.code === "rejected";
}

function again(code: CodexErrorCode, error: CodexError): CodexError {
  return new CodexError(code, error.message, { cause: error });
}
