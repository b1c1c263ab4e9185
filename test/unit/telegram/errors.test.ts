import { describe, expect, test } from "vitest";
import { ApiFailure, bridgeError, type CallFacts, classify, type Failure } from "../../../adapters/telegram/errors.ts";
import { chatKey } from "../../../src/model/ids.ts";

const chat = chatKey({ channel: "telegram", account: "main", chat: "-55", topicId: "3" });
const send: CallFacts = { chat, method: "sendMessage", idempotent: false };
const edit: CallFacts = { chat, method: "editMessageText", idempotent: true };
const api = (code: number, description: string, more = {}): Failure => ({ kind: "api", code, description, ...more });
const http = (reason: string, more = {}): Failure => ({
  kind: "http",
  reason,
  notSent: false,
  aborted: false,
  ...more,
});

describe("answers of Telegram decide whether a final is kept (L5)", () => {
  test.each([
    [
      400,
      "Bad Request: message is not modified: specified new message content and reply markup are exactly the same",
      edit,
      "done",
    ],
    [400, "Bad Request: message to delete not found", { ...edit, method: "deleteMessage" }, "done"],
    [
      400,
      "Bad Request: query is too old and response timeout expired or query ID is invalid",
      { ...edit, method: "answerCallbackQuery" },
      "done",
    ],
    [400, "Bad Request: message to edit not found", edit, "refused"],
    [400, "Bad Request: message can't be edited", edit, "refused"],
    [400, "Bad Request: message to be replied not found", send, "refused"],
    [400, "Bad Request: can't parse entities: Can't find end of Bold entity at byte offset 3", send, "refused"],
    [400, "Bad Request: message is too long", send, "refused"],
    [400, "Bad Request: BUTTON_DATA_INVALID", send, "refused"],
    [400, "Bad Request: TEXTDRAFT_PEER_INVALID", { ...edit, method: "sendMessageDraft" }, "refused"],
    [404, "Not Found: method not found", send, "refused"],
    [400, "Bad Request: chat not found", send, "gone"],
    [400, "Bad Request: message thread not found", send, "gone"],
    [400, "Bad Request: TOPIC_DELETED", send, "gone"],
    [403, "Forbidden: bot was blocked by the user", send, "gone"],
    [403, "Forbidden: bot was kicked from the supergroup chat", edit, "gone"],
    [401, "Unauthorized", send, "unauthorized"],
    [404, "Not Found", send, "unauthorized"],
    [500, "Internal Server Error: restart", send, "unknown"],
    [500, "Internal Server Error: restart", edit, "retry"],
  ])("%i %s", (code, description, call, outcome) => {
    expect(classify(api(code, description), call).outcome).toBe(outcome);
  });

  test("429 blocks the chat for as long as Telegram says", () => {
    expect(classify(api(429, "Too Many Requests: retry after 7", { retryAfter: 7 }), send)).toEqual({
      outcome: "rateLimited",
      scope: "chat",
      retryAfterMs: 7000,
    });
  });

  test("a group that became a supergroup has moved, without its topic", () => {
    expect(
      classify(api(400, "Bad Request: group chat was upgraded to a supergroup chat", { migrateTo: -100123 }), send),
    ).toEqual({
      outcome: "moved",
      to: "telegram~main~-100123",
    });
  });
});

describe("no answer", () => {
  test.each([
    ["a lost send may have happened", http("ECONNRESET"), send, "unknown"],
    ["a lost edit can be repeated", http("ECONNRESET"), edit, "retry"],
    ["a send that never left can be repeated", http("ECONNREFUSED", { notSent: true }), send, "retry"],
    ["what we gave up on ourselves may have happened", http("aborted", { aborted: true }), edit, "unknown"],
  ])("%s", (_name, failure, call, outcome) => {
    expect(classify(failure, call).outcome).toBe(outcome);
  });
});

describe("in the service's own terms", () => {
  test.each([
    ["getMe", api(401, "Unauthorized"), "channelUnauthorized"],
    ["getMe", api(404, "Not Found"), "channelUnauthorized"],
    ["getMe", http("ENOTFOUND"), "channelUnreachable"],
    ["getFile", api(400, "Bad Request: file is too big"), "fileTooLarge"],
    ["getFile", api(400, "Bad Request: wrong file_id or the file is temporarily unavailable"), "fileGone"],
    ["getMe", api(502, "Bad Gateway"), "channelUnreachable"],
  ])("%s failing with %j is %s", (method, failure, code) => {
    expect(bridgeError(method, failure).code).toBe(code);
  });

  test("a failure names its method and reason and nothing else", () => {
    expect(new ApiFailure("getMe", http("ENOTFOUND")).message).toBe("getMe: ENOTFOUND");
  });
});
