import { type S3Client, UploadPartCommand, UploadPartCopyCommand } from '@aws-sdk/client-s3';

import { copySource } from './bucket.ts';
import { orUnavailable } from './error.ts';
import type { S3Limits } from './limits.ts';
import type { PartRequest } from './multipart.ts';

/** The two ways to make a part of an object; both say its ETag, which completing it asks for. */
export interface Parts {
  send(part: PartRequest, bytes: Uint8Array): Promise<string | undefined>;
  /** From an object that still has this ETag; services may ignore that. */
  copy(part: PartRequest, from: string, etag: string): Promise<string | undefined>;
}

export function parts(client: S3Client, bucketName: string, limits: S3Limits): Parts {
  function target({ key, uploadId, number }: PartRequest) {
    return { Bucket: bucketName, Key: key, UploadId: uploadId, PartNumber: number };
  }

  function transfer({ signal }: PartRequest) {
    return { abortSignal: signal, requestTimeout: limits.transferTimeout };
  }

  return {
    async send(part, bytes) {
      const command = new UploadPartCommand({ ...target(part), Body: bytes });
      return (await orUnavailable(client.send(command, transfer(part)))).ETag;
    },
    async copy(part, from, etag) {
      const command = new UploadPartCopyCommand({
        ...target(part),
        CopySource: copySource(bucketName, from),
        CopySourceIfMatch: etag,
        CopySourceRange: `bytes=${part.start}-${part.start + part.length - 1}`,
      });
      return (await orUnavailable(client.send(command, transfer(part)))).CopyPartResult?.ETag;
    },
  };
}
