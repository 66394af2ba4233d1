import { dirname, join } from 'node:path';

import { ashlarError } from '@ashlar/core';
import type { Digest, DigestAlgorithm } from '@ashlar/core';

import { crashPoint } from '../../../gateway/crash-point.ts';
import type { BigIntStats, FileHandle } from '../../../gateway/file-system.ts';
import type { BlobReader } from '../blob-reader.ts';
import type { BlobContent, ByteRange, StoredBlob } from '../blob-store.ts';
import { digestOfName } from '../digest-name.ts';
import { orMissing } from '../staging/error.ts';
import type { FinishedBlobs, Staged } from '../staging/finished-blobs.ts';
import { folderMode, randomName } from '../staging/layout.ts';
import type { BlobFileSystem } from '../staging/layout.ts';
import { turnKeeper } from '../../../turn-keeper.ts';
import { folderSyncs } from './folder-syncs.ts';
import { blobPath, quarantineFolder } from './layout.ts';

/** The files that are named by their digest; each is whole and never changes. */
export function blobFiles(folder: string, files: BlobFileSystem): FinishedBlobs {
  const inTurn = turnKeeper();
  const folders = new Map<string, Promise<void>>();
  const syncs = folderSyncs(files);

  async function size(digest: Digest): Promise<number | undefined> {
    return (await orMissing(files.stat(blobPath(folder, digest))))?.size;
  }

  /**
   * Not on another thread: that costs ten times as much. Who asks has read the blob before, so the system knows the
   * answer, as it does for the pages of the database that each request reads.
   */
  async function revision(digest: Digest): Promise<string | undefined> {
    const stat = files.statSync(blobPath(folder, digest), { bigint: true, throwIfNoEntry: false });
    return stat && revisionOf(stat);
  }

  /** Opening costs `open` and `fstat`; the handle keeps a running read whole when the blob is deleted meanwhile. */
  async function open(digest: Digest, range?: ByteRange): Promise<BlobContent | undefined> {
    const handle = await orMissing(files.open(blobPath(folder, digest), 'r'));
    if (handle === undefined) return undefined;
    try {
      const stat = await handle.stat({ bigint: true });
      const size = Number(stat.size);
      const { start, end } = range ?? { start: 0, end: size - 1 };
      if (range && !isInside(start, end, size)) throw ashlarError('ASH-RANGE-INVALID', { size });
      return { size, revision: revisionOf(stat), reader: fileReader(handle, start, end) };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async function read(digest: Digest): Promise<Buffer | undefined> {
    return await orMissing(files.readFile(blobPath(folder, digest)));
  }

  /** Not synced: what returns after a power cut is garbage that no row of the database names. */
  function remove(digest: Digest): Promise<void> {
    return inTurn(digest, async () => {
      await orMissing(files.unlink(blobPath(folder, digest)));
    });
  }

  async function* list(): AsyncGenerator<StoredBlob> {
    for (const algorithm of ['sha256', 'sha512'] as const) {
      for (const part of await files.readdir(join(folder, algorithm))) yield* listPart(algorithm, part);
    }
  }

  async function* listPart(algorithm: DigestAlgorithm, part: string): AsyncGenerator<StoredBlob> {
    for (const name of await files.readdir(join(folder, algorithm, part))) {
      const digest = digestOfName(algorithm, part, name);
      if (digest === undefined) continue;
      const stat = await orMissing(files.stat(blobPath(folder, digest)));
      if (stat) yield { digest, size: stat.size, storedAt: Math.round(stat.mtimeMs) };
    }
  }

  function quarantine(digest: Digest, revision: string): Promise<boolean> {
    return inTurn(digest, async () => {
      const path = blobPath(folder, digest);
      const stat = await orMissing(files.stat(path, { bigint: true }));
      if (stat === undefined || revisionOf(stat) !== revision) return false;
      const name = `${digest.replace(':', '-')}-${randomName().slice(0, 8)}`;
      await files.mkdir(quarantineFolder(folder), { recursive: true, mode: folderMode });
      await files.rename(path, join(quarantineFolder(folder), name));
      return true;
    });
  }

  function adopt(staged: Staged, digest: Digest): Promise<void> {
    return inTurn(digest, async () => {
      const target = blobPath(folder, digest);
      await ensureFolder(dirname(target));
      const known = await size(digest);
      // Another size can only be damage at rest, which the move repairs; and where a sync has failed, nobody knows
      // whether the name that we see is on the disk.
      const isTwin = known === staged.size && syncs.failures(dirname(target)) === 0;
      if (isTwin) await dropTwin(target, staged);
      else await moveTo(target, staged, known !== undefined);
    });
  }

  async function dropTwin(target: string, staged: Staged): Promise<void> {
    // The process that stored the blob may have ended before it synced the folder.
    await syncs.sync(dirname(target), 0);
    crashPoint('blob.twin-found');
    await files.unlink(staged.path);
  }

  /** The order that survives a power cut: bytes, name, folder. */
  async function moveTo(target: string, staged: Staged, isReplaced: boolean): Promise<void> {
    await staged.handle.datasync();
    crashPoint('blob.synced');
    const before = syncs.failures(dirname(target));
    await files.rename(staged.path, target);
    crashPoint('blob.renamed');
    try {
      await syncs.sync(dirname(target), before);
    } catch (error) {
      // The next try starts afresh. What was there before stays: somebody may have been told that it is stored.
      if (!isReplaced) await files.unlink(target).catch(() => undefined);
      throw error;
    }
    crashPoint('blob.named');
  }

  /** Makes the folder of a digest; once for each process, as an earlier one may have ended before it synced. */
  async function ensureFolder(path: string): Promise<void> {
    const known = folders.get(path);
    if (known !== undefined) return await known;
    const made = makeFolder(path);
    folders.set(path, made);
    try {
      await made;
    } catch (error) {
      folders.delete(path);
      throw error;
    }
  }

  async function makeFolder(path: string): Promise<void> {
    const before = syncs.failures(dirname(path));
    await files.mkdir(path, { recursive: true, mode: folderMode });
    crashPoint('blob.folder-made');
    try {
      await syncs.sync(dirname(path), before);
    } catch (error) {
      // Unless it holds something, so that it was there before, the next try makes it anew.
      await files.rmdir(path).catch(() => undefined);
      throw error;
    }
  }

  return { size, revision, open, read, delete: remove, list, quarantine, adopt };
}

/** Reads from `start` to `end`, inclusive; no read is spent on finding the end of the file. */
function fileReader(handle: FileHandle, start: number, end: number): BlobReader {
  let position = start;
  return {
    async read(into) {
      const length = Math.min(into.length, end + 1 - position);
      if (length <= 0) return 0;
      const { bytesRead } = await handle.read(into, 0, length, position);
      position += bytesRead;
      return bytesRead;
    },
    close: async () => await handle.close(),
  };
}

/** Whoever writes to a file changes its `ctime`, and nobody can set that back. */
function revisionOf({ ino, size, ctimeNs }: BigIntStats): string {
  return `${ino}-${size}-${ctimeNs}`;
}

function isInside(start: number, end: number, size: number): boolean {
  return Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end < size;
}
