/** A page of one sentence, for whoever has no cookie yet. Title and text are our own words. */
export function entryPage(title: string, text: string): string {
  return [
    "<!doctype html>",
    '<html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escaped(title)}</title><link rel="stylesheet" href="/app.css"></head>`,
    `<body><main class="entry"><h1>${escaped(title)}</h1><p>${escaped(text)}</p></main></body></html>`,
  ].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
