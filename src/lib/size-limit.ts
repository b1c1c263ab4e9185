import { Transform } from "node:stream";

/** Passes at most `maxBytes` on; more fails the stream with what `tooLarge` makes. Sizes told beforehand may be wrong. */
export function sizeLimit(maxBytes: number, tooLarge: () => Error): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > maxBytes) done(tooLarge());
      else done(null, chunk);
    },
  });
}
