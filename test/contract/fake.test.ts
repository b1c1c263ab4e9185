import { describe } from "vitest";
import { channelContract } from "./channel.contract.ts";
import { createFakePlatform } from "./platforms/fake.ts";

describe("the fake in memory", () => channelContract(createFakePlatform));
