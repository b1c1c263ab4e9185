import { type DemoWords, demoWords } from "../model/catalog/demo.ts";
import type { Binding, Conversation } from "../model/chat.ts";
import { type ActorContext, text } from "./context.ts";

/**
 * Meets the model that answers since the service was started: where it is not the one this chat talked to, the chat is
 * told, and its conversation changes. Before anything of the chat is taken up. Throws BridgeError `leaseLost`.
 */
export async function meetModel(a: ActorContext): Promise<void> {
  const { demo } = a.parts.settings;
  if ((a.binding.demo === true) === demo) return;
  const { binding, note } = switched(a.binding, demo, demoWords[a.language]);
  a.modelChanged = true;
  await a.say(text(note), { binding }, { ring: false });
}

/** A binding for the other model, and what its chat reads. The demo's own conversation is dropped. Pure. */
export function switched(
  binding: Binding,
  demo: boolean,
  words: DemoWords,
): { readonly binding: Binding; readonly note: string } {
  const { demo: _demo, aside, threadId, threadUsed, turns, lastTurn, contextLeft, ...rest } = binding;
  if (!demo) return { binding: { ...rest, ...aside }, note: aside === undefined ? words.ended : words.endedGoesOn };
  if (threadId === undefined || threadUsed !== true) return { binding: { ...rest, demo: true }, note: words.label };
  const kept: Conversation = {
    threadId,
    threadUsed,
    ...(turns === undefined ? {} : { turns }),
    ...(lastTurn === undefined ? {} : { lastTurn }),
    ...(contextLeft === undefined ? {} : { contextLeft }),
  };
  return { binding: { ...rest, demo: true, aside: kept }, note: `${words.label}\n${words.kept}` };
}
