import { inflateRaw, type InflateRaw, inflateRawSync } from 'node:zlib';

import { unreadable } from './archive-limits.ts';

export interface Inflated {
  readonly bytes: Buffer;
  /** How many bytes of the input the deflate stream took. */
  readonly consumed: number;
}

/** Up to here a thread costs more than it spares: 5,000 small files took 1,250 ms with one each and 40 ms without. */
const maxSync = 16 * 1024;

/**
 * Inflates a raw deflate stream and stops as soon as the output would exceed `limit` bytes: then the answer is
 * undefined. All but small streams are inflated off the main thread.
 * @throws ASH-ARCHIVE-FORMAT when the stream is damaged or cut off
 */
export async function inflateWithin(deflated: Buffer, limit: number): Promise<Inflated | undefined> {
  const options = {
    info: true,
    // zlib takes no output limit of 0; the byte too many is seen below.
    maxOutputLength: Math.max(limit, 1),
    // All in one piece: pieces would be put together at the end, in twice the memory. What is not written to costs none.
    chunkSize: Math.max(limit, 64),
  };
  try {
    const { buffer, engine } =
      limit <= maxSync ? inflateNow(deflated, options) : await inflate(deflated, options);
    return buffer.length > limit ? undefined : { bytes: buffer, consumed: engine.bytesWritten };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') return undefined;
    throw unreadable(code === 'Z_BUF_ERROR' ? 'it is cut off' : 'its compressed data is damaged', {
      cause: error,
    });
  }
}

/** What zlib answers with `info`; its type declarations tell only of the buffer. */
interface InfoResult {
  readonly buffer: Buffer;
  readonly engine: InflateRaw;
}

function inflateNow(deflated: Buffer, options: object): InfoResult {
  return inflateRawSync(deflated, options) as unknown as InfoResult;
}

function inflate(deflated: Buffer, options: object): Promise<InfoResult> {
  return new Promise((resolve, reject) => {
    inflateRaw(deflated, options, (error, result) => {
      if (error) reject(error);
      else resolve(result as unknown as InfoResult);
    });
  });
}
