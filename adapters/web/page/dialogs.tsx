import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useDispatch } from "./app-context.ts";
import type { State } from "./state.ts";
import { useWords } from "./words.ts";

/** Time a toast stays: at least this, and longer for longer texts. */
const toastMs = 4000;
const toastMsPerCharacter = 50;

/** A dialog that takes the focus; Esc and a click beside it close it. */
export function Dialog(props: {
  readonly label: string;
  readonly name: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}): VNode {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog
      ref={element}
      class={props.name}
      aria-label={props.label}
      onClose={props.close}
      onMouseDown={(event) => {
        if (event.target === element.current) props.close();
      }}
    >
      {props.children}
    </dialog>
  );
}

/** An answer that stays until it is dismissed. */
export function AlertDialog({ text }: { readonly text: string }): VNode {
  const words = useWords();
  const dispatch = useDispatch();
  const close = (): void => dispatch({ type: "dismissAlert" });
  return (
    <Dialog label={words.notice} name="alert" close={close}>
      <p>{text}</p>
      <button type="button" class="primary" onClick={close}>
        {words.ok}
      </button>
    </Dialog>
  );
}

/** Answers to taps, each for a moment. */
export function Toasts({ toasts }: { readonly toasts: State["toasts"] }): VNode {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <Toast key={toast.id} id={toast.id} text={toast.text} />
      ))}
    </div>
  );
}

function Toast({ id, text }: { readonly id: string; readonly text: string }): VNode {
  const dispatch = useDispatch();
  useEffect(() => {
    const timer = window.setTimeout(
      () => dispatch({ type: "dismissToast", id }),
      toastMs + toastMsPerCharacter * text.length,
    );
    return () => window.clearTimeout(timer);
  }, [id, text, dispatch]);
  return <p class="toast">{text}</p>;
}
