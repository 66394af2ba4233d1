import { ashlarError, type Digest } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { BlobStore, ByteRange } from '../store/blob/index.ts';
import { etagOf, isCached } from './etag.ts';
import { parseRange } from './range.ts';
import { sendContent } from './send-content.ts';

/** Bytes up to which a blob is read at once: as many as one piece would take. */
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
  // Who asks before a push then sends the bytes again, and they are whole again.
  if (request.method === 'HEAD' && (await blobs.size(digest)) !== size) {
    throw ashlarError('ASH-BLOB-UNKNOWN', { digest });
  }
  void reply.header('content-length', lengthOf(size, range));
  if (range) void reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${size}`);
  if (request.method === 'HEAD') await reply.send();
  else await sendBytes(request, reply, blobs, { digest, size, range });
}

function lengthOf(size: number, range: ByteRange | undefined): number {
  return range === undefined ? size : range.end - range.start + 1;
}

/**
 * Answers with the bytes, for a caller that has set all header fields. What is small comes whole, which costs half of what
 * pieces do; what is not small does not lie in memory until a client has read it.
 * @throws ASH-BLOB-DAMAGED
 */
export async function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  blobs: BlobStore,
  {
    digest,
    size,
    range,
  }: { readonly digest: Digest; readonly size: number; readonly range?: ByteRange | undefined },
): Promise<void> {
  if (range === undefined && size <= smallBlob) {
    const bytes = await blobs.read(digest);
    // Half of what was announced would leave the client waiting for the rest.
    if (bytes?.length !== size) throw ashlarError('ASH-BLOB-DAMAGED', { digest });
    await reply.send(bytes);
    return;
  }
  const content = await blobs.open(digest, range);
  if (content?.size !== size) {
    await content?.reader.close();
    throw ashlarError('ASH-BLOB-DAMAGED', { digest });
  }
  await sendContent(request, reply, content.reader, lengthOf(size, range));
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
