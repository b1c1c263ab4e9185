import type { Mutant } from "./catalog.ts";

const feishu = ["test/contract/feishu.test.ts"];

/** Faults of the Feishu half and of groups. */
export const channelMutants: readonly Mutant[] = [
  {
    law: "L2",
    fault: "a message delivered again by Feishu counts as another",
    file: "adapters/feishu/inbound.ts",
    find: "dedupe: `m${message.message_id}`,",
    replace: "dedupe: `m${message.message_id}${Math.random()}`,",
    tests: feishu,
  },
  {
    law: "L5",
    fault: "a final is sent to Feishu without its key",
    file: "adapters/feishu/perform.ts",
    find: "if (since === undefined || deps.clock.now() - since < uuidTrustMs) return send(deps, chat, wire, place, uuid, signal);",
    replace:
      "if (since === undefined || deps.clock.now() - since < uuidTrustMs) return send(deps, chat, wire, place, undefined, signal);",
    tests: feishu,
  },
  {
    law: "L5",
    fault: "after an hour a message is sent again without a look at the history",
    file: "adapters/feishu/perform.ts",
    find: 'if (found !== undefined) return { outcome: "done", message: { messageId: found } };',
    replace: "",
    tests: ["test/unit/feishu/perform.test.ts"],
  },
  {
    law: "L7",
    fault: "a button answers in every chat of its group's name",
    file: "src/channel/taps.ts",
    find: "return known === told || (chatAddress(told).topicId === undefined && known.startsWith(`${told}~`));",
    replace: "return known !== told || known === told;",
    tests: ["test/unit/channel/answers.test.ts"],
  },
  {
    law: "L7",
    fault: "every member of a group may approve",
    file: "src/channel/access.ts",
    find: '...(has(group.approve) ? ["approve" as const] : []),',
    replace: '"approve" as const,',
    tests: ["test/unit/channel/groups.test.ts"],
  },
  {
    law: "L9",
    fault: "a group that is not configured is heard",
    file: "src/channel/access.ts",
    find: "if (!at.private && group === undefined) return nothing;",
    replace: "if (!at.private && group === undefined) return everything;",
    tests: ["test/unit/channel/groups.test.ts"],
  },
  {
    law: "L11",
    fault: "characters with a meaning are left as they are on a card",
    file: "adapters/feishu/format.ts",
    find: ".replace(special, (found) => `&#${found.charCodeAt(0)};`)",
    replace: "",
    tests: ["test/unit/feishu/format.test.ts"],
  },
];
