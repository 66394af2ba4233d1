import type { Clock } from '../../../gateway/clock.ts';
import * as gateway from '../../../gateway/file-system.ts';
import type { BlobStore, BlobUsage } from '../blob-store.ts';
import type { BlobFileSystem } from '../staging/layout.ts';
import { checkStaging, makeFolders, stagingUsage } from '../staging/staging-folder.ts';
import { uploadFiles } from '../staging/upload-files.ts';
import { blobFiles } from './blob-files.ts';

export interface FileBlobStoreOptions {
  readonly clock: Clock;
  /** The real one unless told; tests record its calls and make them fail. */
  readonly files?: BlobFileSystem;
}

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
  await makeFolders(folder, files, ['sha256', 'sha512']);
  const blobs = blobFiles(folder, files);
  const uploads = uploadFiles(folder, blobs, files, clock);

  async function check(): Promise<void> {
    await checkStaging(folder, files);
  }

  async function usage(): Promise<BlobUsage> {
    return await stagingUsage(folder, files);
  }

  const { adopt: _, ...reads } = blobs;
  return { ...reads, ...uploads, usage, check };
}
