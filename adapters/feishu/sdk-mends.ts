import type { HttpInstance, WSClient } from "@larksuiteoapi/node-sdk";

/** How often the connection is tried, ms. The platform's own numbers (120 s, up to 30 s) notice a dead one too late. */
const pace = { pingInterval: 20_000, reconnectInterval: 5000, reconnectNonce: 1000 };

interface Header {
  readonly key: string;
  value: string;
}

/** Parts of WSClient 1.74 that its types hide. */
interface Inside {
  handleEventData(data: { readonly headers: Header[] }): Promise<void>;
  handleControlData(data: unknown): Promise<void>;
  readonly wsConfig: { updateWs(change: object): void };
}

/**
 * Mends of the SDK's WSClient (1.74, lib/index.js): clicks that come as frames of type `card` are handled as the events
 * they are (it drops them unacknowledged), and our pace holds from the first attempt on: neither the SDK's own (a second
 * attempt after up to 150 s) nor a pong's replaces it. `heard`: called for every frame of the platform.
 */
export function mendConnection(client: WSClient, heard: () => void): void {
  const inside = client as unknown as Inside;
  const onEvent = inside.handleEventData.bind(client);
  const onControl = inside.handleControlData.bind(client);
  inside.wsConfig.updateWs(pace);
  inside.handleEventData = (data) => {
    heard();
    for (const header of data.headers) if (header.key === "type" && header.value === "card") header.value = "event";
    return onEvent(data);
  };
  inside.handleControlData = async (data) => {
    heard();
    await onControl(data);
    inside.wsConfig.updateWs(pace);
  };
}

interface Endpoint {
  readonly code: number;
  readonly data?: { readonly ClientConfig?: Readonly<Record<string, number>> } | null;
}

/** The HTTP client with the platform's answer on where to connect: our pace, and never `data: null`, which the SDK retries for ever. */
export function mendEndpoint(http: HttpInstance): HttpInstance {
  return {
    ...http,
    async request<T>(options: Parameters<HttpInstance["request"]>[0]): Promise<T> {
      const told = await http.request<Endpoint>(options);
      const ClientConfig = {
        ...told.data?.ClientConfig,
        PingInterval: pace.pingInterval / 1000,
        ReconnectInterval: pace.reconnectInterval / 1000,
        ReconnectNonce: pace.reconnectNonce / 1000,
        ReconnectCount: -1,
      };
      return { ...told, data: { ...told.data, ClientConfig } } as T;
    },
  };
}
