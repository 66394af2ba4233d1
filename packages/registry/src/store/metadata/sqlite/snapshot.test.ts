import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { dumpDatabase } from '../migration/dump.ts';
import { migrations } from '../migration/index.ts';
import { tableKeys } from '../snapshot.ts';
import { openSnapshot, restoreSqliteMetadata } from './snapshot.ts';
import { openSqliteMetadataStore } from './sqlite-metadata-store.ts';

const fixtures = join(import.meta.dirname, '../migration/fixtures');
const names = Object.keys(migrations);

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-snapshot-'));
  path = join(folder, 'metadata.db');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A database with a row in every table, in the schema of a fixture. */
async function load(fixture: string): Promise<void> {
  using database = new DatabaseSync(path);
  database.exec('pragma foreign_keys = off');
  database.exec(await readFile(join(fixtures, `${fixture}.sql`), 'utf8'));
}

function dump(file: string): string {
  using database = new DatabaseSync(file, { readOnly: true });
  return dumpDatabase(database).replaceAll(/'\d{4}-\d\d-\d\dT[\d:.]+Z'/g, `'when'`);
}

describe('a snapshot', () => {
  it('knows every table', async () => {
    await load(names.at(-1)!);
    using database = new DatabaseSync(path);
    const tables = database
      .prepare(
        `select name from sqlite_schema where type = 'table' and name not like 'kysely%' and name not like 'sqlite%'`,
      )
      .all();

    // The position is that of a database, not of what it holds.
    expect(new Set(tables.map(({ name }) => name))).toEqual(new Set([...Object.keys(tableKeys), 'position']));
  });

  it.each(names)('of the schema %s becomes the same database in the newest', async (name) => {
    await load(name);
    const snapshot = await openSnapshot(path);
    const copy = join(folder, 'copy.db');
    await restoreSqliteMetadata(copy, snapshot);
    await snapshot.close();
    await (await openSqliteMetadataStore(path)).close();

    expect(snapshot.schema).toBe(name);
    expect(dump(copy)).toBe(dump(path));
  });

  it('shows what was there when it began, however long it is read', async () => {
    const store = await openSqliteMetadataStore(path);
    const create = async (name: string) =>
      await store.command.createNamespace({ now: 1, name, visibility: 'public', immutable: false });
    const expected = Array.from({ length: 250 }, (_, n) => `ns${String(n).padStart(3, '0')}`);
    for (const name of expected) await create(name);
    const snapshot = await store.snapshot();
    await create('a-later-one');
    const found: unknown[] = [];
    for await (const { table, rows } of snapshot.pages) {
      if (table === 'namespace') found.push(...rows.map(({ name }) => name));
      await create(`meanwhile-${found.length}`);
    }
    await snapshot.close();
    await store.close();

    expect(found).toEqual(expected);
  });

  it('of a newer program is refused', async () => {
    const pages = (async function* () {})();
    const expected = { code: 'ASH-DATA-FORMAT', params: { path, found: '0099-future', known: names.length } };

    await expect(restoreSqliteMetadata(path, { schema: '0099-future', pages })).rejects.toMatchObject(
      expected,
    );
  });
});
