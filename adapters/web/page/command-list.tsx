import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { Command } from "./command-menu.ts";
import { useWords } from "./words.ts";

interface CommandMenuProps {
  readonly commands: readonly Command[];
  /** Which one Enter chooses. */
  readonly place: number;
  readonly choose: (name: string) => void;
}

/** Commands that a half-typed text may mean. The focus stays in the text field. */
export function CommandMenu({ commands, place, choose }: CommandMenuProps): VNode | null {
  const words = useWords();
  useEffect(() => document.getElementById(`command-${place}`)?.scrollIntoView({ block: "nearest" }), [place]);
  if (commands.length === 0) return null;
  return (
    <div class="commands" id="commands" role="listbox" aria-label={words.commands}>
      {commands.map((command, index) => (
        <div
          key={command.name}
          id={`command-${index}`}
          class="command"
          role="option"
          tabIndex={-1}
          aria-selected={index === place}
          // The field would lose the focus on mouse down.
          onMouseDown={(event) => {
            event.preventDefault();
            choose(command.name);
          }}
        >
          <span class="command-name">/{command.name}</span>
          <span class="faint">{command.description}</span>
        </div>
      ))}
    </div>
  );
}
