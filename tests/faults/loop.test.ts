import { randomInt } from 'node:crypto';

import { beforeAll, describe, expect, it } from 'vitest';

import { describeWithTool } from '../support/tool.ts';
import { auditEmbedded } from './audit.ts';
import { whyNoSmallDisk } from './full-disk-series.ts';
import type { Installation } from './bench.ts';
import { runLoop } from './loop.ts';
import { crashPlan, secondStorePlan, stracePlan, worldPlan } from './plan.ts';
import { startSecondStores } from './second-stores.ts';
import type { Series } from './series.ts';
import { launchEmbedded } from './server.ts';

const installation = { launch: launchEmbedded, audit: auditEmbedded };
/** Another sample each time; `npm run faults -- --seed …` repeats it. */
const seed = randomInt(1_000_000);
const limits = { timeout: 180_000 };

/** The first place of some of the series, until the time is over. */
async function violations(
  series: readonly Series[],
  budget: number,
  on: Installation = installation,
): Promise<string[]> {
  const rows = await runLoop({ seed, installation: on, series, iterations: 1, places: 1, budget });
  expect(rows.reduce((sum, row) => sum + row.iterations, 0)).toBeGreaterThan(0);
  return rows.flatMap((row) =>
    row.violations.map((text) => `seed ${seed}, ${row.fault} ${row.place}, ${row.what}: ${text}`),
  );
}

describe('P3: a server that meets a fault', () => {
  let reason: string | undefined;

  beforeAll(async () => {
    reason = await whyNoSmallDisk();
    if (reason !== undefined) console.log(`no full disk: ${reason}`);
  });

  it('keeps its promises after a crash at any point', limits, async () => {
    expect(await violations(crashPlan(), 8_000)).toEqual([]);
  });

  it('keeps them when disk, clients, clock and operator do their worst', limits, async () => {
    expect(await violations(worldPlan(installation, reason === undefined), 13_000)).toEqual([]);
  });
});

describeWithTool('strace', 'P3: a server whose system calls fail', ({ strace }) => {
  it('keeps its promises', limits, async () => {
    expect(await violations(stracePlan(strace), 6_000)).toEqual([]);
  });
});

describeWithTool('postgres', 'P3: a server with PostgreSQL and S3 that meets a fault', ({ postgres }) => {
  it('keeps its promises after a crash at any point', limits, async () => {
    const stores = await startSecondStores(postgres);
    try {
      expect(await violations(secondStorePlan(), 9_000, stores)).toEqual([]);
    } finally {
      await stores.stop();
    }
  });
});
