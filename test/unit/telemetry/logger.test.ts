import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLogger } from "../../../src/telemetry/logger.ts";
import { createRedactor } from "../../../src/telemetry/redact.ts";

const telegram = `123456789:${"AbC-_12".repeat(5)}`;
const password = 'p"a\\ss/w örd+';

function recorder(secrets: readonly string[], prettyIn?: string) {
  const lines: string[] = [];
  const file: string[] = [];
  const logger = createLogger({
    level: "debug",
    redact: createRedactor(secrets),
    sink: (line) => lines.push(line),
    file: (line) => file.push(line),
    ...(prettyIn === undefined ? {} : { prettyIn }),
  });
  return { logger, lines, file, text: () => lines.join("") + file.join("") };
}

class Refused extends Error {
  readonly code = "refused";
  readonly error_code = 401;
  readonly payload = { text: "what a person wrote" };
  readonly error = new Error(`request to https://api.telegram.org/bot${telegram}/sendMessage failed`);
}

describe("L10: no secret reaches a log line", () => {
  it("holds for errors, their causes, stacks, and errors of errors", () => {
    const { logger, text } = recorder([password]);
    const error = new Refused("refused", {
      cause: new AggregateError([new Error(`pass ${password}`), new Refused(telegram)], `Bearer abc.def-ghi`),
    });
    logger.error({ error, deep: { list: [error] } }, "call fails");
    logger.child({ account: { error: new Refused("x") } }).warn({}, "again");
    expect(text()).toContain("refused");
    expect(text()).toContain("401");
    for (const secret of [
      telegram,
      telegram.slice(12),
      password,
      JSON.stringify(password).slice(1, -1),
      "abc.def-ghi",
      "what a person wrote",
    ]) {
      expect(text()).not.toContain(secret);
    }
  });

  it("holds for URLs, headers, event names, keys and child fields", () => {
    const { logger, text } = recorder([password, "opensesame"]);
    const child = logger.child({ url: `https://api.telegram.org/file/bot${telegram}/photo.jpg` });
    child.info(
      {
        headers: {
          authorization: `Basic ${Buffer.from(password).toString("base64")}`,
          "x-api-key": "sk-proj-abcdefgh12345678",
        },
        redis: "redis://user:s3cr3t-word@host:6379/0",
        encoded: `?q=${encodeURIComponent(password)}`,
        opensesame: 1,
        nested: JSON.stringify({ inner: JSON.stringify({ password }) }),
        url: new URL("http://u:hunter2@h/"),
        map: new Map([["k", new Set([telegram])]]),
      },
      `bot ${telegram} starts`,
    );
    for (const secret of [
      "AbC-_12",
      "sk-proj",
      "s3cr3t-word",
      encodeURIComponent(password),
      "opensesame",
      "hunter2",
      "örd",
    ])
      expect(text()).not.toContain(secret);
  });

  it("holds for any secret of six characters or more, in JSON and on a terminal", () => {
    fc.assert(
      fc.property(
        fc
          .string({ minLength: 6, maxLength: 40, unit: "grapheme" })
          .filter((s) => s.trim().length >= 6 && !"[redacted]".includes(s)),
        (secret) => {
          for (const zone of [undefined, "UTC"]) {
            const { logger, lines } = recorder([secret], zone);
            const error = new Error(`~${secret}~`);
            error.stack = `Error: ~${secret}~`;
            logger.info({ value: `~${secret}~`, error }, "event");
            expect(lines.join("").includes(`~${secret}~`)).toBe(false);
          }
        },
      ),
    );
  });

  it("leaves ordinary text alone", () => {
    const template = "write rediss://:PASSWORD@HOST:PORT (or redis://USER:PASSWORD@)";
    expect(createRedactor([])(template)).toBe(template);
    expect(createRedactor([])("redis://:PASSWORD1@h redis://u:xPASSWORD@h")).not.toMatch(/PASSWORD/);
    const redact = createRedactor(["abc", ""]);
    const line = "chat telegram~main~1001 at 12:30:15, abc, basic idea, https://host:8080/a@b, 1732160000000";
    expect(redact(line)).toBe(line);
  });
});

describe("logger", () => {
  it("writes one JSON object per line, with facts as fields", () => {
    const { logger, lines, file } = recorder([]);
    logger.child({ chat: "c" }).info({ turnId: "t", size: 3n, when: new Date(0), skip: undefined }, "turn starts");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: 30,
      chat: "c",
      turnId: "t",
      size: "3",
      when: "1970-01-01T00:00:00.000Z",
      msg: "turn starts",
    });
    expect(file).toEqual(lines);
  });

  it("is silent below its level", () => {
    const lines: string[] = [];
    const logger = createLogger({ level: "warn", redact: (text) => text, sink: (line) => lines.push(line) });
    logger.debug({}, "x");
    logger.info({}, "x");
    logger.warn({}, "y");
    expect(lines).toHaveLength(1);
  });

  it("survives cycles and deep nesting", () => {
    const { logger, text } = recorder([]);
    const loop: { self?: unknown } = {};
    loop.self = loop;
    const error = new Error("a");
    error.cause = error;
    logger.info({ loop, error }, "odd");
    expect(text()).toContain("[deep]");
  });

  it("is readable on a terminal", () => {
    const { logger, lines } = recorder([], "UTC");
    logger.warn(
      { chat: "c 1", error: Object.assign(new Error("boom"), { stack: "Error: boom\n    at x" }) },
      "turn fails",
    );
    expect(stripVTControlCharacters(lines[0] ?? "")).toMatch(
      /^\d\d:\d\d:\d\d warn {2}turn fails chat="c 1" error=\n {2}Error: boom\n {6}at x\n$/,
    );
  });
});
