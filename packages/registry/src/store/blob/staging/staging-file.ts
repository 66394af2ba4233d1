import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Readable } from 'node:stream';

import { ashlarError } from '@ashlar/core';
import type { DigestAlgorithm } from '@ashlar/core';

import { crashPoint } from '../../../gateway/crash-point.ts';
import type { OpenFile } from '../../../gateway/file-system.ts';
import { piecesOf } from './pieces.ts';

/** What is hashed again is read in parts of this many bytes. */
const readBytes = 1024 * 1024;

/** How far a staging file is written; `hash` always covers exactly its first `size` bytes. */
export interface Progress {
  readonly algorithm: DigestAlgorithm;
  hash: Hash;
  size: number;
}

/**
 * Writes a stream behind the bytes that are already there. `progress` moves on with each write that succeeded, so it
 * is right also when the stream breaks or a write fails. The stream is never destroyed: it may be a request whose
 * socket still has to carry the answer.
 * @throws ASH-BLOB-SIZE before anything beyond `limit` is written
 */
export async function receive(
  file: OpenFile,
  progress: Progress,
  bytes: Readable,
  limit: number,
): Promise<void> {
  if (progress.size > limit) throw ashlarError('ASH-BLOB-SIZE', { limit });
  const pieces = piecesOf(bytes);
  try {
    for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next()) {
      if (progress.size + piece.length > limit) throw ashlarError('ASH-BLOB-SIZE', { limit });
      const hash = progress.hash.copy();
      const written = writeAll(file, piece, progress.size);
      // Hashed on this thread while another one writes.
      hash.update(piece);
      await written;
      progress.hash = hash;
      progress.size += piece.length;
    }
  } finally {
    pieces.stop();
  }
}

/** Writes every byte at `position`; the operating system may take fewer at once, for example on a filling disk. */
export async function writeAll(file: OpenFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
    crashPoint('blob.written');
  }
}

/** Hashes the first `size` bytes of a file. */
export async function hashFile(file: OpenFile, algorithm: DigestAlgorithm, size: number): Promise<Hash> {
  const hash = createHash(algorithm);
  const buffer = Buffer.allocUnsafe(Math.min(size, readBytes));
  for (let position = 0; position < size; position += buffer.length) {
    const part = buffer.subarray(0, size - position);
    await fill(part, file, position);
    hash.update(part);
  }
  return hash;
}

/** The first `size` bytes of a file. */
export async function readAll(file: OpenFile, size: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  await fill(bytes, file, 0);
  return bytes;
}

/** Reads from `position` on until `bytes` is full; the operating system may give fewer at once. */
async function fill(bytes: Buffer, file: OpenFile, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, position + done);
    if (bytesRead === 0) throw new Error(`the staging file ends at byte ${position + done}`);
    done += bytesRead;
  }
}
