import type { VNode } from "preact";
import type { WebChat } from "../protocol.ts";
import { useDispatch } from "./app-context.ts";
import { freshId } from "./controller.ts";
import { Icon } from "./icon.tsx";
import { memo } from "./memo.ts";
import type { State } from "./state.ts";
import { whenShort } from "./times.ts";
import { useWords } from "./words.ts";

interface ChatListProps {
  readonly chats: readonly WebChat[] | undefined;
  readonly open: string | undefined;
  readonly seen: State["seen"];
  readonly unread: State["unread"];
  readonly operations: boolean;
  /** On a phone the list lies over the chat: whatever is chosen, it goes. */
  readonly close: () => void;
}

/** All chats, newest first. */
export const ChatList = memo(function List({ chats, open, seen, unread, operations, close }: ChatListProps): VNode {
  const words = useWords();
  const dispatch = useDispatch();
  return (
    <nav class="chats" aria-label={words.chats}>
      <button
        type="button"
        class="new-chat"
        title={words.newChatKey}
        onClick={() => {
          close();
          dispatch({ type: "newChat", chat: freshId() });
        }}
      >
        <Icon name="plus" />
        {words.newChat}
      </button>
      {/* A list without the browser's own markers is none to some screen readers, unless it says so. */}
      <ul role="list">
        {chats?.map((chat) => (
          <li key={chat.chat}>
            <ChatRow
              close={close}
              chat={chat}
              current={chat.chat === open}
              unread={unread[chat.chat]?.length ?? (chat.seq > (seen[chat.chat] ?? 0) ? 0 : undefined)}
            />
          </li>
        ))}
      </ul>
      <a class="to-operations" href="#operations" aria-current={operations ? "page" : undefined}>
        <Icon name="gauge" />
        {words.operations}
      </a>
    </nav>
  );
});

interface ChatRowProps {
  readonly chat: WebChat;
  readonly current: boolean;
  /** Messages nobody looked at; 0: something changed; absent: nothing new. */
  readonly unread: number | undefined;
  readonly close: () => void;
}

function ChatRow({ chat, current, unread, close }: ChatRowProps): VNode {
  const words = useWords();
  const dispatch = useDispatch();
  const open = (): void => {
    close();
    dispatch({ type: "openChat", chat: chat.chat });
  };
  return (
    <button type="button" class="chat-row" aria-current={current ? "page" : undefined} onClick={open}>
      <span class="chat-title">{chat.title}</span>
      <time class="chat-time">{whenShort(chat.at, words.locale)}</time>
      <span class="chat-preview">{chat.preview}</span>
      <span class="chat-state">
        {chat.running ? (
          <span class="running-dot" role="img" aria-label={words.running} title={words.running} />
        ) : undefined}
        {unread === undefined || current ? undefined : (
          <span class="unread" role="img" aria-label={words.unread(unread)}>
            {unread === 0 ? "•" : unread}
          </span>
        )}
      </span>
    </button>
  );
}
