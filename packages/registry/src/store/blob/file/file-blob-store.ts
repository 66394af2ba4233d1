import { dirname, join } from 'node:path';

import type { Clock } from '../../../gateway/clock.ts';
import * as gateway from '../../../gateway/file-system.ts';
import type { BlobStore, BlobUsage } from '../blob-store.ts';
import { blobFiles } from './blob-files.ts';
import { orMissing, orStorageFull } from './error.ts';
import { fileMode, folderMode, randomName, uploadAlgorithm, uploadFolder } from './layout.ts';
import type { BlobFileSystem } from './layout.ts';
import { uploadFiles } from './upload-files.ts';

export interface FileBlobStoreOptions {
  readonly clock: Clock;
  /** The real one unless told; tests record its calls and make them fail. */
  readonly files?: BlobFileSystem;
}

/** A file system that is full refuses this much, even when it still has room for empty files. */
const probe = Buffer.alloc(4096, 'ashlar');

/**
 * Opens a blob store in a folder of the local file system, and makes the folder when it is not there. One process
 * at a time may have it open; the lock of the data folder sees to that.
 *
 * ```
 * <folder>/sha256/ab/abcd…   blobs, whole and synced, named by their digest
 * <folder>/sha512/…
 * <folder>/upload/<id>       staging files
 * <folder>/quarantine/…      damaged blobs, for a person to look at
 * ```
 */
export async function openFileBlobStore(folder: string, options: FileBlobStoreOptions): Promise<BlobStore> {
  const { clock, files = gateway } = options;
  await makeFolders(folder, files);
  const blobs = blobFiles(folder, files);
  const uploads = uploadFiles(folder, blobs, files, clock);

  async function check(): Promise<void> {
    await orStorageFull(writeProbe(join(uploadFolder(folder), `probe-${randomName()}`), files));
  }

  async function usage(): Promise<BlobUsage> {
    const [names, { bavail, blocks, bsize }] = await Promise.all([
      files.readdir(uploadFolder(folder)),
      gateway.statfs(folder),
    ]);
    const openUploads = names.filter((name) => uploadAlgorithm(name) !== undefined).length;
    return { openUploads, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  }

  /** Nothing is held open between two calls. */
  async function close(): Promise<void> {}

  const { adopt: _, ...reads } = blobs;
  return { ...reads, ...uploads, usage, check, close };
}

async function makeFolders(folder: string, files: BlobFileSystem): Promise<void> {
  for (const path of [folder, join(folder, 'sha256'), join(folder, 'sha512'), uploadFolder(folder)]) {
    await files.mkdir(path, { recursive: true, mode: folderMode });
  }
  await files.syncFolder(folder);
  await files.syncFolder(dirname(folder));
}

async function writeProbe(path: string, files: BlobFileSystem): Promise<void> {
  const handle = await files.open(path, 'wx', fileMode);
  try {
    await handle.writeFile(probe);
  } finally {
    await handle.close();
    await orMissing(files.unlink(path));
  }
}
