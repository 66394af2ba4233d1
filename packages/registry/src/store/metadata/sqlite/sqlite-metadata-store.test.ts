import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type * as workerThreads from 'node:worker_threads';

import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { emptySqlite } from '../../../../../../tests/support/empty-database.ts';
import type { MetadataStore } from '../metadata-store.ts';
import { migrate } from '../migration/index.ts';
import { metadataStoreSuite } from '../metadata-store.suite.ts';
import { sqliteDialect } from './dialect.ts';
import { openReader, openWriter } from './connection.ts';
import { runBatch } from './batch.ts';
import { openSqliteMetadataStore } from './sqlite-metadata-store.ts';

const workers: workerThreads.Worker[] = vi.hoisted(() => []);

// The store keeps its writer to itself; the test of a crash needs it.
vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<typeof workerThreads>();
  class RecordedWorker extends original.Worker {
    constructor(...parameters: ConstructorParameters<typeof original.Worker>) {
      super(...parameters);
      workers.push(this);
    }
  }
  return { ...original, Worker: RecordedWorker };
});

async function tempFolder(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'ashlar-metadata-'));
}

/** Until there is another writer: a thread takes its time to start on a busy machine. */
const patience = { timeout: 20_000 };

/** Stores that a test is done with, emptied: opening one costs a thread. */
const idle: { path: string; store: MetadataStore }[] = [];

async function openStore() {
  const known = idle.pop();
  if (known) return known;
  const path = join(await tempFolder(), 'metadata.db');
  return { path, store: await openSqliteMetadataStore(path) };
}

async function discard(path: string, store: MetadataStore): Promise<void> {
  await store.close();
  await rm(dirname(path), { recursive: true });
}

metadataStoreSuite('sqlite', async () => {
  const { path, store } = await openStore();
  let current = store;
  return {
    store,
    async execute(sql) {
      using database = new DatabaseSync(path);
      return database.exec(sql);
    },
    async reopen() {
      await current.close();
      current = await openSqliteMetadataStore(path);
      return current;
    },
    async close() {
      const closed = await current.command.touchTokens({ uses: [] }).catch(() => 'closed');
      if (closed) return await rm(dirname(path), { recursive: true });
      emptySqlite(path);
      idle.push({ path, store: current });
    },
  };
});

afterAll(async () => {
  await Promise.all(idle.map(async ({ path, store }) => await discard(path, store)));
});

describe('sqlite', () => {
  let folder: string;
  let path: string;
  let store: MetadataStore;

  const create = async (name: string) => {
    await store.command.createNamespace({ now: 1, name, visibility: 'public' });
  };

  beforeEach(async () => {
    folder = await tempFolder();
    path = join(folder, 'metadata.db');
    store = await openSqliteMetadataStore(path);
  });

  afterEach(async () => {
    await store.close().catch(() => {});
    await rm(folder, { recursive: true });
  });

  it('writes ahead and syncs every commit', () => {
    const { database } = openWriter(path);
    const pragma = (name: string) => Object.values(database.prepare(`pragma ${name}`).get()!)[0];

    expect({
      journal: pragma('journal_mode'),
      // 2 is FULL, https://www.sqlite.org/pragma.html#pragma_synchronous
      synchronous: pragma('synchronous'),
      foreignKeys: pragma('foreign_keys'),
      triggers: pragma('recursive_triggers'),
    }).toEqual({ journal: 'wal', synchronous: 2, foreignKeys: 1, triggers: 1 });
    database.close();
  });

  it('cannot write where it reads', async () => {
    const { database } = openReader(path);

    expect(() => database.exec(`insert into secret values ('a', 'b')`)).toThrow(/readonly/);
    database.close();
  });

  it.each(['insert or replace', 'replace'])('refuses %s of a version on any connection', (words) => {
    using database = new DatabaseSync(path);
    database.exec(`
      pragma foreign_keys = off;
      insert into version (repository, version, digest, content_digest, description, state, published_at, published_by)
      values ('r', '1.0.0', 'a', 'b', '', 'admitted', 1, '')`);

    expect(() =>
      database.exec(`
        ${words} into version (repository, version, digest, content_digest, description, state, published_at, published_by)
        values ('r', '1.0.0', 'c', 'b', '', 'admitted', 1, '')`),
    ).toThrow('a version never changes');
    expect(() => database.exec(`update or replace version set digest = 'c'`)).toThrow(
      'a version never changes',
    );
  });

  it('answers queries while a commit takes its time', async () => {
    await create('before');
    using other = new DatabaseSync(path);
    other.exec('begin immediate');
    let written = false;
    const writing = create('after').then(() => (written = true));
    const times: number[] = [];
    for (let i = 0; i < 100; i++) {
      const start = performance.now();
      expect(await store.query.findNamespace('before')).toBeDefined();
      times.push(performance.now() - start);
      await sleep(2);
    }

    expect(written).toBe(false);
    expect(times.toSorted((a, b) => a - b)[50]).toBeLessThan(20);
    other.exec('rollback');
    await writing;
    expect(await store.query.findNamespace('after')).toBeDefined();
  });

  it('says so when another program holds the database for too long', { timeout: 20_000 }, async () => {
    using other = new DatabaseSync(path);
    other.exec('begin immediate');

    await expect(create('a')).rejects.toMatchObject({ code: 'ASH-UNAVAILABLE' });
    other.exec('rollback');
    await create('a');
  });

  it('puts the commands that wait into few commits', async () => {
    const header = 32;
    const frame = 24 + 4096;
    const walFrames = async () => ((await stat(`${path}-wal`)).size - header) / frame;
    await create('before');
    const before = await walFrames();
    await Promise.all(Array.from({ length: 500 }, async (_, i) => await create(`n${i}`)));

    // Each commit writes at least the pages of the table and of its index anew.
    expect((await walFrames()) - before).toBeLessThan(250);
    expect(await store.query.listNamespaces(undefined)).toHaveLength(501);
  });

  it('writes what was queued before it closes', async () => {
    const running = Array.from({ length: 500 }, async (_, i) => await create(`n${i}`));
    await store.close();
    await Promise.all(running);
    store = await openSqliteMetadataStore(path);

    expect(await store.query.listNamespaces(undefined)).toHaveLength(500);
  });

  it('refuses to write while its writer is gone, goes on reading, and gets another one', async () => {
    await create('before');
    await workers.at(-1)!.terminate();

    await expect(create('c')).rejects.toMatchObject({
      code: 'ASH-UNAVAILABLE',
      message: expect.stringContaining('is being started again'),
    });
    expect(await store.query.listNamespaces(undefined)).toHaveLength(1);
    await expect.poll(async () => await create('d').then(() => 'done', String), patience).toBe('done');
    expect((await store.query.listNamespaces(undefined)).map(({ name }) => name)).toEqual(['before', 'd']);
  });

  it('reports commands of a writer that was killed as failed, and does each once or not at all', async () => {
    const names = Array.from({ length: 300 }, (_, i) => `n${i}`);
    const running = Promise.allSettled(names.map(create));
    await workers.at(-1)!.terminate();
    const results = await running;

    const failed = results.filter(({ status }) => status === 'rejected');
    expect(failed.length).toBeGreaterThan(0);
    for (const { reason } of failed as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ code: 'ASH-UNAVAILABLE' });
    }
    await expect.poll(async () => await create('last').then(() => 'done', String), patience).toBe('done');
    const found = new Set((await store.query.listNamespaces(undefined)).map(({ name }) => name));
    // What was acknowledged is there.
    expect(names.filter((name, i) => results[i]!.status === 'fulfilled' && !found.has(name))).toEqual([]);
  });

  it('starts its writer ever more slowly while it gets nothing done', async () => {
    const before = workers.length;
    const begin = performance.now();
    const gap = async (count: number) => {
      await expect.poll(() => workers.length - before, { ...patience, interval: 5 }).toBe(count);
      await new Promise((resolve) => workers.at(-1)!.once('online', resolve));
      await workers.at(-1)!.terminate();
    };
    await workers.at(-1)!.terminate();
    for (const count of [1, 2, 3, 4]) await gap(count);

    // 50 + 100 + 200 + 400 ms
    expect(performance.now() - begin).toBeGreaterThan(700);
    await expect.poll(async () => await create('a').then(() => 'done', String), patience).toBe('done');
  });

  it('can be closed while it has no writer', async () => {
    await workers.at(-1)!.terminate();
    await store.close();

    await expect(create('a')).rejects.toMatchObject({
      code: 'ASH-UNAVAILABLE',
      message: expect.stringContaining('is closed'),
    });
  });

  it('fails what is running after an error that nobody caught', async () => {
    const running = create('a');
    workers.at(-1)!.emit('error', new Error('out of memory'));

    await expect(running).rejects.toMatchObject({
      code: 'ASH-UNAVAILABLE',
      cause: new Error('out of memory'),
    });
    await expect.poll(async () => await create('b').then(() => 'done', String), patience).toBe('done');
  });

  it('passes on what cannot be known beforehand, and goes on', async () => {
    const broken = store.command.createNamespace({
      now: 1,
      name: null as unknown as string,
      visibility: 'public',
    });

    await expect(broken).rejects.toThrow(/NOT NULL/);
    await expect(
      store.command.createNamespace({ now: (() => 1) as unknown as number } as never),
    ).rejects.toThrow(/could not be cloned/);
    await create('a');
  });

  it('cannot be opened where there is no folder', async () => {
    await expect(openSqliteMetadataStore(join(folder, 'none', 'metadata.db'))).rejects.toThrow(
      /unable to open/,
    );
  });

  it('says when the disk is full, and goes on when there is space', async () => {
    const other = join(folder, 'small.db');
    const connection = openWriter(other);
    const { database, db } = connection;
    await migrate(db, sqliteDialect, other);
    const limit = (pages: number) => database.exec(`pragma max_page_count = ${pages}`);
    const secret = (id: number, size: number) => ({
      id,
      name: 'ensureSecret',
      input: { name: `s${id}`, value: 'x'.repeat(size) },
    });
    const full = { known: { code: 'ASH-STORAGE-FULL', params: {} } };
    limit(Number(database.prepare('pragma page_count').get()!['page_count']) + 2);

    expect(await runBatch(connection, [secret(1, 10), secret(2, 1_000_000), secret(3, 10)])).toEqual(
      [1, 2, 3].map((id) => ({ id, error: full })),
    );
    limit(1_000_000);
    expect(await runBatch(connection, [secret(4, 1_000_000)])).toEqual([
      { id: 4, value: 'x'.repeat(1_000_000) },
    ]);
    expect(database.prepare('select name from secret').all()).toEqual([{ name: 's4' }]);
    database.close();
  });
});
