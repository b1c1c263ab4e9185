import type { Mutant } from "./catalog.ts";

const actor = ["test/unit/dispatcher/actor.test.ts", "test/unit/dispatcher/laws.test.ts"];

/** Faults of a chat's turns: what steers, what waits. */
export const turnMutants: readonly Mutant[] = [
  {
    law: "L4",
    fault: "a text that the turn takes no more is dropped",
    file: "src/dispatcher/steer.ts",
    find: 'await withdraw(a, steer, answer !== "noActiveTurn");',
    replace: "await a.commit({ ack: steer.mailIds });",
    tests: actor,
  },
  {
    law: "L4",
    fault: "a steer that was never delivered goes with its turn",
    file: "src/dispatcher/turn.ts",
    find: "ack: [...answered, ...corrections(a), ...(extra.ack ?? [])],",
    replace: "ack: [...answered, ...turn.steers.flatMap((s) => s.mailIds), ...(extra.ack ?? [])],",
    tests: actor,
  },
  {
    law: "L4",
    fault: "a delivered steer is handed over a second time",
    file: "src/dispatcher/turn.ts",
    find: "await a.commit({ ack: steer.mailIds, turn:",
    replace: "await a.commit({ turn:",
    tests: actor,
  },
  {
    law: "L4",
    fault: "a message steers although the chat chose to queue",
    file: "src/dispatcher/steer.ts",
    find: 'if (mode === "queue" || turn.notSteerable === true || behind)',
    replace: "if (turn.notSteerable === true || behind)",
    tests: actor,
  },
  {
    law: "L4",
    fault: "a message steers past one that waits",
    file: "src/dispatcher/steer.ts",
    find: 'const behind = configured === "steer" && a.waiting.some((w) => w.held !== true);',
    replace: "const behind = false;",
    tests: actor,
  },
  {
    law: "L4",
    fault: "a message steers although the chat chose to interrupt",
    file: "src/dispatcher/steer.ts",
    find: 'if (mode === "interrupt") return turn.delivered ? interruptFor(a, turn) : undefined;',
    replace: "",
    tests: actor,
  },
  {
    law: "L4",
    fault: "a message that was taken back while its file was fetched is steered",
    file: "src/dispatcher/steer.ts",
    find: "const whole = input.group.mailIds.every((id) => a.mail.some((m) => m.id === id));",
    replace: "const whole = true;",
    tests: actor,
  },
  {
    law: "L4",
    fault: "a chat full of waiting messages takes no stop",
    file: "src/model/mailbox-room.ts",
    find: "return isWork(mail) ? cap : cap + controlReserve;",
    replace: "return cap;",
    tests: ["test/unit/channel/full-mailbox.test.ts"],
  },
];
