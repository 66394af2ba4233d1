import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { AshlarError, type Digest, digestOf } from '@ashlar/core';

import type { S3Request } from '../../../../../../tests/support/s3/request.ts';
import { type S3Fault, type S3Service, startS3 } from '../../../../../../tests/support/s3/service.ts';
import { readableOf } from '../blob-reader.ts';
import type { BlobStore, UploadId } from '../blob-store.ts';
import type { S3Limits } from './limits.ts';
import { openS3BlobStore } from './s3-blob-store.ts';

const noLimit = Number.MAX_SAFE_INTEGER;
const partSize = 100_000;
const day = 24 * 60 * 60 * 1000;
/** Sent in one request, and in three. */
const sizes = { 'one request': partSize, parts: 2 * partSize + 17 };

let service: S3Service;
let staging: string;
let store: BlobStore;
let now: number;
let count = 0;

beforeAll(async () => {
  service = await startS3();
});
afterAll(async () => await service.stop());

beforeEach(async () => {
  for (const [name, value] of Object.entries(service.credentials)) vi.stubEnv(name, value);
  now = Date.now();
  staging = await mkdtemp(join(tmpdir(), 'ashlar-blob-'));
  service.script = () => undefined;
  store = await open();
});
afterEach(async () => {
  service.script = () => undefined;
  await store.close();
  await rm(staging, { recursive: true });
});

async function open(limits: Partial<S3Limits> = {}): Promise<BlobStore> {
  const url = service.url(`fault/${count++}`);
  return await openS3BlobStore(url, {
    clock: { now: () => now },
    staging,
    limits: { partSize, attempts: 2, ...limits },
  });
}

/** Bytes that were never stored before. */
function freshBytes(size: number): { readonly bytes: Buffer; readonly digest: Digest } {
  const bytes = createHash('shake256', { outputLength: size }).update(`${count++}`).digest();
  return { bytes, digest: digestOf('sha256', createHash('sha256').update(bytes).digest('hex')) };
}

async function uploadOf(bytes: Buffer): Promise<UploadId> {
  const id = await store.createUpload();
  await store.append(id, 0, Readable.from([bytes], { objectMode: false }), noLimit);
  return id;
}

/** A script for the nth to the last request from now on. */
function from(n: number, last: number, fault: S3Fault): (request: S3Request) => S3Fault | undefined {
  let seen = 0;
  return () => {
    seen++;
    return n <= seen && seen <= last ? fault : undefined;
  };
}

async function failureOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
  } catch (error) {
    return error instanceof AshlarError ? error.code : String(error);
  }
  return undefined;
}

/** A blob is there whole or not at all, whatever happened. */
async function expectWholeOrAbsent(digest: Digest, bytes: Buffer, isAcknowledged: boolean): Promise<void> {
  const read = await store.read(digest);
  if (isAcknowledged || read !== undefined) expect(read?.equals(bytes)).toBe(true);
  expect(await store.size(digest)).toBe(read?.length);
}

/** An upload whose beginning was acknowledged to nobody is found a day later. */
async function expectNoLeftovers(): Promise<void> {
  now += 2 * day;
  await store.sweepUploads(now);
  expect([...service.uploads.keys()]).toEqual([]);
}

const faults: [string, S3Fault][] = [
  ['500', { kind: 'refuse', status: 500, code: 'InternalError' }],
  ['503 SlowDown', { kind: 'refuse', status: 503, code: 'SlowDown' }],
  ['403', { kind: 'refuse', status: 403, code: 'AccessDenied' }],
  ['409', { kind: 'refuse', status: 409, code: 'OperationAborted' }],
  ['412', { kind: 'refuse', status: 412, code: 'PreconditionFailed' }],
  ['a missing bucket', { kind: 'refuse', status: 404, code: 'NoSuchBucket' }],
  ['500 after it was done', { kind: 'refuse afterwards', status: 500, code: 'InternalError' }],
  ['a cut connection', { kind: 'cut' }],
  ['a cut answer', { kind: 'cut answer', after: 0 }],
  ['half an answer', { kind: 'cut answer', after: 20 }],
  ['a wrong ETag', { kind: 'wrong etag' }],
  ['an object of one part', { kind: 'half' }],
];

describe.each(Object.entries(sizes))('a blob that is sent in %s', (_, size) => {
  it.each(faults)('survives %s at each request, for once and for good', async (_name, fault) => {
    let passed = 0;
    for (let n = 1; passed < 2; n++) {
      passed = 0;
      for (const last of [n, Infinity]) {
        const { bytes, digest } = freshBytes(size);
        const id = await uploadOf(bytes);
        const script = from(n, last, fault);
        service.requests.length = 0;
        service.script = script;

        const failure = await failureOf(store.finishUpload(id, digest));

        const reached = service.requests.length >= n;
        service.script = () => undefined;
        expect([undefined, 'ASH-UNAVAILABLE'], `${n}th request`).toContain(failure);
        await expectWholeOrAbsent(digest, bytes, failure === undefined);
        // The upload waits for a client that comes back, and for nobody else.
        expect(await store.uploadSize(id)).toBe(failure === undefined ? undefined : size);
        if (failure !== undefined) expect(await store.finishUpload(id, digest)).toEqual({ size });
        await expectWholeOrAbsent(digest, bytes, true);
        if (!reached) passed++;
      }
      if (n > 30) throw new Error('the operation never gets through');
    }
    await expectNoLeftovers();
  });

  it('survives a single failure of every kind that passes by itself, without a word', async () => {
    const passing = faults.filter(([name]) =>
      ['500', '503 SlowDown', 'a cut connection', 'a cut answer'].includes(name),
    );
    for (const [, fault] of passing) {
      for (let n = 1; n <= 6; n++) {
        const { bytes, digest } = freshBytes(size);
        const id = await uploadOf(bytes);
        service.script = from(n, n, fault);
        await store.finishUpload(id, digest);
        service.script = () => undefined;
        expect((await store.read(digest))?.equals(bytes)).toBe(true);
      }
    }
    await expectNoLeftovers();
  });

  it('survives silence at each request', async () => {
    await store.close();
    const times = { connectTimeout: 1_000, answerTimeout: 1_000, transferTimeout: 1_000 };
    store = await open({ ...times, attempts: 1 });
    for (let n = 1; ; n++) {
      const { bytes, digest } = freshBytes(size);
      const id = await uploadOf(bytes);
      service.requests.length = 0;
      service.script = from(n, n, { kind: 'silence' });

      const failure = await failureOf(store.finishUpload(id, digest));

      const reached = service.requests.length >= n;
      service.script = () => undefined;
      expect(failure).toBe(reached ? 'ASH-UNAVAILABLE' : undefined);
      await expectWholeOrAbsent(digest, bytes, !reached);
      if (reached) await store.finishUpload(id, digest);
      await expectWholeOrAbsent(digest, bytes, true);
      if (!reached) break;
    }
    await expectNoLeftovers();
  });
});

describe('reading', () => {
  it.each([0, 1, 50_000, 99_999])(
    'fails when the answer ends after %d bytes, and never looks whole',
    async (after) => {
      const { bytes, digest } = freshBytes(partSize);
      await store.put(bytes);
      service.script = ({ action }) => (action === 'GetObject' ? { kind: 'cut answer', after } : undefined);

      expect(await failureOf(store.read(digest))).toBe('ASH-UNAVAILABLE');
      expect(
        await failureOf(
          store.open(digest, { start: 0, end: 99_999 }).then((it) => buffer(readableOf(it!.reader))),
        ),
      ).toBe('ASH-UNAVAILABLE');
      service.script = () => undefined;
      expect((await store.read(digest))?.equals(bytes)).toBe(true);
    },
  );

  it('fails when the connection stays silent in the middle', async () => {
    await store.close();
    store = await open({ idleTimeout: 1_000 });
    const { bytes, digest } = freshBytes(partSize);
    await store.put(bytes);
    service.script = ({ action }) => (action === 'GetObject' ? { kind: 'stall', after: 1000 } : undefined);

    expect(await failureOf(store.read(digest))).toBe('ASH-UNAVAILABLE');
  });

  it.each(faults.slice(0, 6))('says so when %s is all that it hears', async (_name, fault) => {
    const { bytes, digest } = freshBytes(100);
    await store.put(bytes);
    service.script = () => fault;

    expect(await failureOf(store.read(digest))).toBe('ASH-UNAVAILABLE');
    expect(await failureOf(store.delete(digest))).toBe('ASH-UNAVAILABLE');
    expect(await failureOf(Array.fromAsync(store.list()))).toBe('ASH-UNAVAILABLE');
    expect(await failureOf(store.quarantine(digest, 'any'))).toBe(
      // An answer to HEAD has no body that could say what is missing.
      fault.kind === 'refuse' && fault.status === 404 ? undefined : 'ASH-UNAVAILABLE',
    );
    expect(await failureOf(store.check())).toBe('ASH-UNAVAILABLE');
  });

  it('gives up on a list that is slow, or that breaks on a later page', async () => {
    await store.close();
    store = await open({ answerTimeout: 1_000, attempts: 1 });
    for (let i = 0; i < 3; i++) await store.put(freshBytes(10).bytes);
    service.script = ({ action }) => (action === 'ListObjects' ? { kind: 'delay', ms: 3_000 } : undefined);
    expect(await failureOf(Array.fromAsync(store.list()))).toBe('ASH-UNAVAILABLE');

    service.pageSize = 2;
    service.script = ({ query }) =>
      query.has('continuation-token') ? { kind: 'refuse', status: 503, code: 'SlowDown' } : undefined;
    const seen: unknown[] = [];
    const listing = async () => {
      for await (const blob of store.list()) seen.push(blob);
    };
    expect(await failureOf(listing())).toBe('ASH-UNAVAILABLE');
    expect(seen).toHaveLength(2);
    service.pageSize = 1000;
  });
});

describe('putting aside', () => {
  it('never loses a blob, whatever fails', async () => {
    const fault: S3Fault = { kind: 'refuse', status: 500, code: 'InternalError' };
    for (let n = 1; ; n++) {
      const { bytes, digest } = freshBytes(100);
      await store.put(bytes);
      const content = await store.open(digest);
      await content!.reader.close();
      service.requests.length = 0;
      service.script = from(n, Infinity, fault);
      const failure = await failureOf(store.quarantine(digest, content!.revision));
      service.script = () => undefined;

      const aside = Object.keys(await service.objects()).filter((key) =>
        key.includes(`quarantine/sha256-${digest.slice(7)}`),
      );
      if (failure === undefined) {
        expect(aside).toHaveLength(1);
        break;
      }
      expect(failure).toBe('ASH-UNAVAILABLE');
      expect((await store.read(digest))?.equals(bytes)).toBe(true);
    }
  });
});
