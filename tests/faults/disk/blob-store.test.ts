import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { Digest } from '@ashlar/core';
import { openFileBlobStore } from '@ashlar/registry/store/blob';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { contents, type Mutant, playSteps, step } from './blob-store-model.ts';
import { LossyDisk } from './lossy-disk.ts';

const steps = fc.array(step, { minLength: 1, maxLength: 12 });

describe('P3: a disk that forgets what was not synced', () => {
  it('keeps all that the blob store acknowledged, over a thousand power cuts', async () => {
    let cuts = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (played) => {
        cuts += await playSteps(played);
      }),
      { numRuns: 600 },
    );
    expect(cuts).toBeGreaterThan(1_000);
  });

  it('gives back what a real folder can hold', async () => {
    const disk = new LossyDisk();
    const store = await openFileBlobStore('/blobs', { clock: { now: () => 0 }, files: disk.fileSystem });
    const digests: Digest[] = [];
    for (const bytes of contents) digests.push(await store.put(bytes));
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-disk-'));
    for (const [path, bytes] of disk.cut(() => 0).files()) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const real = await openFileBlobStore(join(folder, 'blobs'), { clock: { now: () => 0 } });

    expect(await Promise.all(digests.map(async (digest) => await real.read(digest)))).toEqual(contents);
    await rm(folder, { recursive: true });
  });

  // What the tests above must be able to notice.
  const mutants: Record<string, Mutant> = {
    'the bytes of a blob': (call) => call === 'datasync',
    'the name of a blob': (call, path) => call === 'syncFolder' && /sha256\/..$/.test(path),
    'the folder of a blob': (call, path) => call === 'syncFolder' && path.endsWith('/sha256'),
    'the folders of the store': (call, path) => call === 'syncFolder' && path.endsWith('/blobs'),
  };

  it.each(Object.entries(mutants))('notices when nobody syncs %s', async (_what, mutant) => {
    const result = await fc.check(
      fc.asyncProperty(steps, async (played) => void (await playSteps(played, mutant))),
      { numRuns: 1_000 },
    );
    expect(result.failed).toBe(true);
    expect(String(result.errorInstance)).toMatch(/was acknowledged and|is there by half/);
  });
});
