import type { VNode } from "preact";
import { useWords } from "./words.ts";

/** The server does not know this browser: how to get in. */
export function Denied(): VNode {
  const words = useWords();
  return (
    <main class="dead-end">
      <h1>{words.deniedTitle}</h1>
      <p>{words.deniedWhy}</p>
      <p>{words.deniedDo}</p>
      <button type="button" class="primary" onClick={() => location.reload()}>
        {words.tryAgain}
      </button>
    </main>
  );
}

/** The page is of another build than the service, and a reload did not help. */
export function Outdated(): VNode {
  const words = useWords();
  return (
    <div class="banner warn" role="alert">
      <span>{words.outdated}</span>
      <button type="button" onClick={() => location.reload()}>
        {words.reload}
      </button>
    </div>
  );
}
