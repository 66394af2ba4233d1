import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';

import type { ByteRange } from '../blob-store.ts';
import { isMissingObject, orUnavailable, statusOf, unavailable } from './error.ts';
import { exactStream, innerStream } from './exact-stream.ts';
import type { S3Limits } from './limits.ts';

export interface ObjectState {
  readonly size: number;
  readonly etag: string;
  /** Another one after every write, also of other bytes whose ETag is the same. */
  readonly revision: string;
}

export interface ObjectContent extends ObjectState {
  readonly stream: Readable;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Milliseconds. */
  readonly storedAt: number;
}

/** The requests to a bucket that concern one object. All throw ASH-UNAVAILABLE, streams too. */
export interface Bucket {
  check(): Promise<void>;
  head(key: string): Promise<ObjectState | undefined>;
  /** Undefined when there is no such object, `outside` when it does not have the whole range. */
  get(key: string, range?: ByteRange): Promise<ObjectContent | 'outside' | undefined>;
  /** `sha256` is that of the bytes, in base64, for the service to check and keep. */
  put(key: string, bytes: Uint8Array, sha256: string | undefined): Promise<void>;
  /** Copies an object that is no larger than `copySize` and still has this ETag; services may ignore the latter. */
  copy(from: string, to: string, etag: string): Promise<void>;
  delete(key: string): Promise<void>;
  list(start: string): AsyncGenerator<ListedObject>;
}

export function openBucket(client: S3Client, name: string, limits: S3Limits): Bucket {
  const slow = { requestTimeout: limits.transferTimeout };

  async function head(key: string): Promise<ObjectState | undefined> {
    const answer = await orMissingObject(client.send(new HeadObjectCommand({ Bucket: name, Key: key })));
    return answer && stateOf(answer, answer.ContentLength);
  }

  async function get(key: string, range?: ByteRange): Promise<ObjectContent | 'outside' | undefined> {
    const bytes = range && { Range: `bytes=${range.start}-${range.end}` };
    const request = client.send(new GetObjectCommand({ Bucket: name, Key: key, ...bytes }));
    const answer = await orMissingObject(orOutside(request));
    if (answer === undefined || answer === 'outside') return answer;
    const body = answer.Body as Readable;
    try {
      return range === undefined ? whole(answer, body) : part(answer, body, range);
    } catch (error) {
      body.destroy();
      throw error;
    }
  }

  async function put(key: string, bytes: Uint8Array, sha256: string | undefined): Promise<void> {
    const checksum = sha256 === undefined ? {} : { ChecksumSHA256: sha256 };
    const command = new PutObjectCommand({ Bucket: name, Key: key, Body: bytes, ...checksum });
    await orUnavailable(client.send(command, slow));
  }

  async function copy(from: string, to: string, etag: string): Promise<void> {
    const command = new CopyObjectCommand({
      Bucket: name,
      Key: to,
      CopySource: copySource(name, from),
      CopySourceIfMatch: etag,
    });
    await orUnavailable(client.send(command, slow));
  }

  async function remove(key: string): Promise<void> {
    await orUnavailable(client.send(new DeleteObjectCommand({ Bucket: name, Key: key })));
  }

  async function* list(start: string): AsyncGenerator<ListedObject> {
    let token: string | undefined;
    do {
      const page = token === undefined ? {} : { ContinuationToken: token };
      const command = new ListObjectsV2Command({ Bucket: name, Prefix: start, ...page });
      const answer = await orUnavailable(client.send(command));
      for (const { Key: key = '', Size: size = 0, LastModified: time } of answer.Contents ?? []) {
        yield { key, size, storedAt: time?.getTime() ?? 0 };
      }
      token = answer.IsTruncated ? answer.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async function check(): Promise<void> {
    await orUnavailable(client.send(new HeadBucketCommand({ Bucket: name })));
  }

  return { check, head, get, put, copy, delete: remove, list };
}

/** Names of ours hold nothing that a URL would have to escape but what this escapes. */
export function copySource(bucket: string, key: string): string {
  return encodeURI(`${bucket}/${key}`);
}

type Described = Pick<GetObjectCommandOutput, 'ETag' | 'LastModified'>;

function stateOf({ ETag: etag = '', LastModified: time }: Described, size: number | undefined): ObjectState {
  if (size === undefined) throw unavailable(new Error('the service does not say how large the object is'));
  return { size, etag, revision: `${etag}-${time?.getTime() ?? 0}` };
}

function whole(answer: GetObjectCommandOutput, body: Readable): ObjectContent {
  const state = stateOf(answer, answer.ContentLength);
  return { ...state, stream: exactStream(body, state.size) };
}

/**
 * Services cut a range that goes past the end, which is not what was asked for. What they send beyond the range, some
 * the whole object, is left out.
 */
function part(
  answer: GetObjectCommandOutput,
  body: Readable,
  { start, end }: ByteRange,
): ObjectContent | 'outside' {
  const whole = `bytes 0-${(answer.ContentLength ?? 0) - 1}/${answer.ContentLength}`;
  const told = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.ContentRange ?? whole) ?? [];
  const [first, last, size] = told.slice(1).map(Number) as [number?, number?, number?];
  if (size !== undefined && end >= size) {
    body.destroy();
    return 'outside';
  }
  if (first === undefined || last === undefined || first > start || last < end) {
    throw unavailable(new Error(`the service answered ${answer.ContentRange} to bytes ${start}-${end}`));
  }
  const [skip, length] = [start - first, end - start + 1];
  const isExact = skip === 0 && last === end;
  return {
    ...stateOf(answer, size),
    stream: isExact ? exactStream(body, length) : innerStream(body, skip, length),
  };
}

async function orMissingObject<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissingObject(error)) return undefined;
    throw unavailable(error);
  }
}

async function orOutside<T>(work: Promise<T>): Promise<T | 'outside'> {
  try {
    return await work;
  } catch (error) {
    if (statusOf(error) === 416) return 'outside';
    throw error;
  }
}
