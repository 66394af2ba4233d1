import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import {
  type Fate,
  type PostgresProxy,
  startPostgresProxy,
} from '../../../../../../tests/support/postgres-proxy.ts';
import { type Cluster, startCluster } from '../../../../../../tests/support/postgres.ts';
import { describeWithTool } from '../../../../../../tests/support/tool.ts';
import { systemClock } from '../../../gateway/clock.ts';
import { openPostgresMetadataStore, type PostgresMetadataStore } from './postgres-metadata-store.ts';
import { bothSides, publishedVersions, publishVersion, recordedVersions } from './publication.suite.ts';

/** Milliseconds that a fault may cost a command at most; far more than it does. */
const soon = 5_000;

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

describeWithTool('postgres', 'faults on the way to PostgreSQL', ({ postgres }) => {
  let cluster: Cluster;
  let proxy: PostgresProxy;
  let folder: string;
  let url: string;
  let store: PostgresMetadataStore;
  let count = 0;

  beforeAll(async () => {
    cluster = await startCluster(postgres, { fsync: false });
    proxy = await startPostgresProxy(cluster.port);
  });

  afterAll(async () => {
    await proxy.close();
    await cluster.remove();
  });

  beforeEach(async () => {
    proxy.decide(() => 'pass');
    folder = await mkdtemp(join(tmpdir(), 'ashlar-mirror-'));
    url = await cluster.createDatabase(`faults_${count++}`);
    await open();
  });

  async function open(patience?: number): Promise<void> {
    store = await openPostgresMetadataStore(url.replace(`:${cluster.port}/`, `:${proxy.port}/`), {
      mirror: join(folder, 'mirror.db'),
      shown: 'the database',
      clock: systemClock,
      ...(patience === undefined ? {} : { patience }),
    });
  }

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  /** Lets the n-th statement from now meet a fate, once; says which one that was. */
  function strike(n: number, fate: Fate): () => string | undefined {
    let left = n;
    let struck: string | undefined;
    proxy.decide((statement) => {
      left -= 1;
      if (left !== 0) return 'pass';
      struck = statement;
      return fate;
    });
    return () => struck;
  }

  /** Publishes one version after another, each with one statement more that passes, until all pass. */
  async function atEachStatement(fate: Fate): Promise<string[]> {
    // Nobody is told to come back, however slow the machine is that runs this.
    await store.close();
    await open(60_000);
    const statements: string[] = [];
    for (let n = 1; ; n++) {
      const struck = strike(n, fate);
      await publishVersion(store, n).catch(async (error) => {
        // What did not become a commit is told to be none, and is none.
        expect({ code: error.code, statement: struck() }).toEqual({
          code: 'ASH-UNAVAILABLE',
          statement: 'commit',
        });
        expect((await recordedVersions(cluster, url))['version']).not.toContain(n);
        await publishVersion(store, n);
      });
      const statement = struck();
      if (statement === undefined) break;
      statements.push(statement);
    }
    proxy.decide(() => 'pass');
    const all = Array.from({ length: statements.length + 1 }, (_, i) => i + 1);
    const recorded = await recordedVersions(cluster, url);
    expect(recorded).toEqual(Object.fromEntries(Object.keys(recorded).map((table) => [table, all])));
    expect(await publishedVersions(store)).toEqual(all);
    const { mirror, record } = await bothSides(store, url);
    expect(mirror).toEqual(record);
    return statements;
  }

  it.each<[string, Fate]>([
    ['a serialization failure', { code: '40001' }],
    ['a deadlock', { code: '40P01' }],
    ['a lost connection, before it arrives', 'cut before'],
    ['a lost connection, before it is answered', 'cut answer'],
    ['a server that is shut down', { code: '57P01' }],
    ['a connection that only we know to be lost', 'half open'],
  ])(
    '%s at any statement: the command is done once, or told to be not done',
    { timeout: 120_000 },
    async (_, fate) => {
      const statements = await atEachStatement(fate);

      expect(statements[0]).toBe('begin');
      expect(statements.at(-1)).toBe('commit');
      expect(statements.length).toBeGreaterThan(15);
    },
  );

  it('gives up on a database that others never leave alone, and goes on afterwards', async () => {
    let commits = 0;
    proxy.decide((statement) => {
      if (statement !== 'commit') return 'pass';
      commits += 1;
      return { code: '40001' };
    });
    const begin = performance.now();
    await expect(publishVersion(store, 1)).rejects.toMatchObject({
      code: 'ASH-UNAVAILABLE',
      params: { reason: 'the database was changed by others at the same time, again and again' },
    });
    expect(performance.now() - begin).toBeLessThan(soon);
    expect(commits).toBe(6);
    proxy.decide(() => 'pass');
    await publishVersion(store, 2);

    expect(await recordedVersions(cluster, url)).toMatchObject({ version: [2], manifest: [2], tag: [2] });
    expect(await publishedVersions(store)).toEqual([2]);
  });

  it('gives up on commands under which connections break again and again', async () => {
    await store.close();
    await open(60_000);
    proxy.decide((statement) => (statement.includes('insert into "version"') ? 'cut before' : 'pass'));

    await expect(publishVersion(store, 1)).rejects.toMatchObject({ code: 'ASH-UNAVAILABLE' });
    await store.command.createNamespace({ now: 1, name: 'other', visibility: 'public' });
    proxy.decide(() => 'pass');
    await publishVersion(store, 1);
    expect(await publishedVersions(store)).toEqual([1]);
  });

  describe('while the database is away', () => {
    it('fails commands fast, answers queries, and writes soon after', async () => {
      await publishVersion(store, 1);
      proxy.decide(() => 'cut before');
      proxy.cut();
      const timed = async (n: number) => {
        const begin = performance.now();
        await expect(publishVersion(store, n)).rejects.toMatchObject({
          code: 'ASH-UNAVAILABLE',
          status: 503,
          message:
            'The registry cannot do this right now: the database cannot be reached. Try again shortly.',
        });
        return performance.now() - begin;
      };

      expect(await timed(2)).toBeLessThan(soon);
      expect(await timed(3)).toBeLessThan(100);
      expect(await publishedVersions(store)).toEqual([1]);
      expect(store.outage()).toBe('the database cannot be reached');
      proxy.decide(() => 'pass');
      const begin = performance.now();
      await expect.poll(async () => store.outage(), { timeout: 4 * soon }).toBeUndefined();
      await publishVersion(store, 4);
      expect(performance.now() - begin).toBeLessThan(soon);
      expect(await publishedVersions(store)).toEqual([1, 4]);
    });

    it('knows afterwards whether a commit went through whose caller was told that nobody knows', async () => {
      await publishVersion(store, 1);
      let isAway = false;
      proxy.decide((statement) => {
        if (isAway) return 'cut before';
        isAway = statement === 'commit';
        return isAway ? 'cut answer' : 'pass';
      });

      await expect(publishVersion(store, 2)).rejects.toMatchObject({
        params: {
          reason: 'the database went away in the middle of it, and whether it was done is not known yet',
        },
      });
      expect(await publishedVersions(store)).toEqual([1]);
      proxy.decide(() => 'pass');
      await expect.poll(() => store.outage(), { timeout: 4 * soon }).toBeUndefined();
      expect(await publishedVersions(store)).toEqual([1, 2]);
      await publishVersion(store, 2);
      expect(await recordedVersions(cluster, url)).toMatchObject({ version: [1, 2], manifest: [1, 2] });
    });
  });

  it('fails while another server has the database, and goes on when that one is gone', async () => {
    await publishVersion(store, 1);
    const lock = `hashtextextended('ashlar writer ' || current_schema(), 0)`;
    // The other one gets it in the moment in which ours is ended.
    const other = cluster.query(
      url,
      `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory';
       select pg_advisory_lock(${lock}), pg_sleep(4)`,
    );
    await expect
      .poll(() => store.outage(), { timeout: 4 * soon })
      .toBe('another ashlar server is using the database');
    await expect(publishVersion(store, 2)).rejects.toMatchObject({ code: 'ASH-UNAVAILABLE' });
    expect(await publishedVersions(store)).toEqual([1]);
    await other;
    await expect.poll(() => store.outage(), { timeout: 4 * soon }).toBeUndefined();
    await publishVersion(store, 3);
    expect(await publishedVersions(store)).toEqual([1, 3]);
  });
});
