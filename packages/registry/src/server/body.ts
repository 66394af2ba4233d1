import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

import { ashlarError } from '@ashlar/core';

/** Hands bodies to the routes of this scope as streams, whatever their type and length. */
export function streamBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  // Who waits for `100 Continue` and gets an answer instead may send its body or not: nobody knows what comes next.
  app.addHook('onSend', async ({ raw }, reply) => {
    if (raw.sendContinue) void reply.header('connection', 'close');
    else if (!raw.complete) await discardRest(raw);
  });
}

/** Milliseconds. */
const patience = 500;

/**
 * Reads what is left of a body that was refused. A connection that ends while its client still sends is reset, and the
 * client may never see the answer; one that goes on must be past the body. Who sends for longer is answered anyway.
 */
async function discardRest(body: IncomingMessage): Promise<void> {
  body.on('error', () => {});
  body.resume();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, patience);
  for (const event of ['end', 'close']) body.once(event, resolve);
  await promise;
  clearTimeout(timer);
}

/** The body of a request as a stream; from here on the client sends it. */
export function bodyStream(request: FastifyRequest): IncomingMessage {
  request.raw.sendContinue?.();
  request.raw.sendContinue = undefined;
  return request.raw;
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
  const stream = bodyStream(request).iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limit) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
