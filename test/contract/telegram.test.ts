import { describe } from "vitest";
import { channelContract } from "./channel.contract.ts";
import { createTelegramPlatform } from "./platforms/telegram.ts";

describe("Telegram", () => channelContract(createTelegramPlatform));
