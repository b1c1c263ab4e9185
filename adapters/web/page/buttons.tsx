import type { VNode } from "preact";
import type { Button } from "../../../src/model/delivery.ts";
import type { MessageId } from "../../../src/model/ids.ts";
import { useDispatch } from "./app-context.ts";
import { freshId } from "./controller.ts";
import { useWords } from "./words.ts";

interface ButtonRowsProps {
  readonly rows: readonly (readonly Button[])[];
  readonly message: MessageId;
  /** Nonces that wait for an answer, a line each. */
  readonly pressed: string;
}

/** Buttons of a message. A pressed one waits for the server's answer. */
export function ButtonRows({ rows, message, pressed }: ButtonRowsProps): VNode {
  const dispatch = useDispatch();
  const words = useWords();
  const waiting = pressed === "" ? [] : pressed.split("\n");
  return (
    <div class="buttons">
      {rows.map((row) => (
        <div class="button-row" key={row[0]?.nonce}>
          {row.map((button) => (
            <button
              key={button.nonce}
              type="button"
              class={`${button.style ?? ""} ${waiting.includes(button.nonce) ? "pressed" : ""}`}
              aria-busy={waiting.includes(button.nonce)}
              disabled={waiting.includes(button.nonce)}
              title={waiting.includes(button.nonce) ? words.pressed : undefined}
              onClick={() => dispatch({ type: "tap", id: freshId(), message, nonce: button.nonce })}
            >
              {button.label}
            </button>
          ))}
        </div>
      ))}
    </div>
  );
}
