import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

import { AshlarError, ashlarError, digestAlgorithm, digestOf } from '@ashlar/core';
import type { Digest, DigestAlgorithm } from '@ashlar/core';

import type { Clock } from '../../../gateway/clock.ts';
import { idleFilesFor } from '../../../gateway/connection-limit.ts';
import { crashPoint } from '../../../gateway/crash-point.ts';
import { openFileLimit, type OpenFile } from '../../../gateway/file-system.ts';
import type { BlobStore, KeptBytes, UploadId } from '../blob-store.ts';
import { orMissing, orStorageFull } from './error.ts';
import type { FinishedBlobs } from './finished-blobs.ts';
import { idleFiles } from './idle-files.ts';
import { fileMode, newUploadId, randomName, uploadAlgorithm, uploadFolder } from './layout.ts';
import type { BlobFileSystem } from './layout.ts';
import { hashFile, readAll, receive, writeAll } from './staging-file.ts';
import type { Progress } from './staging-file.ts';

export type UploadFiles = Pick<
  BlobStore,
  | 'put'
  | 'createUpload'
  | 'uploadSize'
  | 'append'
  | 'finishUpload'
  | 'cancelUpload'
  | 'sweepUploads'
  | 'keep'
  | 'close'
>;

/** What this process knows of an upload; another process starts from the staging file alone. */
interface Upload extends Progress {
  /** Milliseconds. */
  touched: number;
}

/** Staging files: one for each upload and, for a moment, one for each `put`. */
export function uploadFiles(
  folder: string,
  blobs: FinishedBlobs,
  files: BlobFileSystem,
  clock: Clock,
): UploadFiles {
  const alive = new Map<string, Upload>();
  /** Names of the staging files that somebody works on. */
  const busy = new Set<string>();
  const idle = idleFiles(idleFilesFor(openFileLimit()));

  function pathOf(name: string): string {
    return join(uploadFolder(folder), name);
  }

  async function put(bytes: Uint8Array, algorithm: DigestAlgorithm = 'sha256'): Promise<Digest> {
    const digest = digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'));
    const name = `put-${randomName()}`;
    await exclusively(name, () => orStorageFull(store(name, bytes, digest)));
    return digest;
  }

  async function store(name: string, bytes: Uint8Array, digest: Digest): Promise<void> {
    const path = pathOf(name);
    // Readable as well: not every place that adopts it takes the file itself.
    await using handle = await files.openFile(path, 'wx+', fileMode);
    crashPoint('blob.created');
    try {
      await writeAll(handle, bytes, 0);
      await blobs.adopt({ path, handle, size: bytes.length }, digest);
    } catch (error) {
      await discard(name).catch(() => false);
      throw error;
    }
  }

  async function createUpload(algorithm: DigestAlgorithm = 'sha256'): Promise<UploadId> {
    const id = newUploadId(algorithm);
    const handle = await orStorageFull(files.openFile(pathOf(id), 'wx+', fileMode));
    crashPoint('blob.created');
    alive.set(id, { algorithm, hash: createHash(algorithm), size: 0, touched: clock.now() });
    idle.keep(id, handle);
    return id;
  }

  async function uploadSize(id: UploadId): Promise<number | undefined> {
    if (uploadAlgorithm(id) === undefined) return undefined;
    return alive.get(id)?.size ?? (await orMissing(files.stat(pathOf(id))))?.size;
  }

  async function append(
    id: UploadId,
    offset: number | undefined,
    bytes: Readable,
    limit: number,
  ): Promise<number> {
    return await withStaging(id, async (handle, isFresh) => {
      const size = isFresh ? 0 : await settledSize(id, handle);
      if (offset !== undefined && offset !== size) throw ashlarError('ASH-UPLOAD-RANGE', { size });
      const upload = alive.get(id) ?? (await recall(id, handle, size));
      try {
        await orStorageFull(receive(handle, upload, bytes, limit));
      } catch (error) {
        await keepOrDiscard(id, handle, upload, error);
        throw error;
      } finally {
        upload.touched = clock.now();
      }
      return upload.size;
    });
  }

  async function finishUpload(id: UploadId, digest: Digest): Promise<{ readonly size: number }> {
    return await withStaging(id, async (handle) => {
      try {
        const size = await settledSize(id, handle);
        const actual = await digestOfStaging(id, handle, size, digestAlgorithm(digest));
        crashPoint('blob.hashed');
        if (actual !== digest) throw ashlarError('ASH-DIGEST-MISMATCH', { digest, actual });
        crashPoint('blob.accepted');
        await orStorageFull(blobs.adopt({ path: pathOf(id), handle, size }, digest));
        alive.delete(id);
        return { size };
      } catch (error) {
        if (!mayBeTriedAgain(error)) await discard(id).catch(() => false);
        throw error;
      }
    });
  }

  async function cancelUpload(id: UploadId): Promise<boolean> {
    if (uploadAlgorithm(id) === undefined) return false;
    return await exclusively(id, () => discard(id));
  }

  async function sweepUploads(before: number): Promise<number> {
    let swept = 0;
    for (const name of await files.readdir(uploadFolder(folder))) {
      const onDisk = await orMissing(files.stat(pathOf(name)));
      // Asked after the last await, so that no append can begin in between.
      const touched = alive.get(name)?.touched ?? onDisk?.mtimeMs ?? before;
      if (touched >= before || busy.has(name)) continue;
      if (await exclusively(name, () => discard(name))) swept++;
    }
    return swept;
  }

  /** Its name is busy as long as it is kept, so that nobody sweeps it. */
  async function keep(bytes: Readable, limit: number): Promise<KeptBytes> {
    const name = `kept-${randomName()}`;
    busy.add(name);
    const drop = async () => {
      await discard(name).catch(() => false);
      busy.delete(name);
    };
    try {
      const size = await orStorageFull(write(name, bytes, limit));
      return { size, read: async () => await readBack(name, size), [Symbol.asyncDispose]: drop };
    } catch (error) {
      await drop();
      throw error;
    }
  }

  async function write(name: string, bytes: Readable, limit: number): Promise<number> {
    await using handle = await files.openFile(pathOf(name), 'wx+', fileMode);
    const progress: Progress = { algorithm: 'sha256', hash: createHash('sha256'), size: 0 };
    await receive(handle, progress, bytes, limit);
    return progress.size;
  }

  async function readBack(name: string, size: number): Promise<Buffer> {
    await using handle = await files.openFile(pathOf(name), 'r+');
    return await readAll(handle, size);
  }

  /** @throws ASH-UPLOAD-BUSY */
  async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (busy.has(name)) throw ashlarError('ASH-UPLOAD-BUSY', {});
    busy.add(name);
    try {
      return await work();
    } finally {
      busy.delete(name);
    }
  }

  /**
   * Works on the file of an upload, which stays open afterwards as long as the upload is known. `isFresh` when it has
   * been open since this process made it and nothing was written: then there is nothing that could have changed.
   */
  async function withStaging<T>(
    id: UploadId,
    work: (handle: OpenFile, isFresh: boolean) => Promise<T>,
  ): Promise<T> {
    return await exclusively(id, async () => {
      const kept = idle.take(id);
      const handle = kept ?? (await openStaging(id));
      try {
        return await work(handle, kept !== undefined && alive.get(id)?.size === 0);
      } finally {
        if (alive.has(id)) idle.keep(id, handle);
        else idle.release(handle);
      }
    });
  }

  /** @throws ASH-UPLOAD-UNKNOWN also for text that is no id of ours and must not become part of a path */
  async function openStaging(id: UploadId): Promise<OpenFile> {
    const known = uploadAlgorithm(id) !== undefined;
    const handle = known ? await orMissing(files.openFile(pathOf(id), 'r+')) : undefined;
    return handle ?? forget(id);
  }

  function forget(id: UploadId): never {
    alive.delete(id);
    throw ashlarError('ASH-UPLOAD-UNKNOWN', {});
  }

  /**
   * Bytes of the staging file. What memory knows is forgotten when it tells another story: the disk is right.
   * @throws ASH-UPLOAD-UNKNOWN (it was removed while it was open)
   */
  async function settledSize(id: UploadId, handle: OpenFile): Promise<number> {
    const { size, nlink } = await handle.stat();
    if (nlink === 0) return forget(id);
    if (alive.get(id)?.size !== size) alive.delete(id);
    return size;
  }

  /** Knows an upload again after a restart, by reading what arrived so far. */
  async function recall(id: UploadId, handle: OpenFile, size: number): Promise<Upload> {
    const algorithm = uploadAlgorithm(id) ?? 'sha256';
    const hash = await hashFile(handle, algorithm, size);
    const upload = { algorithm, hash, size, touched: clock.now() };
    alive.set(id, upload);
    return upload;
  }

  async function digestOfStaging(
    id: UploadId,
    handle: OpenFile,
    size: number,
    algorithm: DigestAlgorithm,
  ): Promise<Digest> {
    const upload = alive.get(id);
    // A copy, because what storage does not take now is finished again later.
    const hash =
      upload?.algorithm === algorithm ? upload.hash.copy() : await hashFile(handle, algorithm, size);
    return digestOf(algorithm, hash.digest('hex'));
  }

  /** After a failed append: too large is discarded; everything else keeps what was written and hashed. */
  async function keepOrDiscard(
    id: UploadId,
    handle: OpenFile,
    upload: Upload,
    error: unknown,
  ): Promise<void> {
    if (error instanceof AshlarError && error.code === 'ASH-BLOB-SIZE') await discard(id);
    // When this fails as well, the sizes differ and the next append reads the file again.
    else await handle.truncate(upload.size).catch(() => undefined);
  }

  async function discard(name: string): Promise<boolean> {
    alive.delete(name);
    const file = idle.take(name);
    if (file !== undefined) idle.release(file);
    const removed = await orMissing(files.unlink(pathOf(name)).then(() => true));
    crashPoint('blob.discarded');
    return removed === true;
  }

  return {
    put,
    createUpload,
    uploadSize,
    append,
    finishUpload,
    cancelUpload,
    sweepUploads,
    keep,
    close: idle.close,
  };
}

/** Clients repeat the request that ends an upload when it was answered with 503. */
function mayBeTriedAgain(error: unknown): boolean {
  return error instanceof AshlarError && error.code === 'ASH-UNAVAILABLE';
}
