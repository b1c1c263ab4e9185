/**
 * Loaded into the service with `node --import`: on SIGUSR2 it reads `{"shiftMs": …, "blockMs": …}` from CHAOS_ORDERS. Its clock
 * (Date, not timers) runs ahead by `shiftMs`, and its event loop stands still for `blockMs`.
 */
import { readFileSync } from "node:fs";

const file = process.env.CHAOS_ORDERS;
const RealDate = Date;
let shiftMs = 0;

class ShiftedDate extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(RealDate.now() + shiftMs);
    else super(...values);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
}

globalThis.Date = ShiftedDate;

process.on("SIGUSR2", () => {
  const orders = JSON.parse(readFileSync(file, "utf8"));
  shiftMs = orders.shiftMs;
  if (orders.blockMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, orders.blockMs);
});
