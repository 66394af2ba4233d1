import { HeadBucketCommand, type S3Client } from '@aws-sdk/client-s3';

import { ashlarError } from '@ashlar/core';

import type { Bucket } from './bucket.ts';
import { configError } from './config-error.ts';
import { codeOf, refusalOf, statusOf } from './error.ts';
import type { S3Location } from './location.ts';

/**
 * Looks whether the bucket can be used, so that a wrong setting shows at the start and not when somebody publishes.
 * @throws ASH-CONFIG (credentials, bucket or permissions) ASH-UNAVAILABLE (nobody answers)
 */
export async function lookAtBucket(client: S3Client, location: S3Location): Promise<void> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: location.bucket }));
  } catch (error) {
    throw problemOf(error, location);
  }
}

/**
 * Writes and removes an object. While the service is down for writes, what is there can be read: only a refusal is a
 * reason not to start. @throws ASH-CONFIG
 */
export async function writeProbe(bucket: Bucket, location: S3Location, probe: string): Promise<void> {
  try {
    await bucket.put(probe, Buffer.from('ashlar'), undefined);
    await bucket.delete(probe);
  } catch (error) {
    if (refusalOf(error) !== 403) return;
    const reason = `these credentials may not write to the bucket ${location.bucket}`;
    throw configError(reason, permissions, error);
  }
}

const permissions =
  'Allow them s3:ListBucket and s3:ListBucketMultipartUploads on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on what is in it.';

function problemOf(error: unknown, location: S3Location): Error {
  const { bucket, endpoint } = location;
  const place = endpoint === undefined ? '' : ` at ${endpoint}`;
  const status = statusOf(error);
  switch (status) {
    case 404:
      return configError(
        `there is no bucket ${bucket}${place}`,
        'Make it, or name another one with --blobs or ASHLAR_BLOBS.',
        error,
      );
    case 401:
    case 403:
      return configError(`access to the bucket ${bucket}${place} is refused`, permissions, error);
    case 301:
    case 307:
    case 400: {
      const region = regionOf(error);
      const reason = `the bucket ${bucket} is not in this region`;
      const fix = `Write ${region === undefined ? 'the right one' : `region=${region}`} into the address.`;
      return configError(reason, fix, error);
    }
    default:
      return status === undefined ? withoutAnswer(error, endpoint) : withoutUse(status, bucket, place, error);
  }
}

/** The SDK has a class of errors for not finding credentials, and no code. */
function withoutAnswer(error: unknown, endpoint: string | undefined): Error {
  if (/Credentials|Token/.test((error as Error).name)) {
    const fix =
      'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with AWS_PROFILE, or give the machine a role.';
    return configError('there are no credentials for the bucket', fix, error);
  }
  const reason = `the blob storage${endpoint === undefined ? '' : ` at ${endpoint}`} does not answer (${codeOf(error)})`;
  return ashlarError('ASH-UNAVAILABLE', { reason }, { cause: error });
}

function withoutUse(status: number, bucket: string, place: string, error: unknown): Error {
  const reason = `the blob storage${place} answers ${status} for the bucket ${bucket}`;
  return ashlarError('ASH-UNAVAILABLE', { reason }, { cause: error });
}

function regionOf(error: unknown): string | undefined {
  const { $response } = error as { $response?: { headers?: Record<string, string> } };
  return $response?.headers?.['x-amz-bucket-region'];
}
