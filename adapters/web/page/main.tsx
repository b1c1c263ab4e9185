import { render } from "preact";
import { App } from "./app.tsx";
import { startController } from "./controller.ts";
import { startTheme } from "./theme.ts";

/** Put in by the bundler: build of the sources this page was made from. */
declare const PAGE_BUILD: string;

startTheme();
const root = document.getElementById("app");
if (root !== null) render(<App controller={startController(PAGE_BUILD)} />, root);
