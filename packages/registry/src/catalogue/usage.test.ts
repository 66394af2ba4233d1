import { describe, expect, it } from 'vitest';

import type { DownloadCount, MetadataStore } from '../store/metadata/index.ts';
import { createUsage } from './usage.ts';

const now = Date.UTC(2026, 7, 21);
const day = '2026-08-21';

/** A store that takes down what it is told to count, unless it is away. */
function recorder() {
  const batches: (readonly DownloadCount[])[] = [];
  const state = { isAway: false, during: () => {} };
  const recordDownloads = async ({ downloads }: { downloads: readonly DownloadCount[] }) => {
    await Promise.resolve();
    state.during();
    if (state.isAway) throw new Error('away');
    batches.push(downloads);
  };
  const usage = createUsage({ command: { recordDownloads } } as unknown as MetadataStore, { now: () => now });
  return { usage, batches, state };
}

describe('usage', () => {
  it('adds up what comes between two writes', async () => {
    const { usage, batches } = recorder();
    for (const version of ['1.0.0', '2.0.0', '1.0.0']) usage.countDownload('r', version);
    await usage.flush();
    await usage.flush();

    expect(batches).toEqual([
      [
        { repository: 'r', version: '1.0.0', day, count: 2 },
        { repository: 'r', version: '2.0.0', day, count: 1 },
      ],
    ]);
  });

  it('keeps counts while the database is away, and what comes meanwhile', async () => {
    const { usage, batches, state } = recorder();
    usage.countDownload('r', '1.0.0');
    state.isAway = true;
    state.during = () => usage.countDownload('r', '1.0.0');
    await expect(usage.flush()).rejects.toThrow('away');
    await expect(usage.flush()).rejects.toThrow('away');
    state.isAway = false;
    state.during = () => {};
    await usage.flush();

    expect(batches).toEqual([[{ repository: 'r', version: '1.0.0', day, count: 3 }]]);
  });

  it('writes many counters in pieces, and loses none that grow meanwhile', async () => {
    const { usage, batches, state } = recorder();
    for (let n = 0; n < 501; n++) usage.countDownload('r', `1.0.${n}`);
    state.during = () => {
      state.during = () => {};
      usage.countDownload('r', '1.0.0');
      usage.countDownload('r', '1.0.500');
    };
    await usage.flush();
    await usage.flush();

    expect(batches.map((batch) => batch.length)).toEqual([500, 1, 1]);
    expect(batches[1]).toEqual([{ repository: 'r', version: '1.0.500', day, count: 2 }]);
    expect(batches[2]).toEqual([{ repository: 'r', version: '1.0.0', day, count: 1 }]);
  });

  it('takes no new counter after a hundred thousand, and goes on with those that it has', async () => {
    const { usage, batches } = recorder();
    for (let n = 0; n < 100_001; n++) usage.countDownload('r', `${n}`);
    usage.countDownload('r', '99999');
    await usage.flush();
    const all = batches.flat();

    expect(all).toHaveLength(100_000);
    expect(all.at(-1)).toEqual({ repository: 'r', version: '99999', day, count: 2 });
  });
});
