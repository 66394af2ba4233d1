import { dirname, join } from 'node:path';

import { statfs } from '../../../gateway/file-system.ts';
import type { BlobUsage } from '../blob-store.ts';
import { orMissing, orStorageFull } from './error.ts';
import { fileMode, folderMode, randomName, uploadAlgorithm, uploadFolder } from './layout.ts';
import type { BlobFileSystem } from './layout.ts';

/** A file system that is full refuses this much, even when it still has room for empty files. */
const probe = Buffer.alloc(4096, 'ashlar');

/** Makes the folder of a store with that of its staging files, and further ones, so that they survive a power cut. */
export async function makeFolders(
  folder: string,
  files: BlobFileSystem,
  further: readonly string[] = [],
): Promise<void> {
  for (const path of [folder, ...further.map((name) => join(folder, name)), uploadFolder(folder)]) {
    await files.mkdir(path, { recursive: true, mode: folderMode });
  }
  await files.syncFolder(folder);
  await files.syncFolder(dirname(folder));
}

/** Whether uploads can be written right now. @throws ASH-STORAGE-FULL */
export async function checkStaging(folder: string, files: BlobFileSystem): Promise<void> {
  await orStorageFull(writeProbe(join(uploadFolder(folder), `probe-${randomName()}`), files));
}

/** Uploads under way, and the disk that they are written to. */
export async function stagingUsage(folder: string, files: BlobFileSystem): Promise<BlobUsage> {
  const [names, { bavail, blocks, bsize }] = await Promise.all([
    files.readdir(uploadFolder(folder)),
    statfs(folder),
  ]);
  const openUploads = names.filter((name) => uploadAlgorithm(name) !== undefined).length;
  return { openUploads, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
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
