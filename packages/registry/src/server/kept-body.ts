import type { FastifyRequest } from 'fastify';

import { AshlarError } from '@ashlar/core';

import type { BlobStore } from '../store/blob/index.ts';
import { readBody } from './body.ts';

/** Bodies up to so many bytes wait in memory, all others in a staging file. */
const inMemory = 256 * 1024;

/** A whole body that waits until somebody has room for it. */
export interface KeptBody extends AsyncDisposable {
  /** Bytes. */
  readonly size: number;
  /** Reads it into memory, once. */
  read(): Promise<Buffer>;
}

/**
 * Takes in a whole body without keeping it in memory: any number of senders may have to wait. It is gone when it is
 * disposed of; what a crash leaves is swept as an upload that nobody goes on with.
 * @throws `tooLarge` when it has more bytes than `limit`; ASH-STORAGE-FULL
 */
export async function keepBody(
  request: FastifyRequest,
  blobs: BlobStore,
  limit: number,
  tooLarge: Error,
): Promise<KeptBody> {
  const announced = Number(request.headers['content-length'] ?? Infinity);
  if (announced <= inMemory || (announced > limit && Number.isFinite(announced))) {
    const bytes = await readBody(request, limit, tooLarge);
    return { size: bytes.length, read: async () => bytes, [Symbol.asyncDispose]: async () => undefined };
  }
  const id = await blobs.createUpload();
  const drop = async () => void (await blobs.cancelUpload(id));
  try {
    const size = await blobs.append(id, 0, request.raw, limit);
    return { size, read: async () => await blobs.readUpload(id), [Symbol.asyncDispose]: drop };
  } catch (error) {
    await drop();
    throw error instanceof AshlarError && error.code === 'ASH-BLOB-SIZE' ? tooLarge : error;
  }
}
