/**
 * Loaded into the service under measure with `node --import`: notes when it writes `turn/start` to Codex and when Codex
 * tells it of a delta or a turn's end. Times are of the monotonic clock, which all processes of a machine share.
 */
import { appendFileSync } from "node:fs";
import { WebSocket } from "ws";

const file = process.env.BENCH_TAP;

function note(what) {
  // Below 20 µs: a write to the page cache.
  if (file !== undefined) appendFileSync(file, `${what} ${process.hrtime.bigint()}\n`);
}

/** A message begins with its method, or (a request) with its id. */
function watch(data, methods) {
  const head = String(data.slice(0, 120));
  const method = methods.find((one) => head.includes(`"${one}"`));
  if (method !== undefined) note(method);
}

const { send, emit } = WebSocket.prototype;

WebSocket.prototype.send = function sendNoted(data, ...rest) {
  send.call(this, data, ...rest);
  watch(data, ["turn/start"]);
};

WebSocket.prototype.emit = function emitNoted(event, ...values) {
  if (event === "message") watch(values[0], ["item/agentMessage/delta", "turn/completed"]);
  return emit.call(this, event, ...values);
};
