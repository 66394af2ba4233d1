import type { Clock } from '../../../gateway/clock.ts';
import * as gateway from '../../../gateway/file-system.ts';
import type { BlobStore, BlobUsage } from '../blob-store.ts';
import type { BlobFileSystem } from '../staging/layout.ts';
import { checkStaging, makeFolders, stagingUsage } from '../staging/staging-folder.ts';
import { uploadFiles } from '../staging/upload-files.ts';
import { blobObjects } from './blob-objects.ts';
import { openBucket } from './bucket.ts';
import { createClient } from './client.ts';
import { configError } from './config-error.ts';
import { lookAtBucket, writeProbe } from './first-look.ts';
import { defaultLimits, type S3Limits } from './limits.ts';
import { isWrong, parseS3Url, type S3Location } from './location.ts';
import { multipart } from './multipart.ts';
import { objectNames } from './object-name.ts';
import { parts } from './part.ts';

export interface S3BlobStoreOptions {
  readonly clock: Clock;
  /** Folder for uploads that are not finished; it must survive a restart, as they do. */
  readonly staging: string;
  /** Nothing will be written, so the credentials need not allow it. */
  readonly readOnly?: boolean;
  readonly limits?: Partial<S3Limits>;
  /** The real one unless told. */
  readonly files?: BlobFileSystem;
}

/** Milliseconds. No upload of parts takes this long; a crash may leave one behind, and others may share the prefix. */
const partsAge = 24 * 60 * 60 * 1000;

/**
 * Opens a blob store in a bucket, `s3://bucket/prefix?region=…&endpoint=…&force-path-style=true`; see `object-name.ts`
 * for what it puts there. Uploads arrive in files of `staging` and go to the bucket when they are finished and match
 * their digest. One process at a time may use a prefix; nothing here needs conditional writes.
 * @throws ASH-CONFIG ASH-UNAVAILABLE
 */
export async function openS3BlobStore(url: string, options: S3BlobStoreOptions): Promise<BlobStore> {
  const { clock, staging, files = gateway } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const location = locationOf(url);
  const names = objectNames(location.prefix);
  const client = await createClient(location, limits);
  const bucket = openBucket(client, location.bucket, limits);
  try {
    await lookAtBucket(client, location);
    if (options.readOnly !== true) await writeProbe(bucket, location, names.probe);
    await makeFolders(staging, files);
  } catch (error) {
    client.destroy();
    throw error;
  }
  const many = multipart(client, location.bucket, bucket, limits);
  const blobs = blobObjects({
    bucket,
    multipart: many,
    parts: parts(client, location.bucket, limits),
    names,
    limits,
    files,
    clock,
  });
  const uploads = uploadFiles(staging, blobs, files, clock);

  /** Also ends what a crash left in the bucket. */
  async function sweepUploads(before: number): Promise<number> {
    const swept = await uploads.sweepUploads(before);
    await many.sweep(names.root, clock.now() - partsAge, names.isOurs);
    return swept;
  }

  /** Of writing to the bucket, which costs, only the permission to look at it is checked. */
  async function check(): Promise<void> {
    await Promise.all([checkStaging(staging, files), bucket.check()]);
  }

  /** A bucket has no end; what may get full is the disk that uploads arrive on. */
  async function usage(): Promise<BlobUsage> {
    return await stagingUsage(staging, files);
  }

  async function close(): Promise<void> {
    await uploads.close();
    client.destroy();
  }

  const { adopt: _, ...reads } = blobs;
  return { ...reads, ...uploads, sweepUploads, usage, check, close };
}

function locationOf(url: string): S3Location {
  const location = parseS3Url(url);
  if (isWrong(location)) throw configError(location.reason, location.fix);
  return location;
}
