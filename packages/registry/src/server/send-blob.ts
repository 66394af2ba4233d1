import type { Readable } from 'node:stream';

import { ashlarError, type Digest } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { BlobStore, ByteRange } from '../store/blob/index.ts';
import { etagOf, isCached } from './etag.ts';
import { parseRange } from './range.ts';

/** Bytes up to which a blob is read at once: as many as a stream would take with its first read. */
const smallBlob = 256 * 1024;

/**
 * Answers with the bytes of a blob: whole or the range that was asked for, never encoded. The caller has set the
 * headers that differ between protocols and has made sure that the blob may be seen.
 * @throws ASH-BLOB-DAMAGED ASH-RANGE-INVALID; to HEAD ASH-BLOB-UNKNOWN when the bytes are not there
 */
export async function sendBlob(
  request: FastifyRequest,
  reply: FastifyReply,
  blobs: BlobStore,
  digest: Digest,
  size: number,
): Promise<void> {
  void reply.header('accept-ranges', 'bytes').header('etag', etagOf(digest));
  if (isCached(request.headers['if-none-match'], digest)) {
    await reply.code(304).send();
    return;
  }
  const range = rangeOf(request, reply, digest, size);
  const content = request.method === 'HEAD' ? undefined : await contentOf(blobs, digest, size, range);
  // Who asks before a push then sends the bytes again, and they are whole again.
  if (!content && (await blobs.size(digest)) !== size) throw ashlarError('ASH-BLOB-UNKNOWN', { digest });
  void reply.header('content-length', range ? range.end - range.start + 1 : size);
  if (range) void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  await reply.send(content);
}

/**
 * What is small comes whole, which costs half of what a stream does; what is not small does not lie in memory until a client
 * has read it. @throws ASH-BLOB-DAMAGED
 */
export async function contentOf(
  blobs: BlobStore,
  digest: Digest,
  size: number,
  range?: ByteRange,
): Promise<Buffer | Readable> {
  if (range === undefined && size <= smallBlob) {
    const bytes = await blobs.read(digest);
    if (bytes?.length === size) return bytes;
    throw ashlarError('ASH-BLOB-DAMAGED', { digest });
  }
  const content = await blobs.open(digest, range);
  if (content?.size === size) return content.stream;
  content?.stream.destroy();
  // Half of what was announced would leave the client waiting for the rest.
  throw ashlarError('ASH-BLOB-DAMAGED', { digest });
}

/** Ranges are for GET alone (RFC 9110 §14.2), and with `If-Range` for who began with this very content. */
function rangeOf(
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  digest: Digest,
  size: number,
): ByteRange | undefined {
  const condition = headers['if-range'];
  if (method !== 'GET' || (condition !== undefined && condition !== etagOf(digest))) return undefined;
  try {
    return parseRange(headers.range, size);
  } catch (error) {
    void reply.header('content-range', `bytes */${size}`);
    throw error;
  }
}
