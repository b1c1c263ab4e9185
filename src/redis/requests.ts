import { randomUUID } from "node:crypto";
import type { IngressStore, Settled } from "../channel/port.ts";
import type { ChatKey, RequestNumber } from "../model/ids.ts";
import type { Mail, Person } from "../model/message.ts";
import { requestSummary } from "../model/present/request-summary.ts";
import type { RequestAnswer, RequestRecord } from "../model/request.ts";
import { auditLine, auditLines } from "./audit.ts";
import type { Reply } from "./codec.ts";
import { decodeRequest, list, maybe } from "./codec.ts";
import type { RedisLink } from "./connection.ts";
import { retention } from "./retention.ts";
import { answered } from "./script-runner.ts";

/** The record of a request, with its answer if it has one; undefined when unknown or forgotten. */
export async function readRequest(
  { redis, keys }: RedisLink,
  number: RequestNumber,
): Promise<RequestRecord | undefined> {
  return decodeRequest(await answered(redis.hmget(keys.request(number), "rec", "state", "ans", "by", "at")));
}

/** Pending requests of a chat (answered ones wait for Codex, not for a person), oldest first. */
export async function readOpenRequests(link: RedisLink, chat: ChatKey): Promise<readonly RequestRecord[]> {
  const numbers = await answered(link.redis.zrange(link.keys.openRequests(chat), "0", "-1"));
  const records = await Promise.all(numbers.map((number) => readRequest(link, Number(number) as RequestNumber)));
  return records.filter((record): record is RequestRecord => record?.state === "pending");
}

/** See {@link IngressStore.settle}. `wake` is called when nobody owns the chat. */
export async function settle(
  link: RedisLink,
  wake: (chat: ChatKey) => Promise<void>,
  { number, chat, request }: RequestRecord,
  person: Person,
  answer: RequestAnswer,
  event?: { readonly chat: ChatKey; readonly dedupe: string },
): Promise<Settled> {
  const { keys } = link;
  const seen = event === undefined ? [] : [keys.dedupe(event.chat, event.dedupe)];
  const mail: Omit<Extract<Mail, { kind: "answer" }>, "at"> = { kind: "answer", person, request: number, answer };
  const reply = list(
    await link.run(
      "settle",
      [
        keys.request(number),
        keys.reservation(chat, person.id),
        keys.mailbox(chat),
        keys.state(chat),
        keys.scheduled,
        keys.audit,
        ...seen,
      ],
      [
        randomUUID(),
        person.id,
        JSON.stringify({ id: person.id, name: person.name }),
        JSON.stringify(answer),
        // The server's time completes it.
        `${JSON.stringify(mail).slice(0, -1)},"at":`,
        number,
        chat,
        keys.parts.doorbell,
        keys.parts.request,
        retention.dedupeMs,
        auditLine({
          who: person.name,
          what: `#${number} ${requestSummary(request.body)}`,
          chat,
          result: resultOf(answer),
        }),
        auditLines,
      ],
    ),
  );
  if (reply[0] === "taken" && reply[1] === "wake") await wake(chat);
  return verdict(reply);
}

/** See {@link IngressStore.reserve}. */
export async function reserve(
  link: RedisLink,
  { number, chat }: RequestRecord,
  person: Person,
  question?: string,
): Promise<Settled> {
  const { keys } = link;
  const reply = await link.run(
    "reserve",
    [keys.request(number), keys.reservation(chat, person.id)],
    [person.id, person.name, number, question ?? "", retention.reservationMs, keys.parts.request],
  );
  return verdict(list(reply));
}

/** See {@link IngressStore.reserved}. */
export async function reserved(
  { redis, keys }: RedisLink,
  chat: ChatKey,
  person: Person["id"],
): ReturnType<IngressStore["reserved"]> {
  const [number, question] = await answered(redis.hmget(keys.reservation(chat, person), "n", "q"));
  if (typeof number !== "string") return undefined;
  const asked = question ?? "";
  return { request: Number(number) as RequestNumber, ...(asked === "" ? {} : { question: asked }) };
}

/** See {@link IngressStore.unreserve}. */
export async function unreserve({ run, keys }: RedisLink, chat: ChatKey, person: Person["id"]): Promise<void> {
  await run("unreserve", [keys.reservation(chat, person)], [keys.parts.request, person]);
}

function resultOf(answer: RequestAnswer): string {
  return answer.kind === "decision" ? answer.decision : "answered";
}

function verdict(reply: readonly Reply[]): Settled {
  switch (reply[0]) {
    case "taken":
      return { verdict: "taken" };
    case "seen":
      return { verdict: "seen" };
    case "reserved":
      return { verdict: "reserved", by: maybe(reply[1]) ?? "" };
    case "late": {
      const record = decodeRequest(list(reply[1]));
      return record === undefined ? { verdict: "unknown" } : { verdict: "late", record };
    }
    default:
      return { verdict: "unknown" };
  }
}
