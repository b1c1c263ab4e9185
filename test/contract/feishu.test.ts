import { describe } from "vitest";
import { channelContract } from "./channel.contract.ts";
import { createFeishuPlatform } from "./platforms/feishu.ts";

describe("Feishu and Lark", () => channelContract(createFeishuPlatform));
