import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BridgeError } from "../../../src/model/errors.ts";
import { type ChatKey, chatKey } from "../../../src/model/ids.ts";
import type { Attachment } from "../../../src/model/message.ts";
import { createWorkspace, type WorkspaceOptions } from "../../../src/workspace/workspace.ts";

const chat: ChatKey = chatKey({ channel: "telegram", account: "main", chat: "-1001" });
const file: Attachment = { kind: "file", ref: "r", name: "../a.txt" };
let root: string;
let app: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "hotline-workspace-")));
  app = join(root, "app");
  mkdirSync(app);
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function workspace(options: Partial<WorkspaceOptions> = {}) {
  return createWorkspace({
    projects: {
      app: { path: app, writable: ["/shared"], effort: "high" },
      gone: { path: join(root, "gone"), writable: [], instructions: "be brief" },
    },
    defaults: {
      model: "m",
      effort: "medium",
      approvalPolicy: "on-request",
      sandbox: "workspace-write",
      network: false,
    },
    dataDir: join(root, "data"),
    environment: { PATH: process.env.PATH ?? "" },
    download: async (_chat, attachment, path) => writeFileSync(path, attachment.ref),
    ...options,
  });
}

const codeOf = (error: unknown): unknown => (error instanceof BridgeError ? error.code : error);

describe("resolving a chat's project", () => {
  it("takes the first project and its settings, then the service's", async () => {
    expect(await workspace().resolve({})).toEqual({
      project: "app",
      spec: {
        cwd: app,
        model: "m",
        effort: "high",
        approvalPolicy: "on-request",
        sandbox: "workspace-write",
        network: false,
        writable: ["/shared"],
      },
    });
  });

  it("lets the chat's own settings win", async () => {
    const { spec } = await workspace().resolve({
      project: "app",
      model: "x",
      effort: "low",
      sandbox: "read-only",
      approvalPolicy: "never",
    });
    expect(spec).toMatchObject({ model: "x", effort: "low", sandbox: "read-only", approvalPolicy: "never" });
  });

  it("refuses a project that is not configured or not there", async () => {
    for (const project of ["gone", "other", "constructor"]) {
      expect(
        codeOf(
          await workspace()
            .resolve({ project })
            .catch((error: unknown) => error),
        ),
      ).toBe("projectMissing");
    }
  });
});

describe("receiving a file", () => {
  it("lands in the chat's inbox under a safe, unique name, hidden from git", async () => {
    const ours = workspace();
    const saved = await Promise.all([ours.fetch(chat, file, app), ours.fetch(chat, file, app)]);
    expect(saved.map((one) => one.name).sort()).toEqual(["a-2.txt", "a.txt"]);
    expect(saved[0]?.path).toContain(join(app, ".hotline/inbox/telegram~main~-1001/a"));
    expect(readFileSync(join(app, ".hotline/.gitignore"), "utf8")).toBe("*\n");
    expect(readdirSync(join(root, "data/incoming"))).toEqual([]);
  });

  it("names what has no name", async () => {
    expect((await workspace().fetch(chat, { kind: "image", ref: "r" }, app)).name).toBe("photo.jpg");
  });

  it("removes links put in its way instead of following them", async () => {
    const outside = join(root, "outside");
    mkdirSync(outside);
    symlinkSync(outside, join(app, ".hotline"));
    const { path } = await workspace().fetch(chat, file, app);
    expect(lstatSync(join(app, ".hotline")).isSymbolicLink()).toBe(false);
    expect(readFileSync(path, "utf8")).toBe("r");
    rmSync(path);
    symlinkSync(join(outside, "target"), path);
    expect((await workspace().fetch(chat, file, app)).name).toBe("a-2.txt");
    expect(readdirSync(outside)).toEqual([]);
  });

  it("says that the disk is full, and keeps nothing of the file", async () => {
    const full = workspace({
      download: async (_chat, _attachment, path) => {
        writeFileSync(path, "half");
        throw Object.assign(new Error("no space"), { code: "ENOSPC" });
      },
    });
    expect(codeOf(await full.fetch(chat, file, app).catch((error: unknown) => error))).toBe("diskFull");
    expect(readdirSync(join(root, "data/incoming"))).toEqual([]);
    expect(existsSync(join(app, ".hotline"))).toBe(false);
  });

  it("passes on why a download failed", async () => {
    const refused = workspace({ download: () => Promise.reject(new BridgeError("fileTooLarge", "over 20 MB")) });
    expect(codeOf(await refused.fetch(chat, file, app).catch((error: unknown) => error))).toBe("fileTooLarge");
  });
});

describe("upkeep", () => {
  it("removes files older than the retention, and emptied folders", async () => {
    const ours = workspace();
    const old = await ours.fetch(chat, file, app);
    const fresh = await ours.fetch(chatKey({ channel: "telegram", account: "main", chat: "2" }), file, app);
    utimesSync(old.path, 0, 0);
    expect(await ours.sweep(0, Date.now())).toBe(0);
    expect(await ours.sweep(30, Date.now())).toBe(1);
    expect([existsSync(join(old.path, "..")), existsSync(fresh.path)]).toEqual([false, true]);
  });

  it("sweeps nothing behind a link", async () => {
    mkdirSync(join(root, "outside/c"), { recursive: true });
    writeFileSync(join(root, "outside/c/f"), "");
    utimesSync(join(root, "outside/c/f"), 0, 0);
    mkdirSync(join(app, ".hotline"));
    symlinkSync(join(root, "outside"), join(app, ".hotline/inbox"));
    expect(await workspace().sweep(1, Date.now())).toBe(0);
  });

  it("forgets half-received files of an earlier run", async () => {
    mkdirSync(join(root, "data/incoming"), { recursive: true });
    writeFileSync(join(root, "data/incoming/x"), "");
    await workspace().prepare();
    expect(existsSync(join(root, "data/incoming"))).toBe(false);
  });
});
