#!/usr/bin/env node
import { run } from "./cli/run.ts";

const code = await run(process.argv.slice(2), {
  createApp: async (config, tools) => (await import("./app.ts")).createApp(config, tools),
  createExaminers: async (config) => (await import("./examiners.ts")).createExaminers(config),
  createPlatforms: async (net) => (await import("./setup.ts")).createPlatforms(net),
  ...(process.stdin.isTTY && process.stdout.isTTY ? { terminal: { columns: process.stdout.columns } } : {}),
  out: (line) => void process.stdout.write(`${line}\n`),
  err: (line) => void process.stderr.write(`${line}\n`),
});
// Handles a library left open must not keep a stopped service alive.
process.exit(code);
