import { promisify } from 'node:util';
import { deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';

import { ashlarError, limits } from '@ashlar/core';

const inflateAsync = promisify(inflateRaw);
/** Bytes; a character takes three at most, and what is stored for a person may be more than one model. */
const maxOutputLength = 64 * limits.moduleModel.value;

/**
 * Text as it is stored and sent to threads: deflated, in Base64, so that every database takes it. Models become ten
 * times smaller.
 * @throws ASH-MODULE-TOO-COMPLEX for more than can be unpacked again
 */
export function packText(text: string): string {
  if (Buffer.byteLength(text) > maxOutputLength) {
    const reason = `what is told of it is more than ${maxOutputLength} bytes`;
    throw ashlarError('ASH-MODULE-TOO-COMPLEX', { reason });
  }
  return deflateRawSync(text).toString('base64');
}

export function unpackTextSync(packed: string): string {
  return inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength }).toString('utf8');
}

/** As {@link unpackTextSync}, on a thread that has time. */
export async function unpackText(packed: string): Promise<Buffer> {
  return await inflateAsync(Buffer.from(packed, 'base64'), { maxOutputLength });
}
