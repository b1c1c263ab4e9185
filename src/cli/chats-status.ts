import type { RuntimeSnapshot } from "../dispatcher/snapshot.ts";
import type { AppStatus } from "./app-port.ts";

/** A chat, and where it runs. */
export interface PlacedChat extends RuntimeSnapshot {
  readonly host: string;
  readonly node: string;
}

/** Pure. What runs and waits, chat by chat; `fallback`: the project of an unbound chat. */
export function chatsStatus(
  chats: readonly PlacedChat[],
  fallback: string,
): Pick<AppStatus, "chats" | "turns" | "requests" | "processes"> {
  return {
    chats: chats.length,
    turns: chats.flatMap(({ node, chat, project, turn }) =>
      turn === undefined ? [] : [{ node, chat, project: project ?? fallback, ...turn }],
    ),
    requests: chats.flatMap(({ node, requests }) => requests.map((request) => ({ node, ...request }))),
    processes: chats.flatMap(({ chat, pid, turn, host }) =>
      pid === undefined ? [] : [{ chat, pid, working: turn !== undefined, host }],
    ),
  };
}
