import { ashlarError, type Digest } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { BlobStore } from '../store/blob/index.ts';
import { parseRange } from './range.ts';

/**
 * Answers with the bytes of a blob: whole or the range that was asked for, never encoded. The caller has set the
 * headers that differ between protocols and has made sure that the blob may be seen.
 * @throws ASH-BLOB-UNKNOWN ASH-RANGE-INVALID
 */
export async function sendBlob(
  request: FastifyRequest,
  reply: FastifyReply,
  blobs: BlobStore,
  digest: Digest,
  size: number,
): Promise<void> {
  void reply.header('accept-ranges', 'bytes').header('etag', `"${digest}"`);
  if (request.headers['if-none-match'] === `"${digest}"`) {
    await reply.code(304).send();
    return;
  }
  const range = parseRange(request.headers.range, size);
  const length = range ? range.end - range.start + 1 : size;
  void reply.header('content-length', length);
  if (range) void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  if (request.method === 'HEAD') {
    await reply.send();
    return;
  }
  const content = await blobs.open(digest, range);
  if (!content) throw ashlarError('ASH-BLOB-UNKNOWN', { digest });
  await reply.send(content.stream);
}
