import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openWriter } from '../sqlite/connection.ts';
import { sqliteDialect } from '../sqlite/dialect.ts';
import { openSqliteMetadataStore } from '../sqlite/sqlite-metadata-store.ts';
import { dumpDatabase, schemaOf } from './dump.ts';
import { migrate, migrations } from './index.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const names = Object.keys(migrations);

/**
 * sha256 of every migration that landed. Databases out there were made by exactly these files: a change to the schema
 * is a new migration, with its fixture (`node write-fixture.ts`) and its line here.
 */
const landed: Record<string, string> = {
  '0001-initial': '929467973b587be1c7c67821317494ebbb3916bf83674a83e55f58fbd74266b6',
  '0002-blob-lease': '7e23d4e8469836e92e03cc1b6b41cf7e46a93f50fca3eecfbcc7ab00a594d16e',
  '0003-position': 'f35b58412db1972804f30ec5d10f53de2db31f27c6bc8638f899b3deaea43fec',
  '0004-live-version': '166e269ab10646abe402bcd380bdc2806784c1b12464de30270f70962929725c',
  '0005-version-model': '1f6444a47af9d33ee51fbfca39ab83fa8ef0c23a4686b1a4f73971cf42d8488f',
  '0006-catalogue-index': '28fc017a6344ec1dfa7c54802f4e99642f04337ad3f7a004169af916e7ec4a86',
};

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-migration-'));
  path = join(folder, 'metadata.db');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A database in the schema of a fixture, or a new one in the newest. */
async function load(fixture?: string): Promise<DatabaseSync> {
  const database = new DatabaseSync(path);
  // Rows come table by table, not in the order in which they refer to each other.
  database.exec('pragma foreign_keys = off');
  if (fixture !== undefined) database.exec(await readFile(join(fixtures, `${fixture}.sql`), 'utf8'));
  return database;
}

async function migrated(steps?: typeof migrations): Promise<void> {
  const { database, db } = openWriter(path);
  try {
    await migrate(db, sqliteDialect, path, steps);
  } finally {
    database.close();
  }
}

describe('migrations', () => {
  it('are numbered without gaps and never edited', async () => {
    const files = (await readdir(import.meta.dirname)).filter((name) => /^\d/.test(name));
    const hashes = await Promise.all(
      names.map(async (name) => {
        const text = await readFile(join(import.meta.dirname, `${name}.ts`));
        return [name, createHash('sha256').update(text).digest('hex')];
      }),
    );

    expect(files.toSorted()).toEqual(names.map((name) => `${name}.ts`));
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, i) => i + 1));
    expect(Object.fromEntries(hashes)).toEqual(landed);
  });

  it('have a fixture each', async () => {
    expect((await readdir(fixtures)).toSorted()).toEqual(names.map((name) => `${name}.sql`));
  });

  it.each(names)('lead from %s to the newest schema, and keep the rows', async (name) => {
    using database = await load(name);
    const counts = () =>
      database
        .prepare(
          `select name from sqlite_schema where type = 'table' and name not like 'kysely%' order by name`,
        )
        .all()
        .map((row) => [
          row['name'],
          database.prepare(`select count(*) as n from "${String(row['name'])}"`).get()!['n'],
        ]);
    const before = counts();
    expect(before.filter(([, count]) => count === 0)).toEqual([]);
    await migrated();
    const schema = schemaOf(database);

    expect(counts()).toEqual(expect.arrayContaining(before));
    expect(database.prepare('pragma foreign_key_check').all()).toEqual([]);
    expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
    path = join(folder, 'fresh.db');
    await migrated();
    using fresh = new DatabaseSync(path);
    expect(schema).toEqual(schemaOf(fresh));
  });

  it('leave a database that the store understands', async () => {
    (await load(names[0])).close();
    const store = await openSqliteMetadataStore(path);
    const { query, command } = store;
    const repository = 'terraform/contoso/net/azurerm';

    expect(
      (await query.listVersions(repository)).map(({ version, state }) => `${version} ${state}`).toSorted(),
    ).toEqual(['1.0.0 revoked', '1.1.0 deprecated', '2.0.0-beta.1+b admitted']);
    await command.setState({ repository, version: '1.0.0', to: 'reinstated' });
    expect(await query.findVersion({ repository, version: '1.0.0' })).toMatchObject({
      state: 'deprecated',
      reason: 'old',
      sunset_at: Date.UTC(2026, 7, 21),
    });
    expect(await query.countDownloads({ repository })).toBe(3);
    await store.close();
  });

  it('change nothing the second time', async () => {
    using database = await load(names.at(-1));
    const before = dumpDatabase(database);
    await migrated();

    expect(dumpDatabase(database)).toBe(before);
  });

  it('of a newer program are not touched', async () => {
    using database = await load(names.at(-1));
    database.exec(`insert into kysely_migration values ('0099-future', '2027-01-01T00:00:00.000Z')`);
    const before = dumpDatabase(database);
    const expected = { code: 'ASH-DATA-FORMAT', params: { path, found: '0099-future', known: names.length } };

    await expect(openSqliteMetadataStore(path)).rejects.toMatchObject(expected);
    expect(dumpDatabase(database)).toBe(before);
  });

  it('that fail half-way leave the schema as it was', async () => {
    using database = await load(names.at(-1));
    const before = dumpDatabase(database);
    const failing = {
      ...migrations,
      '0098-fine': {
        up: async (db: Parameters<typeof migrate>[0]) => {
          await db.schema.createTable('fine').addColumn('a', 'text').execute();
        },
      },
      '0099-failing': {
        up: async (db: Parameters<typeof migrate>[0]) => {
          await db.schema.createTable('half').addColumn('a', 'text').execute();
          await db.deleteFrom('download').execute();
          throw new Error('the power went out');
        },
      },
    };

    await expect(migrated(failing)).rejects.toThrow('the power went out');
    expect(dumpDatabase(database)).toBe(before);
    await migrated();
    expect(dumpDatabase(database)).toBe(before);
  });

  it('run once when several processes start at the same time', async () => {
    const source = join(import.meta.dirname, '../sqlite/sqlite-metadata-store.ts');
    const script = `
      import(${JSON.stringify(source)}).then(async ({ openSqliteMetadataStore }) => {
        const store = await openSqliteMetadataStore(${JSON.stringify(path)});
        await store.command.createNamespace({ now: 1, name: 'n' + process.pid, visibility: 'public' });
        await store.close();
      })`;
    const run = async () => await promisify(execFile)(process.execPath, ['--eval', script]);
    await Promise.all([run(), run(), run()]);
    using database = new DatabaseSync(path);

    expect(database.prepare('select count(*) as n from namespace').get()).toEqual({ n: 3 });
    expect(
      database
        .prepare('select name from kysely_migration')
        .all()
        .map((row) => row['name']),
    ).toEqual(names);
  });
});
