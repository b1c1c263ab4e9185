import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { numberedName, safeFileName } from "../../../src/workspace/file-name.ts";

describe("safeFileName", () => {
  it.each([
    ["report.pdf", "report.pdf"],
    ["../../etc/passwd", "passwd"],
    ["C:\\temp\\a.txt", "a.txt"],
    [".bashrc", "bashrc"],
    ["-rf", "rf"],
    ["..", "file"],
    ["", "file"],
    [undefined, "file"],
    ["a\u0000\u001b[2J\nb.txt", "a[2Jb.txt"],
    ["invoice\u202Efdp.exe", "invoicefdp.exe"],
    ["what?*.md", "what__.md"],
    ["  two  words .txt ", "two words .txt"],
    ["报告.docx", "报告.docx"],
  ])("makes %j into %j", (sent, safe) => {
    expect(safeFileName(sent, "file")).toBe(safe);
  });

  it("clips long names before their extension, at whole characters", () => {
    const name = safeFileName(`${"长".repeat(200)}.tar.gz`, "file");
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(180);
    expect(name).toMatch(/^长+\.gz$/);
  });

  it("gives one harmless path component for whatever was sent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (sent) => {
        const name = safeFileName(sent, "file");
        expect(name).not.toMatch(/[/\\\p{Cc}]|^[.-]|^$/u);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(180);
      }),
    );
  });
});

it("numbers a name before its extension", () => {
  expect([numberedName("a.txt", 1), numberedName("a.txt", 2), numberedName("a", 3)]).toEqual([
    "a.txt",
    "a-2.txt",
    "a-3",
  ]);
});
