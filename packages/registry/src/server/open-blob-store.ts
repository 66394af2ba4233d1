import type { Config } from '../config/index.ts';
import type { Clock } from '../gateway/clock.ts';
import { type BlobStore, openFileBlobStore, placeOf, rememberPlace } from '../store/blob/index.ts';
import type { DataFolder } from '../store/data-folder.ts';

/**
 * The blob store that the settings name. The SDK of S3 is loaded by those who use it.
 * @throws ASH-CONFIG ASH-UNAVAILABLE
 */
export async function openBlobStore(
  { blobs: folder }: DataFolder,
  { blobs: url, readOnly }: Pick<Config, 'blobs' | 'readOnly'>,
  clock: Clock,
): Promise<BlobStore> {
  if (url === undefined) return await openFileBlobStore(folder, { clock });
  const { openS3BlobStore } = await import('../store/blob/s3/index.ts');
  const store = await openS3BlobStore(url, { clock, staging: folder, readOnly });
  await rememberPlace(folder, placeOf(url));
  return store;
}
