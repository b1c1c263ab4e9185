import type { VNode } from "preact";

/** Lines on a grid of 24, drawn in the colour of the text. */
const paths = {
  list: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6L6 18",
  system: "M3 5h18v11H3zM8 20h8M12 16v4",
  light: "M12 8a4 4 0 100 8 4 4 0 000-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  dark: "M20 14A8 8 0 1110 4a7 7 0 0010 10z",
  bell: "M6 17V11a6 6 0 1112 0v6l2 2H4zM10 21h4",
  "bell-off": "M6 17V11a6 6 0 0110-4.5M18 12v5l2 2H4M10 21h4M3 3l18 18",
  plus: "M12 5v14M5 12h14",
  attach: "M20 11l-8.5 8.5a5 5 0 01-7-7L13 4a3.3 3.3 0 014.7 4.7L9.2 17a1.7 1.7 0 01-2.4-2.4L15 6.5",
  camera: "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 100 7 3.5 3.5 0 000-7",
  send: "M12 20V5M5 12l7-7 7 7",
  stop: "M7 7h10v10H7z",
  down: "M12 4v15M5 12l7 7 7-7",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  gauge: "M4 18a8 8 0 1116 0M12 18l4-6",
} as const;

export type IconName = keyof typeof paths;

/** A small drawing; the button around it has the name. */
export function Icon({ name }: { readonly name: IconName }): VNode {
  return (
    <svg class="drawing" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
