import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

import type { Bucket } from './bucket.ts';
import { orUnavailable, statusOf, unavailable } from './error.ts';
import { maxParts, type S3Limits } from './limits.ts';

/** One part of an object that is being made; `number` counts from 1. */
export interface PartRequest {
  readonly key: string;
  readonly uploadId: string;
  readonly number: number;
  readonly start: number;
  readonly length: number;
  readonly signal: AbortSignal;
}

/** Sends a part, or has it copied, and says its ETag. */
export type SendPart = (part: PartRequest) => Promise<string | undefined>;

export interface Multipart {
  /** Makes an object out of parts: it is there whole, or not at all. */
  make(key: string, size: number, partSize: number, sendPart: SendPart): Promise<void>;
  /** Ends what was begun before a time (milliseconds), is ours and was never completed; its parts cost money. */
  sweep(start: string, before: number, isOurs: (key: string) => boolean): Promise<void>;
}

export function multipart(client: S3Client, name: string, bucket: Bucket, limits: S3Limits): Multipart {
  const slow = { requestTimeout: limits.transferTimeout };
  /** Ids of this process, which a sweep leaves alone however long they take. */
  const alive = new Set<string>();

  async function make(key: string, size: number, wanted: number, sendPart: SendPart): Promise<void> {
    const { UploadId: uploadId } = await orUnavailable(
      client.send(new CreateMultipartUploadCommand({ Bucket: name, Key: key })),
    );
    if (uploadId === undefined) throw unavailable(new Error('the service gave no id for the upload'));
    alive.add(uploadId);
    try {
      const partSize = Math.max(wanted, Math.ceil(size / maxParts));
      const etags = await sendParts({
        key,
        uploadId,
        size,
        partSize,
        parallel: limits.parallelParts,
        sendPart,
      });
      await complete(key, uploadId, size, etags);
    } catch (error) {
      // What this leaves behind, the sweep finds.
      await abort(key, uploadId).catch(() => undefined);
      throw error;
    } finally {
      alive.delete(uploadId);
    }
  }

  async function complete(
    key: string,
    uploadId: string,
    size: number,
    etags: readonly (string | undefined)[],
  ): Promise<void> {
    const parts = etags.map((etag, index) => ({ ETag: etag, PartNumber: index + 1 }));
    const command = new CompleteMultipartUploadCommand({
      Bucket: name,
      Key: key,
      UploadId: uploadId,
      MultipartUpload: { Parts: parts },
    });
    const failure: unknown = await client.send(command, slow).then(
      () => undefined,
      (error: unknown) => error,
    );
    // When the answer was lost, the next try hears that there is no such upload: what counts is whether the object is
    // there. It was not when this began, or had another size.
    const stored = (await bucket.head(key))?.size;
    if (stored === size) return;
    if (stored !== undefined && failure === undefined) await bucket.delete(key);
    throw unavailable(
      failure ?? new Error(`the service made an object of ${stored} bytes instead of ${size}`),
    );
  }

  async function abort(key: string, uploadId: string): Promise<void> {
    await client.send(new AbortMultipartUploadCommand({ Bucket: name, Key: key, UploadId: uploadId }));
  }

  async function sweep(start: string, before: number, isOurs: (key: string) => boolean): Promise<void> {
    for await (const { key, uploadId, begun } of list(start)) {
      if (begun < before && isOurs(key) && !alive.has(uploadId)) await orUnavailable(abort(key, uploadId));
    }
  }

  async function* list(start: string) {
    let marker: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
    while (marker !== undefined) {
      const command: ListMultipartUploadsCommand = new ListMultipartUploadsCommand({
        Bucket: name,
        Prefix: start,
        ...marker,
      });
      const answer = await orNotImplemented(client.send(command));
      for (const { Key: key = '', UploadId: uploadId = '', Initiated: time } of answer?.Uploads ?? []) {
        yield { key, uploadId, begun: time?.getTime() ?? Infinity };
      }
      const {
        IsTruncated: more,
        NextKeyMarker: KeyMarker,
        NextUploadIdMarker: UploadIdMarker,
      } = answer ?? {};
      marker = more && KeyMarker && UploadIdMarker ? { KeyMarker, UploadIdMarker } : undefined;
    }
  }

  return { make, sweep };
}

interface Parts {
  readonly key: string;
  readonly uploadId: string;
  readonly size: number;
  readonly partSize: number;
  readonly parallel: number;
  readonly sendPart: SendPart;
}

/** Sends all parts, a few at a time. After a failure nothing is under way any more when this throws. */
async function sendParts({ key, uploadId, size, partSize, parallel, sendPart }: Parts) {
  const count = Math.ceil(size / partSize);
  const etags: (string | undefined)[] = Array.from({ length: count });
  const stop = new AbortController();
  let failure: { readonly error: unknown } | undefined;
  let next = 0;

  async function work(): Promise<void> {
    while (next < count && failure === undefined) {
      const index = next++;
      const start = index * partSize;
      const length = Math.min(partSize, size - start);
      etags[index] = await sendPart({ key, uploadId, number: index + 1, start, length, signal: stop.signal });
    }
  }

  async function workOrStop(): Promise<void> {
    try {
      await work();
    } catch (error) {
      failure ??= { error };
      stop.abort();
    }
  }

  await Promise.all(Array.from({ length: Math.min(parallel, count) }, workOrStop));
  if (failure !== undefined) throw failure.error;
  return etags;
}

/** Some services have no list of uploads; they forget abandoned ones by themselves. */
async function orNotImplemented<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ([405, 501].includes(statusOf(error) ?? 0)) return undefined;
    throw unavailable(error);
  }
}
