import type { FastifyRequest } from 'fastify';

import { AshlarError } from '@ashlar/core';

import type { BlobStore, KeptBytes } from '../store/blob/index.ts';
import { readBody } from './body.ts';

/** Bodies up to so many bytes wait in memory, all others on disk: any number of senders may have to wait. */
const inMemory = 256 * 1024;

/**
 * Takes in a whole body that waits until there is room to work on it.
 * @throws `tooLarge` when it has more bytes than `limit`; ASH-STORAGE-FULL
 */
export async function keepBody(
  request: FastifyRequest,
  blobs: BlobStore,
  limit: number,
  tooLarge: () => Error,
): Promise<KeptBytes> {
  const announced = Number(request.headers['content-length'] ?? Infinity);
  if (announced !== Infinity && announced > limit) throw tooLarge();
  if (announced <= inMemory) {
    const bytes = await readBody(request, limit);
    return { size: bytes.length, read: async () => bytes, [Symbol.asyncDispose]: async () => undefined };
  }
  try {
    return await blobs.keep(request.raw, limit);
  } catch (error) {
    throw error instanceof AshlarError && error.code === 'ASH-BLOB-SIZE' ? tooLarge() : error;
  }
}
