import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Digest } from '@ashlar/core';

import { readableOf } from './blob-reader.ts';
import type { BlobStore } from './blob-store.ts';
import { openFileBlobStore } from './file/index.ts';
import { blobPath } from './file/layout.ts';
import { verifiedReads } from './verified-reads.ts';

const large = createHash('shake256', { outputLength: 1024 * 1024 + 17 })
  .update('ashlar')
  .digest();
const minute = 60_000;

let folder: string;
let now: number;
let opened: number;
let damages: Digest[];
let store: BlobStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-verified-'));
  now = 1_800_000_000_000;
  opened = 0;
  damages = [];
  const clock = { now: () => now };
  const files = await openFileBlobStore(folder, { clock });
  const counting: BlobStore = {
    ...files,
    open: async (digest, range) => {
      opened++;
      return await files.open(digest, range);
    },
  };
  store = verifiedReads(counting, { clock, onDamage: (digest) => damages.push(digest) });
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function flip(digest: Digest, position: number): Promise<void> {
  await using file = await open(blobPath(folder, digest), 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  byte[0]! ^= 1;
  await file.write(byte, 0, 1, position);
}

/** How many bytes came out, and how it ended. */
async function drain(digest: Digest, range?: { start: number; end: number }): Promise<[number, string]> {
  const content = await store.open(digest, range);
  let size = 0;
  try {
    for await (const chunk of readableOf(content!.reader)) size += (chunk as Buffer).length;
  } catch (error) {
    return [size, (error as { code: string }).code];
  }
  return [size, 'whole'];
}

async function quarantined(): Promise<number> {
  return (await readdir(join(folder, 'quarantine')).catch(() => [])).length;
}

describe('reading verified', () => {
  it('gives whole blobs and ranges as they are', async () => {
    for (const bytes of [large, Buffer.from('hello'), Buffer.alloc(0)]) {
      const digest = await store.put(bytes, 'sha512');
      expect((await buffer(readableOf((await store.open(digest))!.reader))).equals(bytes)).toBe(true);
      expect((await store.read(digest))!.equals(bytes)).toBe(true);
    }
    const digest = await store.put(large);
    const range = await store.open(digest, { start: 10, end: 700_000 });
    expect((await buffer(readableOf(range!.reader))).equals(large.subarray(10, 700_001))).toBe(true);
    expect(await store.open(`sha256:${'0'.repeat(64)}` as Digest)).toBeUndefined();
    expect(damages).toEqual([]);
  });

  it.each([0, 500_000, large.length - 1])('breaks before the end when byte %s is wrong', async (position) => {
    const digest = await store.put(large);
    await flip(digest, position);

    const [size, end] = await drain(digest);

    expect(end).toBe('ASH-BLOB-DAMAGED');
    expect(size).toBeLessThan(large.length);
    expect(damages).toEqual([digest]);
    expect(await store.open(digest)).toBeUndefined();
    expect(await quarantined()).toBe(1);
    await store.put(large);
    expect(await drain(digest)).toEqual([large.length, 'whole']);
  });

  it('hashes again what was read before the clock was set back', async () => {
    const digest = await store.put(large);
    // Ranges of a trusted revision cost one opening, others two.
    const openings = async () => {
      opened = 0;
      await drain(digest, { start: 0, end: 9 });
      return opened;
    };
    expect([await openings(), await openings()]).toEqual([2, 1]);
    now -= 60 * minute;

    expect(await openings()).toBe(2);
  });

  it('breaks a range before its end when a byte outside of it is wrong', async () => {
    const digest = await store.put(large);
    await flip(digest, large.length - 1);

    const [size, end] = await drain(digest, { start: 0, end: 99 });

    expect([size, end]).toEqual([0, 'ASH-BLOB-DAMAGED']);
    expect(damages).toEqual([digest]);
  });

  it('breaks when the file is shorter or longer than the blob', async () => {
    for (const size of [large.length - 1, large.length + 1]) {
      const digest = await store.put(large);
      await using file = await open(blobPath(folder, digest), 'r+');
      await file.truncate(size);
      expect((await drain(digest))[1]).toBe('ASH-BLOB-DAMAGED');
    }
  });

  it('refuses to read damaged bytes into memory', async () => {
    const digest = await store.put(large);
    await flip(digest, 3);

    await expect(store.read(digest)).rejects.toMatchObject({ code: 'ASH-BLOB-DAMAGED' });
    expect(damages).toEqual([digest]);
    expect(await store.read(digest)).toBeUndefined();
  });

  it('reads small ones from memory, until their file is written to, deleted or ten minutes old', async () => {
    const digest = await store.put(Buffer.from('hello'));
    const openings = async () => {
      opened = 0;
      expect(String(await store.read(digest))).toBe('hello');
      return opened;
    };

    expect([await openings(), await openings(), await openings()]).toEqual([1, 0, 0]);
    now += 10 * minute;
    expect([await openings(), await openings()]).toEqual([1, 0]);
    await flip(digest, 0);
    await expect(store.read(digest)).rejects.toMatchObject({ code: 'ASH-BLOB-DAMAGED' });
    await store.put(Buffer.from('hello'));
    expect([await openings(), await openings()]).toEqual([1, 0]);
    await store.delete(digest);
    expect(await store.read(digest)).toBeUndefined();
  });

  it('tells of damage once, also to many readers', async () => {
    const digest = await store.put(large);
    await flip(digest, 3);

    const ends = await Promise.all(Array.from({ length: 8 }, () => drain(digest, { start: 5, end: 9 })));

    expect(new Set(ends.map(([, end]) => end))).toEqual(new Set(['ASH-BLOB-DAMAGED']));
    expect(damages).toEqual([digest]);
    expect(await quarantined()).toBe(1);
  });

  it('trusts what it verified, until the file is written to or ten minutes have passed', async () => {
    const digest = await store.put(large);
    const range = { start: 0, end: 9 };
    const openings = async () => {
      const before = opened;
      await drain(digest, range);
      return opened - before;
    };

    // A range of what is not trusted reads the blob once more.
    expect(await openings()).toBe(2);
    expect(await openings()).toBe(1);
    now += 10 * minute - 1;
    expect(await openings()).toBe(1);
    now += 1;
    expect(await openings()).toBe(2);
    await flip(digest, 20);
    expect(await drain(digest, range)).toEqual([0, 'ASH-BLOB-DAMAGED']);
  });

  it('lets a reader stop, and the next one read', async () => {
    const digest = await store.put(large);
    const content = await store.open(digest);
    await content!.reader.read(Buffer.alloc(10));
    await content!.reader.close();

    expect(await drain(digest)).toEqual([large.length, 'whole']);
  });
});
