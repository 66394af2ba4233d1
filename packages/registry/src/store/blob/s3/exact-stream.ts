import { type Readable, Transform } from 'node:stream';

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
