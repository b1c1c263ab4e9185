import type { Agent } from "node:http";
import type { Readable } from "node:stream";
import { Client, DefaultCache, LoggerLevel } from "@larksuiteoapi/node-sdk";
import { z } from "zod";
import { ApiFailure, codeOf } from "./errors.ts";
import { apiFailure, createHttp } from "./http.ts";
import type { FeishuCall, FeishuUpload } from "./requests.ts";
import { silentSdkLogger } from "./sdk-logger.ts";
import { uploadBody } from "./upload.ts";

/** One app on its platform. */
export interface ClientOptions {
  readonly appId: string;
  readonly appSecret: string;
  /** Address of the platform. */
  readonly domain: string;
  readonly agent?: Agent;
  /** Time limit of a call without file, ms. */
  readonly timeoutMs: number;
  readonly uploadTimeoutMs: number;
}

/** The Lark SDK's client with our failures; each call fetches its token, a refused one once anew. */
export interface FeishuClient {
  readonly call: FeishuCall;
  readonly upload: FeishuUpload;
  /** The bytes of an attachment of a message. */
  download(message: string, key: string, type: string, signal: AbortSignal): Promise<Readable>;
}

const answer = z.looseObject({ code: z.number().optional(), msg: z.string().optional(), data: z.unknown().optional() });
/** A token that is no longer good: expired, or taken back. */
const staleToken = new Set([99991663, 99991668, 99991661, 99991664]);

/** See {@link FeishuClient}. The token cache is this account's alone. */
export function createClient(options: ClientOptions): FeishuClient {
  const { agent } = options;
  const http = createHttp({ timeoutMs: options.timeoutMs, ...(agent === undefined ? {} : { agent }) });
  const make = (): Client =>
    new Client({
      appId: options.appId,
      appSecret: options.appSecret,
      domain: options.domain,
      httpInstance: http,
      cache: new DefaultCache(),
      logger: silentSdkLogger,
      loggerLevel: LoggerLevel.error,
    });
  let client = make();

  /** A fresh client has an empty token cache. */
  async function withToken<T>(act: (current: Client) => Promise<T>): Promise<T> {
    const used = client;
    try {
      return await act(used);
    } catch (error) {
      if (!staleToken.has(codeOf(error) ?? 0)) throw error;
      if (client === used) client = make();
      return act(client);
    }
  }

  const request = (payload: { readonly method: string; readonly url: string }, signal: AbortSignal): Promise<unknown> =>
    withToken(async (current) => read(payload.url, await current.request({ ...payload, signal } as never)));

  return {
    call: ({ method, path, query, body }, signal) =>
      request({ method, url: path, params: query, data: body } as never, signal),
    async upload(as, file, signal) {
      const form = await uploadBody(as, file);
      const payload = {
        method: "POST",
        url: `/open-apis/im/v1/${as}s`,
        data: form,
        headers: { "Content-Type": "multipart/form-data" },
        timeout: options.uploadTimeoutMs,
      };
      const data = z.record(z.string(), z.unknown()).parse(await request(payload, signal));
      return z.string().parse(data[`${as}_key`]);
    },
    download: (message, key, type, signal) =>
      withToken(async (current) => {
        const url = `/open-apis/im/v1/messages/${message}/resources/${key}`;
        const payload = { method: "GET", url, params: { type }, responseType: "stream", signal };
        return (await current.request(payload as never)) as Readable;
      }),
  };
}

/** `data` of an answer; HTTP 200 with a code other than 0 is a failure too. */
function read(what: string, body: unknown): unknown {
  const parsed = answer.safeParse(body);
  if (!parsed.success) throw new ApiFailure(what, { kind: "http", reason: "no JSON", notSent: false, aborted: false });
  const { code, msg, data, ...flat } = parsed.data;
  if (code !== undefined && code !== 0) throw new ApiFailure(what, apiFailure(code, msg));
  return data ?? flat;
}
