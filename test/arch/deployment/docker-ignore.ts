/** True for the files a build is not given: `.dockerignore` as Docker reads it, where the last line that fits decides. */
export function ignores(text: string): (path: string) => boolean {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const rules = lines.map((line) => {
    const keep = line.startsWith("!");
    return { keep, fits: pattern(keep ? line.slice(1) : line) };
  });
  return (path) => rules.findLast((rule) => rule.fits.test(path))?.keep === false;
}

/** A pattern fits what it names and everything below. */
function pattern(glob: string): RegExp {
  const source = glob
    .replace(/^\/|\/$/g, "")
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("**/", "\u0000")
    .replaceAll("*", "[^/]*")
    .replaceAll("?", "[^/]")
    .replaceAll("\u0000", "(?:.*/)?");
  return new RegExp(`^${source}(?:/.*)?$`);
}
