import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Readable } from 'node:stream';

import { ashlarError } from '@ashlar/core';
import type { DigestAlgorithm } from '@ashlar/core';

import { crashPoint } from '../../../gateway/crash-point.ts';
import type { FileHandle } from '../../../gateway/file-system.ts';

/** Measured: one `writev` of about 1 MiB is as fast as anything larger, and memory stays flat. */
const batchBytes = 1024 * 1024;
/** A client that sends single bytes must not make us keep a million small buffers. */
const batchChunks = 1024;

/** How far a staging file is written; `hash` always covers exactly its first `size` bytes. */
export interface Progress {
  readonly algorithm: DigestAlgorithm;
  hash: Hash;
  size: number;
}

interface Batch {
  readonly chunks: Uint8Array[];
  size: number;
}

/**
 * Writes a stream behind the bytes that are already there. `progress` moves on with each write that succeeded, so it
 * is right also when the stream breaks or a write fails. The stream is never destroyed: it may be a request whose
 * socket still has to carry the answer.
 * @throws ASH-BLOB-SIZE before anything beyond `limit` is written
 */
export async function receive(
  handle: FileHandle,
  progress: Progress,
  bytes: Readable,
  limit: number,
): Promise<void> {
  if (progress.size > limit) throw ashlarError('ASH-BLOB-SIZE', { limit });
  for await (const batch of batchesOf(bytes)) {
    if (progress.size + batch.size > limit) throw ashlarError('ASH-BLOB-SIZE', { limit });
    const hash = progress.hash.copy();
    const written = writeAll(handle, batch.chunks, progress.size);
    // Hashed on this thread while another one writes.
    for (const chunk of batch.chunks) hash.update(chunk);
    await written;
    progress.hash = hash;
    progress.size += batch.size;
  }
}

/** Writes every byte at `position`; the operating system may take fewer at once, for example on a filling disk. */
export async function writeAll(
  handle: FileHandle,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<void> {
  let rest = chunks;
  let next = position;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, next);
    next += bytesWritten;
    crashPoint('blob.written');
    rest = withoutFirst(rest, bytesWritten);
  }
}

/** Hashes the first `size` bytes of a file. */
export async function hashFile(handle: FileHandle, algorithm: DigestAlgorithm, size: number): Promise<Hash> {
  const hash = createHash(algorithm);
  const buffer = Buffer.allocUnsafe(Math.min(size, batchBytes));
  let position = 0;
  while (position < size) {
    const length = Math.min(buffer.length, size - position);
    const { bytesRead } = await handle.read(buffer, 0, length, position);
    if (bytesRead === 0) throw new Error(`the staging file ends at byte ${position} of ${size}`);
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
  return hash;
}

/** Joins the chunks of a stream to few large batches. When the stream breaks, what arrived before still comes out. */
async function* batchesOf(bytes: Readable): AsyncGenerator<Batch> {
  let batch: Batch = { chunks: [], size: 0 };
  try {
    for await (const chunk of bytes.iterator({ destroyOnReturn: false })) {
      batch.chunks.push(chunk as Uint8Array);
      batch.size += (chunk as Uint8Array).length;
      if (batch.size < batchBytes && batch.chunks.length < batchChunks) continue;
      yield batch;
      batch = { chunks: [], size: 0 };
    }
  } catch (error) {
    if (batch.size > 0) yield batch;
    throw error;
  }
  if (batch.size > 0) yield batch;
}

function withoutFirst(chunks: readonly Uint8Array[], count: number): readonly Uint8Array[] {
  let skip = count;
  let index = 0;
  for (; index < chunks.length; index++) {
    const length = chunks[index]!.length;
    if (length > skip) break;
    skip -= length;
  }
  const rest = chunks.slice(index);
  if (skip > 0) rest[0] = rest[0]!.subarray(skip);
  return rest;
}
