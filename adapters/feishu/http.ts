import type { Agent } from "node:http";
import { Readable } from "node:stream";
import { defaultHttpInstance, type HttpInstance } from "@larksuiteoapi/node-sdk";
import { ApiFailure, type Failure } from "./errors.ts";

/** How requests are made; times in ms. */
export interface HttpOptions {
  readonly agent?: Agent;
  readonly timeoutMs: number;
}

type Options = Parameters<HttpInstance["request"]>[0];

/** Codes of connections that were never made. */
const neverSent = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);
const gatewayReset = "x-ogw-ratelimit-reset";
const tokenPath = "/auth/v3/tenant_access_token";
/** Bytes of a refusal that are read. */
const maxRefusal = 65_536;

/**
 * The SDK's own HTTP client with a time limit and our proxy. Failures come as {@link ApiFailure}: what axios throws
 * holds the bearer token. Requests may carry a `signal`.
 */
export function createHttp({ agent, timeoutMs }: HttpOptions): HttpInstance {
  const fixed = {
    timeout: timeoutMs,
    proxy: false,
    ...(agent === undefined ? {} : { httpAgent: agent, httpsAgent: agent }),
  };
  const request = async (options: object): Promise<never> => {
    const { method, url } = options as Options;
    try {
      const told = await (defaultHttpInstance as unknown as HttpInstance).request<never>({
        ...fixed,
        ...options,
      } as Options);
      // The SDK would throw an error without a code.
      const { code, msg } = told as { readonly code?: unknown; readonly msg?: unknown };
      if (url?.includes(tokenPath) === true && typeof code === "number" && code !== 0)
        throw new ApiFailure("tenant_access_token", apiFailure(code, msg));
      return told;
    } catch (error) {
      if (error instanceof ApiFailure) throw error;
      throw new ApiFailure(String(method ?? "request"), await failureOf(error));
    }
  };
  const plain =
    (method: string) =>
    (url: string, options: object = {}): Promise<never> =>
      request({ ...options, method, url });
  const withData =
    (method: string) =>
    (url: string, data?: unknown, options: object = {}): Promise<never> =>
      request({ ...options, method, url, data });
  return {
    request,
    get: plain("get"),
    delete: plain("delete"),
    head: plain("head"),
    options: plain("options"),
    post: withData("post"),
    put: withData("put"),
    patch: withData("patch"),
  };
}

interface AxiosFailure {
  readonly code?: string;
  readonly name?: string;
  readonly response?: {
    readonly status: number;
    readonly data?: unknown;
    readonly headers?: Readonly<Record<string, unknown>>;
  };
}

async function failureOf(error: unknown): Promise<Failure> {
  const { code, name, response } = error as AxiosFailure;
  if (response !== undefined) {
    const said = (await bodyOf(response.data)) as { readonly code?: unknown; readonly msg?: unknown } | undefined;
    if (typeof said?.code === "number") return apiFailure(said.code, said.msg, response.headers?.[gatewayReset]);
    return { kind: "http", reason: `HTTP ${response.status}`, notSent: false, aborted: false };
  }
  const aborted = code === "ERR_CANCELED" || name === "CanceledError";
  return { kind: "http", reason: code ?? name ?? "no answer", notSent: neverSent.has(code ?? ""), aborted };
}

/** The body of a refusal; that of a download comes as a stream. */
async function bodyOf(data: unknown): Promise<unknown> {
  if (!(data instanceof Readable)) return data;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of data) {
      chunks.push(chunk as Buffer);
      size += (chunk as Buffer).length;
      if (size > maxRefusal) break;
    }
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined; // a page, or cut: told as its status
  }
}

/** `reset`: seconds, as the gateway's header says it. */
export function apiFailure(code: number, message: unknown, reset?: unknown): Failure {
  const seconds = Number(reset);
  return {
    kind: "api",
    code,
    message: typeof message === "string" ? message : "",
    ...(reset === undefined || Number.isNaN(seconds) ? {} : { resetMs: seconds * 1000 }),
  };
}
