import type { ExamineOptions } from "../../src/channel/port.ts";
import { untilAborted } from "../../src/lib/until-aborted.ts";
import type { DoctorChannelWords } from "../../src/model/catalog/doctor-channels.ts";
import type { Finding } from "../../src/model/finding.ts";
import { ApiFailure } from "./errors.ts";
import type { FeishuCall } from "./requests.ts";

/** One app under examination. */
export interface ExaminedApp {
  readonly account: string;
  readonly appId: string;
  /** Address of the app in the developer console. */
  readonly console: string;
  readonly call: FeishuCall;
}

/** Everything the parts of an examination share. */
export interface Examination extends ExaminedApp {
  readonly asked: ExamineOptions;
  readonly words: DoctorChannelWords;
  readonly signal: AbortSignal;
}

const callMs = 3000;

/** A GET with its time limit. Rejects with ApiFailure. */
export async function ask(
  it: Examination,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const limit = AbortSignal.any([it.signal, AbortSignal.timeout(callMs)]);
  try {
    // Fetching a token, and waiting for a proxy, heed no signal.
    return await untilAborted(it.call({ method: "GET", path, query }, limit), limit);
  } catch (error) {
    if (!limit.aborted) throw error;
    throw new ApiFailure(path, { kind: "http", reason: "aborted", notSent: false, aborted: true });
  }
}

/** What a failure is to the operator, free of secrets. Rethrows what is no failure of the platform. */
export function unanswered(check: string, error: unknown, { words }: Examination): Finding {
  if (!(error instanceof ApiFailure)) throw error;
  const { failure } = error;
  const silent = failure.kind === "http" && (failure.aborted || failure.reason === "ECONNABORTED");
  const message =
    failure.kind === "api"
      ? words.answers("Feishu", `${failure.code} ${failure.message}`)
      : words.unreachable("Feishu", silent ? words.noAnswer : failure.reason);
  return { check, state: "error", message, fix: words.fixUnreachable };
}

/** The page of the console that grants a scope, as the platform's own refusals name it. */
export function scopeLink(console: string, scope: string): string {
  return `${console}/auth?q=${scope}&op_from=openapi&token_type=tenant`;
}
