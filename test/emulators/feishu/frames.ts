/** One frame of the long connection: `pbbp2.Frame`, proto2. `method`: 0 control, 1 data. */
export interface Frame {
  readonly seqId: number;
  readonly logId: number;
  readonly service: number;
  readonly method: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: Buffer;
}

const field = { seqId: 1, logId: 2, service: 3, method: 4, headers: 5, payload: 8 } as const;
const wire = { varint: 0, bytes: 2 } as const;

/** Writes a frame. */
export function encodeFrame(frame: Frame): Buffer {
  const parts: Buffer[] = [
    varintField(field.seqId, frame.seqId),
    varintField(field.logId, frame.logId),
    varintField(field.service, frame.service),
    varintField(field.method, frame.method),
  ];
  for (const [key, value] of Object.entries(frame.headers))
    parts.push(
      bytesField(field.headers, Buffer.concat([bytesField(1, Buffer.from(key)), bytesField(2, Buffer.from(value))])),
    );
  parts.push(bytesField(field.payload, frame.payload));
  return Buffer.concat(parts);
}

/** Reads a frame. Throws on what is none, and when a required field is missing. */
export function decodeFrame(data: Buffer): Frame {
  const numbers = new Map<number, number>();
  const headers: Record<string, string> = {};
  let payload: Buffer = Buffer.alloc(0);
  for (const [number, value] of fields(data)) {
    if (typeof value === "number") numbers.set(number, value);
    else if (number === field.headers) {
      const pair = new Map(fields(value));
      headers[text(pair.get(1))] = text(pair.get(2));
    } else if (number === field.payload) payload = value;
  }
  const need = (number: number, name: string): number => {
    const value = numbers.get(number);
    if (value === undefined) throw new Error(`frame without ${name}`);
    return value;
  };
  return {
    seqId: need(field.seqId, "SeqID"),
    logId: need(field.logId, "LogID"),
    service: need(field.service, "service"),
    method: need(field.method, "method"),
    headers,
    payload,
  };
}

function text(value: number | Buffer | undefined): string {
  if (!Buffer.isBuffer(value)) throw new Error("frame header without key or value");
  return value.toString();
}

function* fields(data: Buffer): Generator<readonly [number, number | Buffer]> {
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = data[at];
      if (byte === undefined) throw new Error("frame ends within a number");
      at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < data.length) {
    const tag = varint();
    if ((tag & 7) === wire.varint) yield [tag >> 3, varint()];
    else if ((tag & 7) === wire.bytes) {
      const length = varint();
      const end = at + length;
      if (end > data.length) throw new Error("frame ends within a field");
      yield [tag >> 3, data.subarray(at, end)];
      at = end;
    } else throw new Error(`frame with wire type ${tag & 7}`);
  }
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([varint((number << 3) | wire.varint), varint(value)]);
}

function bytesField(number: number, value: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | wire.bytes), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
