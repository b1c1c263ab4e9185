import { describe } from "vitest";
import { channelContract } from "./channel.contract.ts";
import { createWebPlatform } from "./platforms/web.ts";

describe("Web", () => channelContract(createWebPlatform));
