import { describe, expect, it } from "vitest";
import { diffFiles } from "../../../src/workspace/diff.ts";

describe("diffFiles", () => {
  it("counts lines per file, new, deleted, renamed and empty ones", () => {
    const diff = [
      "diff --git a/src/a.ts b/src/a.ts",
      "index 1..2 100644",
      "--- a/src/a.ts",
      "+++ b/src/a.ts",
      "@@ -1,2 +1,3 @@",
      " one",
      "-two",
      "+2",
      "+3",
      "\\ No newline at end of file",
      "diff --git a/new file.txt b/new file.txt",
      "new file mode 100644",
      "--- /dev/null",
      "+++ b/new file.txt\t",
      "@@ -0,0 +1 @@",
      "+x",
      "diff --git a/old b/old",
      "deleted file mode 100644",
      "--- a/old",
      "+++ /dev/null",
      "@@ -1 +0,0 @@",
      "-x",
      "diff --git a/from b/to",
      "similarity index 100%",
      "rename from from",
      "rename to to",
      "diff --git a/empty b/empty",
      "new file mode 100644",
      "",
    ].join("\n");
    expect(diffFiles(diff)).toEqual([
      { path: "src/a.ts", added: 2, removed: 1 },
      { path: "new file.txt", added: 1, removed: 0 },
      { path: "old", added: 0, removed: 1 },
      { path: "to", oldPath: "from", added: 0, removed: 0 },
      { path: "empty", added: 0, removed: 0 },
    ]);
  });

  it("takes content that looks like a header for content", () => {
    const diff =
      "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/fake\n-diff --git a/y b/y\n+++ b/fake\n+@@ -1 +1 @@\n";
    expect(diffFiles(diff)).toEqual([{ path: "x", added: 2, removed: 2 }]);
  });

  it("reads quoted names", () => {
    const diff = 'diff --git "a/\\303\\244 \\"q\\".txt" "b/\\303\\244 \\"q\\".txt"\nnew file mode 100644\n';
    expect(diffFiles(diff)).toEqual([{ path: 'ä "q".txt', added: 0, removed: 0 }]);
  });

  it("is empty for no diff", () => {
    expect(diffFiles("")).toEqual([]);
    expect(diffFiles("not a diff\n@@ -1 +1 @@\n-x\n+y")).toEqual([]);
  });
});
