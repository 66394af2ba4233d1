import { S3Client } from '@aws-sdk/client-s3';

import { configError } from './config-error.ts';
import type { S3Limits } from './limits.ts';
import type { S3Location } from './location.ts';

/** @throws ASH-CONFIG (the region of a bucket of Amazon is not known) */
export async function createClient(location: S3Location, limits: S3Limits): Promise<S3Client> {
  const { endpoint, forcePathStyle } = location;
  const agent = { keepAlive: true, maxSockets: limits.sockets };
  return new S3Client({
    region: await regionOf(location),
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle,
    maxAttempts: limits.attempts,
    retryMode: 'standard',
    // The signature covers a SHA-256 of every body, which all services check. The checksums that the SDK would add as a
    // trailer are unknown to older ones, which would store them as content.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // The SDK sends such requests over connections that it neither keeps nor counts.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: limits.connectTimeout,
      requestTimeout: limits.answerTimeout,
      throwOnRequestTimeout: true,
      socketTimeout: limits.idleTimeout,
      httpAgent: agent,
      httpsAgent: agent,
    },
  });
}

/** A service of one's own has no regions, but the signature names one. */
async function regionOf({ region, endpoint }: S3Location): Promise<string> {
  if (region !== undefined) return region;
  const found = new S3Client({});
  try {
    return await found.config.region();
  } catch (error) {
    if (endpoint !== undefined) return 'us-east-1';
    const fix = 'Add ?region=… to the address, for example ?region=eu-central-1, or set AWS_REGION.';
    throw configError('the region of the bucket is not known', fix, error);
  } finally {
    found.destroy();
  }
}
