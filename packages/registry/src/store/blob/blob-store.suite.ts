import { createHash } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AshlarError, digestOf } from '@ashlar/core';
import type { Digest, DigestAlgorithm } from '@ashlar/core';

import { readableOf } from './blob-reader.ts';
import type { BlobContent, BlobStore, ByteRange, UploadId } from './blob-store.ts';

/** A store that starts empty. */
export interface BlobStoreFixture {
  readonly store: BlobStore;
  /** Closes the store and opens another one over the same bytes, as a restart does. */
  reopen(): Promise<BlobStore>;
  /** Closes what is open and removes everything. */
  close(): Promise<void>;
}

const noLimit = Number.MAX_SAFE_INTEGER;
const hello = Buffer.from('hello, stone');
/** Larger than any buffer on the way, and not a multiple of one. */
const large = createHash('shake256', { outputLength: 3 * 1024 * 1024 + 17 })
  .update('ashlar')
  .digest();
const algorithms: DigestAlgorithm[] = ['sha256', 'sha512'];
const unknownIds = [
  '',
  '.',
  '..',
  '../sha256',
  '../../etc/passwd',
  '..%2f',
  'sha256-',
  `sha256-${'0'.repeat(32)}`,
  `SHA256-${'0'.repeat(32)}`,
  `sha256-${'0'.repeat(32)}\n`,
  `sha256-${'0'.repeat(31)}/`,
  'a\0b',
  '01JD0000000000000000000000',
  'x'.repeat(10_000),
] as UploadId[];

const unknown = { code: 'ASH-UPLOAD-UNKNOWN', params: {} };
const busy = { code: 'ASH-UPLOAD-BUSY', params: {} };

/** What every driver of the port must do; a driver's test calls this and adds only what is its own. */
export function blobStoreSuite(name: string, openFixture: () => Promise<BlobStoreFixture>): void {
  describe(`blob store: ${name}`, () => {
    let fixture: BlobStoreFixture;
    let store: BlobStore;

    beforeEach(async () => {
      fixture = await openFixture();
      store = fixture.store;
    });

    afterEach(async () => {
      await fixture.close();
    });

    async function uploadOf(...chunks: Uint8Array[]): Promise<UploadId> {
      const id = await store.createUpload();
      await store.append(id, 0, streamOf(...chunks), noLimit);
      return id;
    }

    /** Everything that the store tells about a blob. */
    async function seen(digest: Digest): Promise<unknown> {
      const content = await store.open(digest);
      return {
        size: await store.size(digest),
        hasRevision: (await store.revision(digest)) !== undefined,
        read: shown(await store.read(digest)),
        open: content && { size: content.size, bytes: shown(await buffer(readableOf(content.reader))) },
      };
    }

    const absent = { size: undefined, hasRevision: false, read: undefined, open: undefined };
    const present = (bytes: Buffer) => ({
      size: bytes.length,
      hasRevision: true,
      read: shown(bytes),
      open: { size: bytes.length, bytes: shown(bytes) },
    });

    describe('blobs', () => {
      it.each(algorithms)('knows nothing of a %s blob that was never stored', async (algorithm) => {
        expect(await seen(digestBy(algorithm, hello))).toEqual(absent);
        expect(await store.open(digestBy(algorithm, hello), { start: 0, end: 0 })).toBeUndefined();
      });

      it.each([
        ['small', hello],
        ['empty', Buffer.alloc(0)],
        ['large', large],
      ])('puts and reads a %s blob, also after a restart', async (_, bytes) => {
        const digest = await store.put(bytes);
        expect(digest).toBe(digestBy('sha256', bytes));
        expect(await seen(digest)).toEqual(present(bytes));

        store = await fixture.reopen();
        expect(await seen(digest)).toEqual(present(bytes));
      });

      it('puts by sha512 and keeps the algorithms apart', async () => {
        expect(await store.put(hello, 'sha512')).toBe(digestBy('sha512', hello));

        expect(await seen(digestBy('sha512', hello))).toEqual(present(hello));
        expect(await seen(digestBy('sha256', hello))).toEqual(absent);
      });

      it('puts what exists, again and at the same time', async () => {
        const digests = await Promise.all([store.put(hello), store.put(hello), store.put(hello)]);
        digests.push(await store.put(hello));

        expect(digests).toEqual(Array.from({ length: 4 }, () => digestBy('sha256', hello)));
        expect(await seen(digestBy('sha256', hello))).toEqual(present(hello));
      });

      it.each<[string, ByteRange]>([
        ['the first byte', { start: 0, end: 0 }],
        ['the last byte', { start: large.length - 1, end: large.length - 1 }],
        ['everything', { start: 0, end: large.length - 1 }],
        ['across buffers', { start: 262_143, end: 1_048_577 }],
        ['the rest', { start: 1_000_000, end: large.length - 1 }],
      ])('reads a range: %s', async (_, range) => {
        const digest = await store.put(large);
        const content = await store.open(digest, range);

        expect(content?.size).toBe(large.length);
        expectSame(await bytesOf(content), large.subarray(range.start, range.end + 1));
      });

      it.each<[string, Buffer, ByteRange]>([
        ['one past the end', hello, { start: 0, end: hello.length }],
        ['behind the end', hello, { start: hello.length, end: hello.length }],
        ['backwards', hello, { start: 2, end: 1 }],
        ['before the start', hello, { start: -1, end: 1 }],
        ['not a number', hello, { start: 0, end: Number.NaN }],
        ['any of an empty blob', Buffer.alloc(0), { start: 0, end: 0 }],
        ['no byte of an empty blob', Buffer.alloc(0), { start: 0, end: -1 }],
      ])('refuses a range: %s', async (_, bytes, range) => {
        const digest = await store.put(bytes);

        expect(await failureOf(store.open(digest, range))).toEqual({
          code: 'ASH-RANGE-INVALID',
          params: { size: bytes.length },
        });
        expect(await seen(digest)).toEqual(present(bytes));
      });

      it('deletes a blob, and what does not exist, and takes it again', async () => {
        const digest = await store.put(hello);
        const other = await store.put(large);

        await store.delete(digest);
        await store.delete(digest);

        expect(await seen(digest)).toEqual(absent);
        expect(await store.size(other)).toBe(large.length);
        await store.put(hello);
        expect(await seen(digest)).toEqual(present(hello));
      });

      it('reads a blob to its end that is deleted meanwhile', async () => {
        const digest = await store.put(large);
        const content = await store.open(digest);
        await store.delete(digest);

        expectSame(await bytesOf(content), large);
        expect(await seen(digest)).toEqual(absent);
      });

      it('lists every blob with its size and time, and nothing else', async () => {
        const before = Date.now();
        const digests = [await store.put(hello), await store.put(large), await store.put(hello, 'sha512')];
        const gone = await store.put(Buffer.from('gone'));
        await store.delete(gone);
        await uploadOf(hello);

        const blobs = await Array.fromAsync(store.list());

        const sizes = new Map(blobs.map(({ digest, size }) => [digest, size]));
        expect(blobs).toHaveLength(3);
        expect(sizes).toEqual(
          new Map([
            [digests[0]!, hello.length],
            [digests[1]!, large.length],
            [digests[2]!, hello.length],
          ]),
        );
        // Stores whose times are whole seconds say one that has passed.
        for (const { storedAt } of blobs) {
          expect(storedAt).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000);
          expect(storedAt).toBeLessThanOrEqual(Date.now() + 1000);
        }
      });

      it('keeps a revision as long as the bytes stay as they are', async () => {
        const digest = await store.put(large);
        const first = await revisionOf(store, digest);

        store = await fixture.reopen();

        expect(first).toMatch(/./);
        expect(await revisionOf(store, digest, { start: 5, end: 9 })).toBe(first);
        expect(await store.revision(digest)).toBe(first);
      });

      it('puts a blob aside, of this revision only, and takes it again', async () => {
        const digest = await store.put(hello);
        const revision = await revisionOf(store, digest);

        expect(await store.quarantine(digest, `${revision}x`)).toBe(false);
        expect(await seen(digest)).toEqual(present(hello));
        expect(await store.quarantine(digest, revision)).toBe(true);
        expect(await seen(digest)).toEqual(absent);
        expect(await Array.fromAsync(store.list())).toEqual([]);
        expect(await store.quarantine(digest, revision)).toBe(false);

        await store.put(hello);
        expect(await seen(digest)).toEqual(present(hello));
      });

      it('lets a reader stop', async () => {
        const digest = await store.put(large);
        const content = await store.open(digest);
        await content!.reader.read(Buffer.alloc(10));
        await content!.reader.close();
        await content!.reader.close();

        expect(await seen(digest)).toEqual(present(large));
      });

      it('serves many readers at once', async () => {
        const digest = await store.put(large);
        const contents = await Promise.all(Array.from({ length: 20 }, () => store.open(digest)));

        for (const bytes of await Promise.all(contents.map(bytesOf))) expectSame(bytes, large);
      });
    });

    describe('uploads', () => {
      it('starts empty, each under its own id', async () => {
        const ids = [await store.createUpload(), await store.createUpload('sha512')];

        expect(await Promise.all(ids.map((id) => store.uploadSize(id)))).toEqual([0, 0]);
        expect(new Set(ids).size).toBe(2);
      });

      it('makes ids that are the same in a URL', async () => {
        const ids = [await store.createUpload(), await store.createUpload('sha512')];

        expect(ids.map(encodeURIComponent)).toEqual(ids);
      });

      const chunked: [string, Buffer[]][] = [
        ['nothing', []],
        ['empty chunks', [Buffer.alloc(0), hello, Buffer.alloc(0)]],
        ['one chunk', [hello]],
        ['one large chunk', [large]],
        ['small chunks', Array.from({ length: 5000 }, (_, index) => Buffer.from([index & 255]))],
        ['large chunks', [large, large.subarray(0, 999_999), large]],
      ];

      it.each(chunked)('turns %s into a blob', async (_, chunks) => {
        const bytes = Buffer.concat(chunks);
        const id = await store.createUpload();

        expect(await store.append(id, undefined, streamOf(...chunks), noLimit)).toBe(bytes.length);
        expect(await store.uploadSize(id)).toBe(bytes.length);
        expect(await seen(digestBy('sha256', bytes))).toEqual(absent);

        expect(await store.finishUpload(id, digestBy('sha256', bytes))).toEqual({ size: bytes.length });
        expectSame(await store.read(digestBy('sha256', bytes)), bytes);
        expect(await store.uploadSize(id)).toBeUndefined();
      });

      it('finishes an upload that nothing was appended to', async () => {
        const id = await store.createUpload();
        const digest = digestBy('sha256', Buffer.alloc(0));

        expect(await store.finishUpload(id, digest)).toEqual({ size: 0 });
        expect(await seen(digest)).toEqual(present(Buffer.alloc(0)));
      });

      const pairs = algorithms.flatMap((announced) => algorithms.map((named) => ({ announced, named })));
      it.each(pairs)('announced $announced, named $named at the end', async ({ announced, named }) => {
        const id = await store.createUpload(announced);
        await store.append(id, undefined, streamOf(large), noLimit);

        expect(await store.finishUpload(id, digestBy(named, large))).toEqual({ size: large.length });
        expectSame(await store.read(digestBy(named, large)), large);
        expect(await store.size(digestBy(named === 'sha256' ? 'sha512' : 'sha256', large))).toBeUndefined();
      });

      it.each(pairs)(
        'announced $announced, named $named, with a restart after each step',
        async ({ announced, named }) => {
          const id = await store.createUpload(announced);
          store = await fixture.reopen();
          expect(await store.uploadSize(id)).toBe(0);

          await store.append(id, 0, streamOf(large), noLimit);
          store = await fixture.reopen();
          expect(await store.uploadSize(id)).toBe(large.length);

          const size = await store.append(id, large.length, streamOf(hello), noLimit);
          store = await fixture.reopen();

          const bytes = Buffer.concat([large, hello]);
          expect(size).toBe(bytes.length);
          expect(await store.finishUpload(id, digestBy(named, bytes))).toEqual({ size: bytes.length });
          expectSame(await store.read(digestBy(named, bytes)), bytes);
        },
      );

      it('appends at the offset that is the end, and at the end when none is given', async () => {
        const id = await store.createUpload();
        const sizes = [
          await store.append(id, 0, streamOf(hello), noLimit),
          await store.append(id, hello.length, streamOf(hello), noLimit),
          await store.append(id, undefined, streamOf(hello), noLimit),
          await store.append(id, undefined, streamOf(), noLimit),
        ];

        expect(sizes).toEqual([1, 2, 3, 3].map((count) => count * hello.length));
        const bytes = Buffer.concat([hello, hello, hello]);
        await store.finishUpload(id, digestBy('sha256', bytes));
        expect(await seen(digestBy('sha256', bytes))).toEqual(present(bytes));
      });

      it.each([0, hello.length - 1, hello.length + 1, -1, 1e15])(
        'refuses the offset %d, leaves the stream alone and can be continued',
        async (offset) => {
          const id = await uploadOf(hello);
          const bytes = streamOf(hello);

          expect(await failureOf(store.append(id, offset, bytes, noLimit))).toEqual({
            code: 'ASH-UPLOAD-RANGE',
            params: { size: hello.length },
          });
          expect(await store.append(id, hello.length, bytes, noLimit)).toBe(2 * hello.length);
        },
      );

      it('finishes what exists already', async () => {
        const digest = await store.put(hello);
        const id = await uploadOf(hello);

        expect(await store.finishUpload(id, digest)).toEqual({ size: hello.length });
        expect(await seen(digest)).toEqual(present(hello));
        expect(await store.uploadSize(id)).toBeUndefined();
      });

      it('finishes the same bytes many times at once', async () => {
        const ids = await Promise.all(Array.from({ length: 8 }, () => uploadOf(large)));
        const digest = digestBy('sha256', large);
        const results = await Promise.all(ids.map((id) => store.finishUpload(id, digest)));

        expect(results).toEqual(ids.map(() => ({ size: large.length })));
        expect(await Promise.all(ids.map((id) => store.uploadSize(id)))).toEqual(ids.map(() => undefined));
        expect(await seen(digest)).toEqual(present(large));
      });

      it.each(algorithms)('leaves nothing after a %s mismatch', async (algorithm) => {
        const id = await uploadOf(hello);
        const digest = digestBy(algorithm, large);

        expect(await failureOf(store.finishUpload(id, digest))).toEqual({
          code: 'ASH-DIGEST-MISMATCH',
          params: { digest, actual: digestBy(algorithm, hello) },
        });
        expect(await seen(digest)).toEqual(absent);
        expect(await seen(digestBy(algorithm, hello))).toEqual(absent);
        expect(await store.uploadSize(id)).toBeUndefined();
        expect(await failureOf(store.finishUpload(id, digestBy('sha256', hello)))).toEqual(unknown);
        store = await fixture.reopen();
        expect(await store.uploadSize(id)).toBeUndefined();
      });

      it('keeps an existing blob when an upload only claims its digest', async () => {
        const digest = await store.put(hello);
        const id = await uploadOf(large);

        expect(await failureOf(store.finishUpload(id, digest))).toEqual({
          code: 'ASH-DIGEST-MISMATCH',
          params: { digest, actual: digestBy('sha256', large) },
        });
        expect(await seen(digest)).toEqual(present(hello));
      });

      it.each(['finished', 'cancelled'])('does not know an upload that was %s', async (how) => {
        const id = await uploadOf(hello);
        if (how === 'finished') await store.finishUpload(id, digestBy('sha256', hello));
        else expect(await store.cancelUpload(id)).toBe(true);

        await expectUnknown(store, id);
      });

      it.each(unknownIds)('does not know %j', async (id) => {
        await expectUnknown(store, id);
      });

      it('cancels without a trace', async () => {
        const id = await uploadOf(hello);

        expect([await store.cancelUpload(id), await store.cancelUpload(id)]).toEqual([true, false]);
        expect(await seen(digestBy('sha256', hello))).toEqual(absent);
        store = await fixture.reopen();
        expect(await store.uploadSize(id)).toBeUndefined();
      });
    });

    describe('the limit of an upload', () => {
      it.each([
        ['one append', [large]],
        ['two appends', [large, hello]],
      ])('takes exactly as much in %s', async (_, parts) => {
        const bytes = Buffer.concat(parts);
        const id = await store.createUpload();
        for (const part of parts) await store.append(id, undefined, streamOf(part), bytes.length);

        expect(await store.finishUpload(id, digestBy('sha256', bytes))).toEqual({ size: bytes.length });
      });

      it.each([
        ['one append', [large]],
        ['two appends', [large, hello]],
      ])('discards an upload that is one byte larger in %s', async (_, parts) => {
        const limit = Buffer.concat(parts).length - 1;
        const id = await store.createUpload();
        for (const part of parts.slice(0, -1)) await store.append(id, undefined, streamOf(part), limit);
        const last = streamOf(parts.at(-1)!);

        expect(await failureOf(store.append(id, undefined, last, limit))).toEqual({
          code: 'ASH-BLOB-SIZE',
          params: { limit },
        });
        await expectUnknown(store, id);
        store = await fixture.reopen();
        expect(await store.uploadSize(id)).toBeUndefined();
      });

      it('takes nothing but nothing at a limit of zero', async () => {
        const ids = [await store.createUpload(), await store.createUpload()] as const;

        expect(await store.append(ids[0], undefined, streamOf(), 0)).toBe(0);
        expect(await failureOf(store.append(ids[1], undefined, streamOf(Buffer.from('a')), 0))).toEqual({
          code: 'ASH-BLOB-SIZE',
          params: { limit: 0 },
        });
      });

      it('does not wait for the end of an endless stream and leaves it alone', async () => {
        const id = await store.createUpload();
        const endless = new Readable({ read: () => void endless.push(Buffer.alloc(65_536)) });

        expect(await failureOf(store.append(id, undefined, endless, 10_000_000))).toEqual({
          code: 'ASH-BLOB-SIZE',
          params: { limit: 10_000_000 },
        });
        expect(endless.destroyed).toBe(false);
        endless.destroy();
      });
    });

    describe('a stream that breaks', () => {
      it.each([
        ['at once', []],
        ['after a little', [hello]],
        ['after much', [large, hello]],
      ])('%s leaves what arrived, to be continued', async (_, chunks) => {
        const start = Buffer.concat(chunks);
        const whole = Buffer.concat([start, large]);
        const id = await store.createUpload();

        expect(await failureOf(store.append(id, 0, brokenAfter(...chunks), noLimit))).toEqual(broken);
        expect(await store.uploadSize(id)).toBe(start.length);
        expect(await store.append(id, start.length, streamOf(large), noLimit)).toBe(whole.length);
        await store.finishUpload(id, digestBy('sha256', whole));
        expectSame(await store.read(digestBy('sha256', whole)), whole);
      });

      it('leaves what arrived also for after a restart', async () => {
        const id = await store.createUpload('sha512');
        await failureOf(store.append(id, 0, brokenAfter(large, hello), noLimit));
        store = await fixture.reopen();

        const bytes = Buffer.concat([large, hello, hello]);
        const offset = await store.uploadSize(id);
        expect(offset).toBe(large.length + hello.length);
        expect(await store.append(id, offset, streamOf(hello), noLimit)).toBe(bytes.length);
        expect(await store.finishUpload(id, digestBy('sha512', bytes))).toEqual({ size: bytes.length });
      });

      it('may be finished when everything had arrived', async () => {
        const id = await store.createUpload();
        await failureOf(store.append(id, 0, brokenAfter(hello), noLimit));

        expect(await store.finishUpload(id, digestBy('sha256', hello))).toEqual({ size: hello.length });
      });

      it('is also one that is destroyed without an error, before or during', async () => {
        const id = await store.createUpload();
        const before = new PassThrough();
        before.destroy();
        const during = new PassThrough();
        const running = failureOf(store.append(id, undefined, during, noLimit));
        during.write(hello);
        setTimeout(() => during.destroy(), 20);

        expect(await running).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
        expect(await failureOf(store.append(id, undefined, before, noLimit))).toMatchObject({
          code: 'ERR_STREAM_PREMATURE_CLOSE',
        });
        expect(await store.uploadSize(id)).toBe(hello.length);
      });
    });

    describe('an upload that is being written', () => {
      it('is busy for everybody else until the append ends', async () => {
        const id = await store.createUpload();
        const slow = new PassThrough();
        const running = store.append(id, undefined, slow, noLimit);
        const refused = streamOf(hello);

        expect(await failureOf(store.append(id, undefined, refused, noLimit))).toEqual(busy);
        expect(await failureOf(store.finishUpload(id, digestBy('sha256', hello)))).toEqual(busy);
        expect(await failureOf(store.cancelUpload(id))).toEqual(busy);
        expect(await store.sweepUploads(tomorrow())).toBe(0);
        expect(await store.uploadSize(id)).toBe(0);
        expect(refused.destroyed).toBe(false);

        slow.end(hello);
        expect(await running).toBe(hello.length);
        expect(await store.append(id, hello.length, refused, noLimit)).toBe(2 * hello.length);
      });

      it('is free again after a failure', async () => {
        const id = await uploadOf(hello);
        await failureOf(store.append(id, 1, streamOf(hello), noLimit));
        await failureOf(store.append(id, undefined, brokenAfter(), noLimit));

        expect(await store.append(id, undefined, streamOf(), noLimit)).toBe(hello.length);
        expect(await store.finishUpload(id, digestBy('sha256', hello))).toEqual({ size: hello.length });
      });

      it('gives one of two finishes the upload', async () => {
        const id = await uploadOf(hello);
        const finish = () =>
          store.finishUpload(id, digestBy('sha256', hello)).then(
            () => 'finished',
            (error: AshlarError) => error.code,
          );

        expect(await Promise.all([finish(), finish()])).toEqual(['finished', 'ASH-UPLOAD-BUSY']);
      });

      it('does not hold up other uploads', async () => {
        const slow = new PassThrough();
        const running = store.append(await store.createUpload(), undefined, slow, noLimit);

        const id = await uploadOf(large);
        expect(await store.finishUpload(id, digestBy('sha256', large))).toEqual({ size: large.length });
        slow.end();
        expect(await running).toBe(0);
      });
    });

    describe('sweeping', () => {
      it('keeps what was written to since, and blobs', async () => {
        const digest = await store.put(hello);
        const id = await uploadOf(hello);

        expect(await store.sweepUploads(yesterday())).toBe(0);
        expect(await store.uploadSize(id)).toBe(hello.length);
        expect(await seen(digest)).toEqual(present(hello));
      });

      it.each(['this process', 'an earlier one'])('discards forgotten uploads of %s', async (whose) => {
        const digest = await store.put(hello);
        const ids = [await store.createUpload(), await uploadOf(hello), await uploadOf(large)];
        if (whose === 'an earlier one') store = await fixture.reopen();

        expect(await store.sweepUploads(tomorrow())).toBe(3);
        expect(await store.sweepUploads(tomorrow())).toBe(0);
        for (const id of ids) await expectUnknown(store, id);
        expect(await seen(digest)).toEqual(present(hello));
      });
    });

    describe('bytes that are kept', () => {
      it.each<[string, Buffer[]]>([
        ['nothing', []],
        ['some', [hello]],
        ['many', [large, hello]],
      ])('are read as often as asked, and are no blob: %s', async (_, chunks) => {
        const whole = Buffer.concat(chunks);
        const kept = await store.keep(streamOf(...chunks), whole.length);

        expect(kept.size).toBe(whole.length);
        for (let i = 0; i < 2; i++) expectSame(await kept.read(), whole);
        expect(await seen(digestBy('sha256', whole))).toEqual(absent);
        await kept[Symbol.asyncDispose]();
        await kept[Symbol.asyncDispose]();
        expect(await store.sweepUploads(tomorrow())).toBe(0);
      });

      it('are not swept, unless their process is gone', async () => {
        const kept = await store.keep(streamOf(hello), noLimit);
        expect(await store.sweepUploads(tomorrow())).toBe(0);
        expectSame(await kept.read(), hello);

        store = await fixture.reopen();
        expect(await store.sweepUploads(tomorrow())).toBe(1);
      });

      it('are gone when they are too many or their stream breaks', async () => {
        expect(await failureOf(store.keep(streamOf(large, hello), large.length))).toEqual({
          code: 'ASH-BLOB-SIZE',
          params: { limit: large.length },
        });
        expect(await failureOf(store.keep(brokenAfter(large), noLimit))).toEqual(broken);
        expect(await store.sweepUploads(tomorrow())).toBe(0);
      });
    });

    it('can be checked, and leaves nothing behind by it', async () => {
      expect(await store.check()).toBeUndefined();
      expect(await store.sweepUploads(tomorrow())).toBe(0);
    });
  });
}

const broken = new Error('the client went away');

function streamOf(...chunks: Uint8Array[]): Readable {
  return Readable.from(chunks, { objectMode: false });
}

function brokenAfter(...chunks: Uint8Array[]): Readable {
  async function* generate(): AsyncGenerator<Uint8Array> {
    yield* chunks;
    throw broken;
  }
  return Readable.from(generate());
}

function digestBy(algorithm: DigestAlgorithm, bytes: Uint8Array): Digest {
  return digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'));
}

async function revisionOf(store: BlobStore, digest: Digest, range?: ByteRange): Promise<string> {
  const content = await store.open(digest, range);
  await content!.reader.close();
  return content!.revision;
}

async function bytesOf(content: BlobContent | undefined): Promise<Buffer | undefined> {
  return content && (await buffer(readableOf(content.reader)));
}

/** Large bytes as their hash: a failure that prints megabytes helps nobody. */
function shown(bytes: Buffer | undefined): string | undefined {
  if (bytes === undefined || bytes.length < 100) return bytes?.toString('latin1');
  return `${bytes.length} bytes, ${digestBy('sha256', bytes)}`;
}

function expectSame(actual: Buffer | undefined, expected: Buffer): void {
  expect(shown(actual)).toBe(shown(expected));
}

async function expectUnknown(store: BlobStore, id: UploadId): Promise<void> {
  expect({
    size: await store.uploadSize(id),
    append: await failureOf(store.append(id, undefined, streamOf(hello), noLimit)),
    finish: await failureOf(store.finishUpload(id, digestBy('sha256', hello))),
    cancel: await store.cancelUpload(id),
  }).toEqual({ size: undefined, append: unknown, finish: unknown, cancel: false });
}

/** The error of the catalogue as data, any other error as it is. */
async function failureOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error instanceof AshlarError ? error.toData() : error;
  }
  return 'no failure';
}

const day = 24 * 60 * 60 * 1000;

function yesterday(): number {
  return Date.now() - day;
}

function tomorrow(): number {
  return Date.now() + day;
}
