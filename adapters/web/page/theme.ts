import { chosenTheme, keepTheme, type Theme } from "./memory.ts";

const device = (): MediaQueryList => window.matchMedia("(prefers-color-scheme: dark)");

let chosen: Theme = "system";

function apply(): void {
  document.documentElement.dataset.theme = chosen === "system" ? (device().matches ? "dark" : "light") : chosen;
}

/** Colours the page as a person chose, or as the device has it, from now on. */
export function startTheme(): void {
  chosen = chosenTheme();
  apply();
  device().addEventListener("change", apply);
}

/** Chooses for this browser. */
export function chooseTheme(theme: Theme): void {
  chosen = theme;
  keepTheme(theme);
  apply();
}
