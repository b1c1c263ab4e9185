import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** Closer to the end than this counts as being there, CSS pixels. */
const nearPx = 48;

interface StickyScroll {
  readonly scroller: { current: HTMLElement | null };
  readonly content: { current: HTMLDivElement | null };
  /** The newest message is not on the screen. */
  readonly away: boolean;
  readonly toNewest: () => void;
}

/** Keeps the end of a chat on the screen while a person is there, and nothing moving under their eyes while they are not. */
export function useStickyScroll(chat: string): StickyScroll {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [away, setAway] = useState(false);
  const toNewest = useCallback(() => {
    atEnd.current = true;
    setAway(false);
    toEnd(scroller.current);
  }, []);
  useLayoutEffect(() => {
    if (atEnd.current) toEnd(scroller.current);
  });
  useLayoutEffect(toNewest, [chat, toNewest]);
  useEffect(() => {
    const [outer, inner] = [scroller.current, content.current];
    if (outer === null || inner === null) return;
    const settle = (): void => {
      if (atEnd.current) toEnd(outer);
    };
    let height = outer.clientHeight;
    const look = (): void => {
      // A keyboard that opened moved the end away, not the person.
      const resized = height !== outer.clientHeight;
      height = outer.clientHeight;
      if (resized && atEnd.current) {
        settle();
        return;
      }
      atEnd.current = outer.scrollHeight - outer.scrollTop - outer.clientHeight < nearPx;
      setAway(!atEnd.current);
    };
    const observer = new ResizeObserver(settle);
    observer.observe(outer);
    observer.observe(inner);
    outer.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      outer.removeEventListener("scroll", look);
    };
  }, []);
  return { scroller, content, away, toNewest };
}

function toEnd(element: HTMLElement | null): void {
  if (element !== null) element.scrollTop = element.scrollHeight;
}
