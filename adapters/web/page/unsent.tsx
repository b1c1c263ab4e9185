import type { VNode } from "preact";
import { useDispatch } from "./app-context.ts";
import { copyText } from "./copy.ts";
import { Files } from "./files.tsx";
import type { Unsent } from "./state.ts";
import { useWords } from "./words.ts";

/** Messages the server has not confirmed: they are kept, and said again. */
export function UnsentRows(props: { readonly unsent: readonly Unsent[]; readonly online: boolean }): VNode {
  return (
    <>
      {props.unsent.map((one) => (
        <UnsentRow key={one.id} one={one} online={props.online} />
      ))}
    </>
  );
}

function UnsentRow({ one, online }: { readonly one: Unsent; readonly online: boolean }): VNode {
  const words = useWords();
  const dispatch = useDispatch();
  const copy = async (): Promise<void> => {
    const text = (await copyText(one.text)) ? words.copied : words.notCopied;
    dispatch({ type: "toast", id: `copy-${one.id}-${Date.now()}`, text });
  };
  return (
    <article class={`message person unsent ${one.refused === undefined ? "" : "refused"}`}>
      <p class="as-is">{one.text}</p>
      {one.files.length === 0 ? undefined : <Files files={one.files} />}
      {one.refused === undefined ? (
        <p class="meta">
          <span role="status">{online ? words.sending : words.keptOffline}</span>
        </p>
      ) : (
        <>
          <p class="problem" role="alert">
            {words.refused(one.refused)}
          </p>
          <div class="button-row">
            <button type="button" onClick={() => void copy()}>
              {words.copyText}
            </button>
            <button type="button" onClick={() => dispatch({ type: "discard", id: one.id })}>
              {words.discard}
            </button>
          </div>
        </>
      )}
    </article>
  );
}
