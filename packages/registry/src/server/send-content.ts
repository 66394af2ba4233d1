import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { contentBegins } from '../gateway/http.ts';
import { type BlobReader, givePiece, takePiece } from '../store/blob/index.ts';
import { keepConnection } from './unread-body.ts';

/**
 * Answers with `length` bytes. One piece of them is read while the one before is being sent, and their memory is used
 * again and again, which streams cannot do: they do not learn when a piece has left. What goes wrong before the first
 * piece is thrown and can be answered; afterwards the connection breaks off, so that nobody takes a part for the whole.
 */
export async function sendContent(
  request: FastifyRequest,
  reply: FastifyReply,
  reader: BlobReader,
  length: number,
): Promise<void> {
  const pieces: Pieces = [takePiece(), takePiece()];
  try {
    const size = await reader.read(pieces[0]);
    keepConnection(request, reply);
    reply.hijack();
    if (await send(request, reply, { reader, pieces, size, length })) pieces.forEach(givePiece);
  } finally {
    await reader.close();
  }
}

type Pieces = readonly [Buffer, Buffer];

interface Sending {
  readonly reader: BlobReader;
  readonly pieces: Pieces;
  /** Bytes in the first piece. */
  readonly size: number;
  readonly length: number;
}

/** Says whether all has left; otherwise a piece may still be on its way. */
async function send(request: FastifyRequest, reply: FastifyReply, sending: Sending): Promise<boolean> {
  const { raw: response } = reply;
  response.emit(contentBegins);
  try {
    response.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
    await writePieces(response, sending);
    response.end();
    return true;
  } catch (error) {
    // Who stops reading is no news.
    if (!response.destroyed) request.log.warn({ err: error }, 'an answer broke off');
    response.destroy();
    return false;
  }
}

async function writePieces(response: ServerResponse, { reader, pieces, ...begun }: Sending): Promise<void> {
  let left = begun.length;
  let before = Promise.resolve();
  for (let turn: 0 | 1 = 0, { size } = begun; size > 0; turn = turn === 0 ? 1 : 0) {
    left -= size;
    if (left < 0) break;
    const written = write(response, pieces[turn].subarray(0, size));
    // A failure is thrown when its turn comes.
    written.catch(() => undefined);
    // Then the other piece has left, and can be filled while this one is on its way. Not while the first one is: who
    // reads nothing should cost no more than that.
    await (left + size === begun.length ? written : before);
    size = await reader.read(pieces[turn === 0 ? 1 : 0]);
    before = written;
  }
  await before;
  if (left !== 0) throw new Error(`the content has ${Math.abs(left)} bytes too ${left < 0 ? 'many' : 'few'}`);
}

/** Resolves when the bytes have left, so that their memory can be used again. */
async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
