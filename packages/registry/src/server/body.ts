import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';

import { ashlarError } from '@ashlar/core';

/** Hands bodies to the routes of this scope as streams, whatever their type and length. */
export function streamBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

/** Reads past the first bytes of a stream; whoever reads it next gets the rest. */
export async function skipBytes(stream: Readable, count: number): Promise<void> {
  let left = count;
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (chunk.length > left) stream.unshift(chunk.subarray(left));
    left -= Math.min(left, chunk.length);
    if (left === 0) return;
  }
}

/** Reads a body into memory. @throws `tooLarge` when it has more bytes than `limit` */
export async function readBody(
  request: FastifyRequest,
  limit: number,
  tooLarge: Error = ashlarError('ASH-BODY-SIZE', { limit }),
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  // A request that is too large still gets its answer: leaving the loop must not end the connection.
  const stream = request.raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
