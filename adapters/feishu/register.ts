import type { Agent } from "node:http";
import { defaultHttpInstance, registerApp as sdkRegisterApp } from "@larksuiteoapi/node-sdk";
import { z } from "zod";
import { wanted } from "./grants.ts";

/** How an app is made by scanning a code. */
export interface RegisterOptions {
  /** Begin on Lark's side (international); the platform tells by itself where the person who scans belongs. */
  readonly lark: boolean;
  /** Agent that reaches the platform through the configured proxy; absent: directly. */
  readonly proxyAgent?: Agent;
  /** Called once with the link to show as a QR code, and how long it is good for. */
  readonly onLink: (link: string, seconds: number) => void;
  readonly signal: AbortSignal;
}

/** The app that was made, or why none was. `scannedBy`: open id, as the new app sees it. `why` is free of secrets. */
export type Registration =
  | {
      readonly appId: string;
      readonly appSecret: string;
      readonly domain: "feishu" | "lark";
      readonly scannedBy?: string;
    }
  | { readonly failed: "denied" | "expired" | "unreachable" | "refused"; readonly why: string };

const requestTimeoutMs = 15_000;
const lark = "accounts.larksuite.com";

const app = z.object({
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  user_info: z.object({ open_id: z.string().optional(), tenant_brand: z.string().optional() }).optional(),
});
/** What the SDK throws when the platform says no. */
const refusal = z.object({ code: z.string(), description: z.string().catch("") });

/**
 * Makes an app with all scopes, events and callbacks by the device flow of the Lark SDK (`registerApp`, 1.74): a person
 * opens the link, confirms, and the platform hands out the app's id and secret. Rejects only when aborted.
 */
export async function registerApp(options: RegisterOptions): Promise<Registration> {
  const release = steerSdkHttp(options.proxyAgent);
  try {
    const made = await sdkRegisterApp({
      ...(options.lark ? { domain: lark } : {}),
      signal: options.signal,
      addons: {
        scopes: { tenant: [...wanted.scopes] },
        events: { items: { tenant: [...wanted.events] } },
        callbacks: { items: [...wanted.callbacks] },
      },
      onQRCodeReady: ({ url, expireIn }) => options.onLink(url, expireIn),
    });
    const { client_id: appId, client_secret: appSecret, user_info: who } = app.parse(made);
    const domain = domainOf(who?.tenant_brand, options.lark);
    return { appId, appSecret, domain, ...(who?.open_id === undefined ? {} : { scannedBy: who.open_id }) };
  } catch (error) {
    options.signal.throwIfAborted();
    return failure(error);
  } finally {
    release();
  }
}

function domainOf(brand: string | undefined, asked: boolean): "feishu" | "lark" {
  if (brand === undefined) return asked ? "lark" : "feishu";
  return brand === "lark" ? "lark" : "feishu";
}

function failure(error: unknown): Registration {
  const told = refusal.safeParse(error);
  // What axios throws has a code as well, and its request in it.
  if (told.success && !(error instanceof Error)) {
    const { code, description } = told.data;
    if (code === "access_denied") return { failed: "denied", why: description };
    if (code === "expired_token") return { failed: "expired", why: description };
    return { failed: "refused", why: description === "" ? code : `${code}: ${description}` };
  }
  const code = error instanceof Error && "code" in error ? String(error.code) : undefined;
  if (code !== undefined) return { failed: "unreachable", why: code };
  return { failed: "refused", why: "the platform does not answer as the Lark SDK expects" };
}

/** The SDK's registration knows no proxy and no time limit: both are laid over its shared client meanwhile. */
function steerSdkHttp(agent: Agent | undefined): () => void {
  const { request } = defaultHttpInstance.interceptors;
  const id = request.use((config) => ({
    ...config,
    proxy: false,
    timeout: config.timeout || requestTimeoutMs,
    ...(agent === undefined ? {} : { httpAgent: agent, httpsAgent: agent }),
  }));
  return () => request.eject(id);
}
