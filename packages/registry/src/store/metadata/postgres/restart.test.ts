import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { type Cluster, startCluster } from '../../../../../../tests/support/postgres.ts';
import { describeWithTool } from '../../../../../../tests/support/tool.ts';
import { systemClock } from '../../../gateway/clock.ts';
import type { MetadataStore } from '../metadata-store.ts';
import { openPostgresMetadataStore } from './postgres-metadata-store.ts';
import { bothSides, publishedVersions, publishVersion, recordedVersions } from './publication.suite.ts';

/** How often the database is crashed: `ASHLAR_RESTARTS=100` for a long evening. */
const restarts = Number(process.env['ASHLAR_RESTARTS'] ?? 5);
const writers = 4;

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describeWithTool('postgres', 'a database that comes and goes', ({ postgres }) => {
  let cluster: Cluster;
  let folder: string;

  beforeAll(async () => {
    cluster = await startCluster(postgres);
    folder = await mkdtemp(join(tmpdir(), 'ashlar-mirror-'));
  });

  afterAll(async () => {
    await cluster.remove();
    await rm(folder, { recursive: true });
  });

  const openStore = async (url: string, mirror: string) =>
    await openPostgresMetadataStore(url, { mirror: join(folder, mirror), shown: 'it', clock: systemClock });

  /** Publishes one version after another until told to stop. */
  async function write(store: MetadataStore, next: () => number | undefined, acknowledged: Set<number>) {
    for (let n = next(); n !== undefined; n = next()) {
      try {
        await publishVersion(store, n);
        acknowledged.add(n);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ASH-UNAVAILABLE' });
        await sleep(5);
      }
    }
  }

  it(
    `keeps what it acknowledged, once and whole, through ${restarts} crashes`,
    { timeout: 60_000 + restarts * 10_000 },
    async () => {
      const url = await cluster.createDatabase('crashes');
      const store = await openStore(url, 'crashes.db');
      await publishVersion(store, 0);
      const acknowledged = new Set([0]);
      const recovery: number[] = [];
      const state = { isOver: false, last: 0, reads: 0 };
      const running = Array.from({ length: writers }, async () => {
        await write(store, () => (state.isOver ? undefined : ++state.last), acknowledged);
      });
      const reading = (async () => {
        while (!state.isOver) {
          expect(await publishedVersions(store)).toContain(0);
          state.reads += 1;
          await sleep(5);
        }
      })();
      for (let i = 0; i < restarts; i++) {
        await sleep(100 + 60 * i);
        await cluster.stop('immediate');
        await cluster.start();
        const [begin, before] = [performance.now(), acknowledged.size];
        await expect.poll(() => acknowledged.size, { timeout: 20_000, interval: 5 }).toBeGreaterThan(before);
        recovery.push(Math.round(performance.now() - begin));
      }
      state.isOver = true;
      await Promise.all([...running, reading]);
      const { version = [], ...others } = await recordedVersions(cluster, url);

      expect([...acknowledged].filter((n) => !version.includes(n))).toEqual([]);
      expect(others).toEqual(Object.fromEntries(Object.keys(others).map((table) => [table, version])));
      expect(await publishedVersions(store)).toEqual(version);
      const { mirror, record } = await bothSides(store, url);
      expect(mirror).toEqual(record);
      console.log(
        `${restarts} crashes: ${acknowledged.size} of ${state.last} versions acknowledged, ${version.length} there, ` +
          `${state.reads} reads, written again after ${recovery.join(', ')} ms`,
      );
      // The promise is 2 s on a machine that has nothing else to do.
      expect(Math.max(...recovery)).toBeLessThan(10_000);
      await store.close();
    },
  );

  it(
    'opens without its database, reads, and takes up what happened when it is back',
    { timeout: 60_000 },
    async () => {
      const url = await cluster.createDatabase('away');
      const before = await openStore(url, 'away.db');
      await publishVersion(before, 1);
      await before.close();
      const other = await openStore(url, 'other.db');
      await publishVersion(other, 2);
      await other.close();
      await cluster.stop('fast');
      await expect(openStore(url, 'none.db')).rejects.toMatchObject({
        code: 'ASH-DATABASE-UNREACHABLE',
        message: expect.stringMatching(
          /^it cannot be reached \(connect ECONNREFUSED 127\.0\.0\.1:\d+\), and there is no local mirror to read from meanwhile\. Start it, or check --database\.$/,
        ),
      });
      const store = await openStore(url, 'away.db');

      expect(await publishedVersions(store)).toEqual([1]);
      await expect(publishVersion(store, 3)).rejects.toMatchObject({ code: 'ASH-UNAVAILABLE' });
      await cluster.start();
      await expect.poll(async () => await publishedVersions(store), { timeout: 20_000 }).toEqual([1, 2]);
      await expect.poll(() => store.outage(), { timeout: 20_000 }).toBeUndefined();
      await publishVersion(store, 3);
      expect((await recordedVersions(cluster, url))['version']).toEqual([1, 2, 3]);
      await store.close();
    },
  );

  it('closes while its database is away', async () => {
    const url = await cluster.createDatabase('closing');
    const store = await openStore(url, 'closing.db');
    await cluster.stop('immediate');
    const waiting = publishVersion(store, 1).catch((error) => error);
    await store.close();
    expect(await waiting).toMatchObject({ code: 'ASH-UNAVAILABLE' });
    await cluster.start();
  });
});
