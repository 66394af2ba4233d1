import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Digest } from '@ashlar/core';

import { createBlobLeases } from './blob-lease.ts';

const [a, b] = ['sha256:a', 'sha256:b'] as Digest[] as [Digest, Digest];

describe('blob leases', () => {
  it('are shared by holders and kept from the collector until the last one ends', async () => {
    const leases = createBlobLeases();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const holders = [leases.hold([a, b], () => first.promise), leases.hold([a], () => second.promise)];
    const collect = async (digest: Digest) => await leases.collect(digest, async () => 'collected');

    expect([await collect(a), await collect(b)]).toEqual([undefined, undefined]);
    first.resolve();
    await holders[0];
    expect([await collect(a), await collect(b)]).toEqual([undefined, 'collected']);
    second.reject(new Error('refused'));
    await expect(holders[1]).rejects.toThrow('refused');
    expect(await collect(a)).toBe('collected');
  });

  it('make holders wait for the collector, also for one that fails', async () => {
    const leases = createBlobLeases();
    const collecting = Promise.withResolvers<string>();
    const collected = leases.collect(a, () => collecting.promise);
    const steps: string[] = [];
    const held = leases.hold([b, a], async () => void steps.push('held'));
    await new Promise(setImmediate);

    expect(steps).toEqual([]);
    expect(await leases.collect(a, async () => 'twice')).toBeUndefined();
    collecting.reject(new Error('the disk is gone'));
    await expect(collected).rejects.toThrow('the disk is gone');
    await held;
    expect(steps).toEqual(['held']);
  });

  /** P10 in small: whatever the order in which things happen, a blob with a row is never collected. */
  it('never let a blob go that a row names', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (s) => {
        const leases = createBlobLeases();
        const stored = new Set<Digest>();
        const rows = new Set<Digest>();
        const step = async (name: string) => await s.schedule(Promise.resolve(), name);
        const upload = async () =>
          await leases.hold([a], async () => {
            await step('look');
            const isThere = stored.has(a);
            await step('store');
            if (!isThere) stored.add(a);
            await step('row');
            rows.add(a);
          });
        const remove = async () => {
          await step('delete');
          rows.delete(a);
        };
        const collect = async () =>
          await leases.collect(a, async () => {
            await step('ask');
            if (rows.has(a)) return;
            await step('unlink');
            stored.delete(a);
          });

        const work = [upload(), collect(), remove(), upload(), collect(), upload(), collect()];
        await s.waitFor(Promise.all(work));

        expect(!rows.has(a) || stored.has(a)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
