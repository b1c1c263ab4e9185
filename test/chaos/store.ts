import { execFileSync } from "node:child_process";
import { closeSync, openSync, readFileSync, readlinkSync, realpathSync, rmSync, writeSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { embeddedFiles } from "../../src/redis/embedded-files.ts";
import { signal } from "../fixtures/signal.ts";

const diskSize = "256m";

/** The service's own Redis, as its operator could torment it. */
export class Store {
  /** Why its disk cannot be filled; undefined: it can. */
  readonly noDisk: string | undefined;
  readonly #files: ReturnType<typeof embeddedFiles>;

  private constructor(dataDir: string, noDisk: string | undefined) {
    this.#files = embeddedFiles(dataDir, tmpdir());
    this.noDisk = noDisk;
  }

  /** Gives the Redis of `dataDir`, not started yet, a small disk of its own where the machine lets us. */
  static async prepare(dataDir: string): Promise<Store> {
    const { dir } = embeddedFiles(dataDir, tmpdir());
    await mkdir(dir, { recursive: true, mode: 0o700 });
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", `size=${diskSize},mode=700`, "tmpfs", dir], { stdio: "ignore" });
      return new Store(dataDir, undefined);
    } catch {
      return new Store(dataDir, "this machine does not let us mount a small disk");
    }
  }

  /** kill -9; false when none runs. */
  kill(): boolean {
    const pid = Number(this.#read(this.#files.pidFile));
    // The file outlives the server, and its number may be another process's by now.
    return pid > 0 && cwdOf(pid) === realpathSync(this.#files.dir) && signal(pid, "SIGKILL");
  }

  /** Cuts every connection to it but this one's; false when it does not answer. */
  async cut(): Promise<boolean> {
    const cut = await this.ask(async (redis) => {
      await redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await redis.call("CLIENT", "KILL", "TYPE", "pubsub");
    });
    return cut !== "down";
  }

  /** Writes its disk full. */
  fill(): void {
    const file = openSync(this.#filler, "w");
    try {
      for (const size of [1_048_576, 4_096]) writeUntilFull(file, size);
    } finally {
      closeSync(file);
    }
  }

  /** Makes room again. */
  free(): void {
    rmSync(this.#filler, { force: true });
  }

  /** Asks it on a connection of its own; `down` when it does not answer. */
  async ask<T>(use: (redis: Redis) => Promise<T>): Promise<T | "down"> {
    const redis = new Redis(this.#files.socket, {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      replyMapping: "legacy",
    });
    redis.on("error", () => undefined);
    try {
      await redis.connect();
    } catch {
      redis.disconnect();
      return "down";
    }
    try {
      return await use(redis);
    } finally {
      redis.disconnect();
    }
  }

  /** Gives the disk back. */
  dispose(): void {
    if (this.noDisk === undefined) execFileSync("umount", ["-l", this.#files.dir]);
  }

  get #filler(): string {
    return join(this.#files.dir, "filler");
  }

  #read(file: string): string {
    try {
      return readFileSync(file, "utf8");
    } catch {
      return "";
    }
  }
}

function writeUntilFull(file: number, size: number): void {
  const block = Buffer.alloc(size);
  for (;;) {
    try {
      if (writeSync(file, block) < size) return;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOSPC") return;
      throw error;
    }
  }
}

function cwdOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
