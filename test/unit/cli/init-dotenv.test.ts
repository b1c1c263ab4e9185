import { parseEnv } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mergeDotenv } from "../../../src/cli/init/dotenv.ts";

const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,10}$/);
/** What one kind of quotes can hold. */
const value = fc
  .string({ unit: "grapheme-ascii", maxLength: 40 })
  .filter((text) => !text.includes("'") || !text.includes("`"));

describe("extending a .env file", () => {
  it("reads back every value as it was given, and every other as it was", () => {
    fc.assert(
      fc.property(fc.dictionary(name, value), fc.dictionary(name, value), (before, added) => {
        const text = mergeDotenv(mergeDotenv("", before), added);
        expect(parseEnv(text)).toEqual({ ...before, ...added });
      }),
    );
  });

  it("leaves other lines alone and keeps a replaced one as a comment", () => {
    const text = "# mine\nexport OTHER='a b' # why\n\nTOKEN=old\n";
    expect(mergeDotenv(text, { TOKEN: "1:new" })).toBe(
      "# mine\nexport OTHER='a b' # why\n\n# before: TOKEN=old\nTOKEN=1:new\n",
    );
  });

  it("changes nothing when everything is there already", () => {
    const text = "TOKEN=1:a\r\nX=2";
    expect(mergeDotenv(text, { TOKEN: "1:a" })).toBe(text);
  });

  it("ends a last line without line break before it adds one", () => {
    expect(mergeDotenv("X=2", { TOKEN: "1:a" })).toBe("X=2\nTOKEN=1:a\n");
  });

  it("refuses a value no quotes can hold, without showing it", () => {
    expect(() => mergeDotenv("", { KEY: "a'b`c\"d" })).toThrow("the value of KEY does not fit into .env");
    expect(() => mergeDotenv("", { KEY: "a\nb" })).toThrow("the value of KEY does not fit into .env");
  });

  it("refuses where a value of several lines would be torn apart", () => {
    const text = 'LONG="one\nTOKEN=inside\ntwo"\nTOKEN=1:a\n';
    expect(() => mergeDotenv(text, { TOKEN: "1:b" })).toThrow("LONG would change");
  });
});
