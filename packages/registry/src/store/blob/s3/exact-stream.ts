import { Readable, Transform } from 'node:stream';

import { unavailable } from './error.ts';

/**
 * The bytes of an answer, exactly `size` of them: a stream that ends early or late fails with ASH-UNAVAILABLE, so that
 * nobody takes a part for the whole. Destroying it ends the request.
 */
export function exactStream(body: Readable, size: number): Readable {
  let left = size;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(wrongEnd(size, 'more'));
      else done(null, chunk);
    },
    flush(done) {
      done(left === 0 ? null : wrongEnd(size, `${left} fewer`));
    },
  });
  body.on('error', (error) => counted.destroy(unavailable(error)));
  body.on('close', () => {
    if (!body.readableEnded) counted.destroy(wrongEnd(size, `${left} fewer`));
  });
  counted.on('close', () => body.destroy());
  return body.pipe(counted);
}

function wrongEnd(size: number, difference: string): Error {
  return unavailable(new Error(`the answer has ${difference} than the ${size} bytes that were announced`));
}

/** `size` bytes of an answer that has more: some services answer a range with more than was asked for. */
export function innerStream(body: Readable, skip: number, size: number): Readable {
  const inner = Readable.from(piece(body, skip, size), { objectMode: false });
  inner.on('close', () => body.destroy());
  return exactStream(inner, size);
}

async function* piece(body: Readable, skip: number, size: number): AsyncGenerator<Buffer> {
  let [before, left] = [skip, size];
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const bytes = chunk.subarray(Math.min(before, chunk.length)).subarray(0, left);
    before -= Math.min(before, chunk.length);
    left -= bytes.length;
    if (bytes.length > 0) yield bytes;
    if (left === 0) return;
  }
}
