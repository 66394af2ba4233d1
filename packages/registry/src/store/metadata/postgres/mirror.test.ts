import { mkdtemp, open, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Cluster, startCluster } from '../../../../../../tests/support/postgres.ts';
import { describeWithTool } from '../../../../../../tests/support/tool.ts';
import { systemClock } from '../../../gateway/clock.ts';
import type { MetadataStore } from '../metadata-store.ts';
import { openPostgresMetadataStore } from './postgres-metadata-store.ts';
import { bothSides, publishedVersions, publishVersion, recordedVersions } from './publication.suite.ts';
import { restorePostgresMetadata } from './snapshot.ts';

// Every test opens several stores, each with a thread of its own.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

describeWithTool('postgres', 'PostgreSQL and its mirror', ({ postgres }) => {
  let cluster: Cluster;
  let folder: string;
  let mirror: string;
  let url: string;
  let store: MetadataStore;
  let count = 0;

  beforeAll(async () => {
    cluster = await startCluster(postgres, { fsync: false });
  });

  afterAll(async () => {
    await cluster.remove();
  });

  const openStore = async (path = mirror, from = url) =>
    await openPostgresMetadataStore(from, { mirror: path, shown: 'the database', clock: systemClock });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ashlar-mirror-'));
    mirror = join(folder, 'mirror.db');
    url = await cluster.createDatabase(`mirror_${count++}`);
    store = await openStore();
    for (const n of [1, 2]) await publishVersion(store, n);
  });

  afterEach(async () => {
    await store.close();
    await rm(folder, { recursive: true });
  });

  const overwrite = async (from: number, length: number) => {
    await using file = await open(mirror, 'r+');
    await file.write(Buffer.alloc(length, 0xff), 0, length, from);
  };

  it.each<[string, () => Promise<void>]>([
    ['deleted', async () => await rm(mirror)],
    ['no database at all', async () => await writeFile(mirror, 'nothing that SQLite knows')],
    ['empty', async () => await writeFile(mirror, '')],
    ['torn at its beginning', async () => await overwrite(0, 4096)],
    [
      'of a newer program',
      async () =>
        await executeInMirror(`insert into kysely_migration values ('0099-x', '2027-01-01T00:00:00.000Z')`),
    ],
    ['from before the last change', async () => await executeInMirror(`update position set batch = 'other'`)],
    ['without a position', async () => await executeInMirror('delete from position')],
    ['beside what an earlier attempt left', async () => await writeFile(`${mirror}.new`, 'half')],
  ])('opens with a mirror that is %s, and has everything', async (_, harm) => {
    await store.close();
    await harm();
    store = await openStore();

    expect(await publishedVersions(store)).toEqual([1, 2]);
    await publishVersion(store, 3);
    const { mirror: copy, record } = await bothSides(store, url);
    expect(copy).toEqual(record);
    await store.close();
    expect(await readdir(folder)).toEqual(['mirror.db', 'mirror.db.of']);
  });

  it('is not taken for that of another database, which cannot be asked', async () => {
    await store.close();
    const nowhere = 'postgres://ashlar@127.0.0.1:9/other';
    const other = async (shown: string) =>
      await openPostgresMetadataStore(nowhere, { mirror, shown, clock: systemClock });

    const same = await other('the database');
    expect(await publishedVersions(same)).toEqual([1, 2]);
    await same.close();
    await expect(other('another database')).rejects.toMatchObject({ code: 'ASH-DATABASE-UNREACHABLE' });
    store = await openStore();
    expect(await publishedVersions(store)).toEqual([1, 2]);
  });

  async function executeInMirror(sql: string): Promise<void> {
    const { DatabaseSync } = await import('node:sqlite');
    using database = new DatabaseSync(mirror);
    database.exec(sql);
  }

  it('makes a mirror anew that turns out to be damaged', async () => {
    await store.close();
    // The schema stays whole, so that only who reads the rows comes upon it.
    await overwrite(3 * 4096, 200 * 4096);
    store = await openStore();

    await expect
      .poll(async () => await publishedVersions(store).catch((error) => error.code), { timeout: 10_000 })
      .toEqual([1, 2]);
    await publishVersion(store, 3);
    const { mirror: copy, record } = await bothSides(store, url);
    expect(copy).toEqual(record);
  });

  it('puts waiting commands into few commits', async () => {
    const position = async () =>
      Number((await cluster.query(url, 'select number from position'))[0]!['number']);
    const before = await position();
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        await store.command.createNamespace({ now: 1, name: `n${n}`, visibility: 'public' });
      }),
    );

    expect((await position()) - before).toBeLessThan(10);
    expect(await store.query.listNamespaces(undefined)).toHaveLength(201);
  });

  it('does not count as a change what changes nothing', async () => {
    const before = await cluster.query(url, 'select * from position');
    await store.command.touchTokens({ uses: [] });
    await expect(store.command.revokeToken({ now: 1, id: 'none' })).rejects.toMatchObject({
      code: 'ASH-TOKEN-UNKNOWN',
    });

    expect(await cluster.query(url, 'select * from position')).toEqual(before);
  });

  it('stores alike what only one of the two could hold', async () => {
    const name = 'a\0b\ud800c';
    await store.command.createToken({
      now: 1,
      id: 'x',
      hash: 'x',
      name,
      scopes: '[]',
      parent: null,
      expiresAt: null,
    });

    expect((await store.query.findToken('x'))?.name).toBe('a\ufffdb\ufffdc');
    const { mirror: copy, record } = await bothSides(store, url);
    expect(copy).toEqual(record);
  });

  it('refuses a second server, until the first has gone', async () => {
    const other = join(folder, 'other.db');
    await expect(openStore(other)).rejects.toMatchObject({
      code: 'ASH-DATABASE-LOCKED',
      message:
        'Another ashlar server is using the database. Stop it, or name another database with --database.',
    });
    await store.close();
    const second = await openStore(other);

    expect(await publishedVersions(second)).toEqual([1, 2]);
    await publishVersion(second, 3);
    await second.close();
    store = await openStore();
    expect(await publishedVersions(store)).toEqual([1, 2, 3]);
  });

  it('moves to SQLite and back', async () => {
    await store.command.createToken({
      now: 1,
      id: '2',
      hash: 'a',
      name: 'a',
      scopes: '[]',
      parent: null,
      expiresAt: null,
    });
    await store.command.createToken({
      now: 1,
      id: '1',
      hash: 'b',
      name: 'b',
      scopes: '[]',
      parent: '2',
      expiresAt: null,
    });
    const target = await cluster.createDatabase(`moved_${count++}`);
    const snapshot = await store.snapshot();
    await restorePostgresMetadata(target, 'the other', snapshot);
    await snapshot.close();
    const moved = await openStore(join(folder, 'moved.db'), target);

    expect((await bothSides(moved, target)).mirror).toEqual((await bothSides(store, url)).record);
    await publishVersion(moved, 3);
    await moved.close();
    const again = restorePostgresMetadata(target, 'the other', {
      schema: '0001-initial',
      pages: (async function* () {})(),
    });
    await expect(again).rejects.toMatchObject({
      code: 'ASH-CONFIG',
      params: { reason: 'the other holds something already (in the table namespace)' },
    });
    expect((await recordedVersions(cluster, target))['version']).toEqual([1, 2, 3]);
  });

  describe('what no start can mend', () => {
    it.each<[string, () => Promise<string> | string, object]>([
      ['a database that is not there', () => cluster.url('none'), { code: 'ASH-CONFIG' }],
      ['a user that is not there', () => cluster.url('postgres', 'nobody:s3cret'), { code: 'ASH-CONFIG' }],
      ['a database of other letters', async () => await latin1(), { code: 'ASH-CONFIG' }],
      ['a database of a newer ashlar', async () => await newer(), { code: 'ASH-DATA-FORMAT' }],
    ])('is said in one sentence, with a mirror and without: %s', async (_, from, expected) => {
      const address = await from();
      await store.close();
      for (const path of [mirror, join(folder, 'none.db')]) {
        const error = await openStore(path, address).catch((reason) => reason);

        expect(error).toMatchObject(expected);
        expect(error.message.split('\n')).toHaveLength(1);
        expect(`${error.stack} ${error.cause?.stack}`).not.toContain('s3cret');
      }
    });

    async function latin1(): Promise<string> {
      const name = `latin_${count++}`;
      const sql = `create database ${name} template template0 encoding 'LATIN1' locale 'C'`;
      await cluster.query(cluster.url('postgres'), sql);
      return cluster.url(name);
    }

    async function newer(): Promise<string> {
      await cluster.query(
        url,
        `insert into kysely_migration values ('0099-future', '2027-01-01T00:00:00.000Z')`,
      );
      return url;
    }
  });
});
