import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { AshlarError, type Digest, digestHex } from '@ashlar/core';

import type { S3Action } from '../../../../../../tests/support/s3/request.ts';
import { type S3Service, startS3 } from '../../../../../../tests/support/s3/service.ts';
import { systemClock } from '../../../gateway/clock.ts';
import { readableOf } from '../blob-reader.ts';
import { blobStoreSuite } from '../blob-store.suite.ts';
import type { BlobContent, BlobStore, ByteRange } from '../blob-store.ts';
import { createClient } from './client.ts';
import { defaultLimits, type S3Limits } from './limits.ts';
import { parseS3Url, type S3Location } from './location.ts';
import { openS3BlobStore, type S3BlobStoreOptions } from './s3-blob-store.ts';

const hello = Buffer.from('hello, stone');

let service: S3Service;
let count = 0;

beforeAll(async () => {
  service = await startS3();
});
afterAll(async () => await service.stop());
beforeEach(() => {
  for (const [name, value] of Object.entries(service.credentials)) vi.stubEnv(name, value);
});

/** A suite for each way that bytes can take to the bucket. */
const ways: [string, Partial<S3Limits>][] = [
  ['in one request', {}],
  ['in parts', { partSize: 1024 * 1024, copySize: 1 }],
];

for (const [way, limits] of ways) {
  blobStoreSuite(`S3, ${way}`, async () => {
    const staging = await mkdtemp(join(tmpdir(), 'ashlar-blob-'));
    const url = service.url(`suite/${count++}`);
    const open = () => openS3BlobStore(url, { clock: systemClock, staging, limits });
    let store = await open();
    return {
      store,
      reopen: async () => {
        await store.close();
        store = await open();
        return store;
      },
      close: async () => {
        await store.close();
        await rm(staging, { recursive: true });
      },
    };
  });
}

describe('a bucket', () => {
  let staging: string;
  let prefix: string;
  let store: BlobStore;
  let now: number;

  async function open(limits: Partial<S3Limits> = {}): Promise<BlobStore> {
    return await openS3BlobStore(service.url(prefix), { clock: { now: () => now }, staging, limits });
  }

  beforeEach(async () => {
    now = Date.now();
    staging = await mkdtemp(join(tmpdir(), 'ashlar-blob-'));
    prefix = `own/${count++}`;
    store = await open({ partSize: hello.length, partMemory: 2 * hello.length, attempts: 1 });
    service.requests.length = 0;
  });
  afterEach(async () => {
    service.script = () => undefined;
    service.pageSize = 1000;
    await store.close();
    await rm(staging, { recursive: true });
  });

  const actions = () => service.requests.map(({ action }) => action);

  it('has objects with the names of their digests, and nothing else', async () => {
    const digests = [await store.put(hello), await store.put(hello, 'sha512')];
    const mine = Object.entries(await service.objects()).filter(([key]) => key.startsWith(`${prefix}/`));

    const [sha256, sha512] = digests.map(digestHex) as [string, string];
    expect(Object.fromEntries(mine)).toEqual({
      [`${prefix}/sha256/${sha256.slice(0, 2)}/${sha256}`]: hello.length,
      [`${prefix}/sha512/${sha512.slice(0, 2)}/${sha512}`]: hello.length,
    });
    const puts = service.requests.filter(({ action }) => action === 'PutObject');
    expect(puts.map(({ headers }) => headers['x-amz-checksum-sha256'])).toEqual([
      Buffer.from(sha256, 'hex').toString('base64'),
      undefined,
    ]);
  });

  it.each<ByteRange>([
    { start: 0, end: 0 },
    { start: 3, end: 5 },
    { start: 0, end: 3 },
    { start: 2, end: hello.length - 1 },
  ])('may answer more than the range $start-$end', async (range) => {
    const digest = await store.put(hello);
    service.script = ({ action }) => (action === 'GetObject' ? { kind: 'more than the range' } : undefined);
    const content = await store.open(digest, range);

    expect(await buffer(readableOf(content!.reader))).toEqual(hello.subarray(range.start, range.end + 1));
    expect(content!.size).toBe(hello.length);
    await expect(store.open(digest, { start: 0, end: hello.length })).rejects.toMatchObject({
      code: 'ASH-RANGE-INVALID',
    });
  });

  it('may be used from its root', async () => {
    const root = await openS3BlobStore(service.url(''), { clock: systemClock, staging });
    const bytes = Buffer.from(prefix);
    const hex = digestHex(await root.put(bytes));

    expect(await service.objects()).toHaveProperty([`sha256/${hex.slice(0, 2)}/${hex}`], bytes.length);
    await root.close();
  });

  it('gets in parts what is larger than a part', async () => {
    await store.put(hello);
    expect(actions()).toEqual(['HeadObject', 'PutObject']);
    service.requests.length = 0;

    const larger = Buffer.concat([hello, Buffer.from('!')]);
    const digest = await store.put(larger);

    expect(actions().toSorted()).toEqual([
      'CompleteMultipartUpload',
      'CreateMultipartUpload',
      'HeadObject',
      'HeadObject',
      'UploadPart',
      'UploadPart',
    ]);
    expect(await store.read(digest)).toEqual(larger);
  });

  it('is not sent again what it has, unless it has another size', async () => {
    const digest = await store.put(hello);
    service.requests.length = 0;
    await store.put(hello);
    expect(actions()).toEqual(['HeadObject']);

    await service.write(keyOf(digest), Buffer.from('half'));
    await store.put(hello);

    expect(await store.read(digest)).toEqual(hello);
  });

  it('is listed page by page without what others put there', async () => {
    service.pageSize = 2;
    const digests = [];
    for (let i = 0; i < 5; i++) digests.push(await store.put(Buffer.from(`blob ${i}`)));
    const foreign = [
      'sha256/ab/readme.txt',
      `sha256/00/${'f'.repeat(64)}`,
      'sha512/x',
      'sha256/ab/cd/ef',
      'notes',
    ];
    for (const name of foreign) await service.write(`${prefix}/${name}`, hello);
    service.requests.length = 0;

    const listed = await Array.fromAsync(store.list());

    expect(listed.map(({ digest }) => digest).toSorted()).toEqual(digests.toSorted());
    expect(actions().length).toBeGreaterThan(4);
  });

  it('keeps damaged blobs where nobody reads them', async () => {
    const digest = await store.put(hello);
    await service.write(keyOf(digest), Buffer.from('hello, wood.'));
    const content = await store.open(digest);
    await content!.reader.close();

    expect(await store.quarantine(digest, content!.revision)).toBe(true);

    const aside = `${prefix}/quarantine/sha256-${digestHex(digest)}-${now}`;
    expect(await service.objects()).toHaveProperty([aside], 12);
    expect(await store.size(digest)).toBeUndefined();
  });

  it('is told when nobody reads on, over connections that are few', async () => {
    await store.close();
    store = await open({ sockets: 3 });
    const digest = await store.put(Buffer.alloc(8_000_000, 'ashlar'));
    const before = service.connections;
    for (let i = 0; i < 20; i++) {
      const content = await store.open(digest);
      await content!.reader.read(Buffer.alloc(1));
      await content!.reader.close();
    }

    await vi.waitFor(() => expect(service.active).toBe(0), 5_000);
    const together = Array.from(
      { length: 12 },
      async () => await bytesOf(await store.open(digest, { start: 5, end: 99 })),
    );
    const most = watchConnections();
    expect(new Set((await Promise.all(together)).map(String))).toEqual(
      new Set([Buffer.alloc(8_000_000, 'ashlar').subarray(5, 100).toString()]),
    );
    expect(most() - before).toBeLessThanOrEqual(3);
  });

  it('is freed of what crashes left there, after a day', async () => {
    service.pageSize = 2;
    const day = 24 * 60 * 60 * 1000;
    const client = await createClient(parseS3Url(service.url(prefix)) as S3Location, defaultLimits);
    const begin = async (key: string, begun: number) => {
      const command = new CreateMultipartUploadCommand({ Bucket: 'ashlar', Key: key });
      const { UploadId: id = '' } = await client.send(command);
      service.uploads.get(id)!.begun = begun;
      return id;
    };
    const blob = (name: string) =>
      keyOf(`sha256:${createHash('sha256').update(name).digest('hex')}` as Digest);
    for (const name of ['a', 'b', 'c']) await begin(blob(name), now - day - 2000);
    await begin(`${prefix}/quarantine/sha256-ab-1`, now - day - 2000);
    const kept = [
      await begin(blob('young'), now - day + 2000),
      await begin(`${prefix}/foreign`, now - 9 * day),
      await begin(`${prefix}x/sha256/ab/cd`, now - 9 * day),
    ];

    await store.sweepUploads(now);

    const left = [...service.uploads].filter(([, { key }]) => key.startsWith(prefix)).map(([id]) => id);
    expect(left.toSorted()).toEqual(kept.toSorted());
    client.destroy();
  });

  it.each([405, 501])('may be unable to list uploads (%d)', async (status) => {
    service.script = refuseFor('ListMultipartUploads', status, 'NotImplemented');
    expect(await store.sweepUploads(now + 1)).toBe(0);
  });

  it('is asked once for readiness, and nothing is written to it', async () => {
    await store.check();
    expect(actions()).toEqual(['HeadBucket']);
    service.script = refuseFor('HeadBucket', 503, 'SlowDown');
    expect(await failureOf(store.check())).toBe('ASH-UNAVAILABLE: the blob storage has too much to do');
    service.script = () => undefined;
    await rm(join(staging, 'upload'), { recursive: true });
    await expect(store.check()).rejects.toThrow('ENOENT');
  });

  function keyOf(digest: Digest): string {
    return `${prefix}/sha256/${digestHex(digest).slice(0, 2)}/${digestHex(digest)}`;
  }

  /** The most connections that there were at once since it was called. */
  function watchConnections(): () => number {
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, service.connections)), 1);
    return () => {
      clearInterval(timer);
      return most;
    };
  }
});

describe('opening', () => {
  const open = async (url: string, more: Partial<S3BlobStoreOptions> = {}) => {
    const staging = await mkdtemp(join(tmpdir(), 'ashlar-blob-'));
    try {
      const limits = { attempts: 1, answerTimeout: 2_000 };
      const store = await openS3BlobStore(url, { clock: systemClock, staging, limits, ...more });
      await store.close();
    } finally {
      await rm(staging, { recursive: true });
    }
  };
  afterEach(() => {
    service.script = () => undefined;
  });

  it('writes something and removes it', async () => {
    service.requests.length = 0;
    await open(service.url('opening'));

    expect(service.requests.map(({ action, key }) => `${action} ${key}`)).toEqual([
      'HeadBucket ',
      'PutObject opening/probe',
      'DeleteObject opening/probe',
    ]);
  });

  it.each<[string, S3Service['script'], RegExp]>([
    [
      'a bucket that is not there',
      refuseFor('HeadBucket', 404, 'NoSuchBucket'),
      /^blobs: there is no bucket ashlar at http:.* Make it, or/,
    ],
    [
      'no access',
      refuseFor('HeadBucket', 403, 'AccessDenied'),
      /^blobs: access to the bucket ashlar at http:.* is refused\. Allow them s3:ListBucket/,
    ],
    [
      'no right to write',
      refuseFor('PutObject', 403, 'AccessDenied'),
      /^blobs: these credentials may not write to the bucket ashlar\. Allow/,
    ],
    [
      'no right to delete',
      refuseFor('DeleteObject', 403, 'AccessDenied'),
      /^blobs: these credentials may not write to the bucket ashlar\. Allow/,
    ],
    [
      'another region',
      refuseFor('HeadBucket', 301, 'PermanentRedirect'),
      /^blobs: the bucket ashlar is not in this region\. Write the right one/,
    ],
    [
      'a failing service',
      refuseFor('HeadBucket', 500, 'InternalError'),
      /the blob storage at http:\S+ answers 500 for the bucket ashlar\. Try again/,
    ],
    [
      'silence',
      ({ action }) => (action === 'HeadBucket' ? { kind: 'silence' } : undefined),
      /the blob storage at http:\S+ does not answer \(ETIMEDOUT\)/,
    ],
  ])('says what is wrong with %s', async (_, script, message) => {
    service.script = script;
    await expect(open(service.url())).rejects.toThrow(message);
  });

  it('writes nothing for those who only read', async () => {
    service.requests.length = 0;
    await open(service.url('opening'), { readOnly: true });
    expect(service.requests.map(({ action }) => action)).toEqual(['HeadBucket']);
  });

  it('does not need that the service takes writes at this moment', async () => {
    service.script = refuseFor('PutObject', 503, 'SlowDown');
    await open(service.url());
    expect(service.requests.at(-1)?.action).toBe('PutObject');
  });

  it('says that nobody answers', async () => {
    await expect(open('s3://ashlar?region=x-1&endpoint=http://127.0.0.1:9')).rejects.toThrow(
      /the blob storage at http:\/\/127.0.0.1:9 does not answer \(ECONNREFUSED\)/,
    );
  });

  it('says that there are no credentials', async () => {
    for (const name of Object.keys(service.credentials)) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('HOME', '/nonexistent');
    await expect(open(service.url())).rejects.toThrow(
      /^blobs: there are no credentials for the bucket\. Set AWS_/,
    );
  });

  it('wants a region of Amazon, and none of others', async () => {
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('HOME', '/nonexistent');
    await expect(open('s3://ashlar')).rejects.toThrow(
      /^blobs: the region of the bucket is not known\. Add \?region=/,
    );
    await open(`s3://ashlar/regionless?endpoint=${service.endpoint}`);
    expect(service.requests.at(-1)?.headers.authorization).toContain('/us-east-1/s3/');
  });

  it('refuses a bad address before it asks anybody', async () => {
    service.requests.length = 0;
    await expect(open('s3://Ashlar')).rejects.toThrow(/^blobs: "Ashlar" is not the name of a bucket\. /);
    expect(service.requests).toEqual([]);
  });
});

function refuseFor(action: S3Action, status: number, code: string): S3Service['script'] {
  return (request) => (request.action === action ? { kind: 'refuse', status, code } : undefined);
}

async function bytesOf(content: BlobContent | undefined): Promise<Buffer | undefined> {
  return content && (await buffer(readableOf(content.reader)));
}

async function failureOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AshlarError)) throw error;
    return `${error.code}: ${(error.params as { reason?: string }).reason}`;
  }
  return 'no failure';
}
