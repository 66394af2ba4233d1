import { DatabaseSync } from 'node:sqlite';

import { Kysely } from 'kysely';

import type { Schema } from '../schema.ts';
import { nodeSqliteDialect } from './kysely-dialect.ts';

export interface SqliteConnection {
  readonly database: DatabaseSync;
  readonly db: Kysely<Schema>;
}

/** Opens the one connection that writes. Every commit is synced to disk before it returns. */
export function openWriter(path: string): SqliteConnection {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec(`
    pragma journal_mode = wal;
    pragma synchronous = full;
    pragma foreign_keys = on;
    pragma recursive_triggers = on;
    pragma temp_store = memory;
  `);
  return { database, db: new Kysely<Schema>({ dialect: nodeSqliteDialect(database) }) };
}

/** Opens a connection that only reads; it never waits for the writer. */
export function openReader(path: string): SqliteConnection {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  database.exec('pragma query_only = on; pragma temp_store = memory; pragma mmap_size = 268435456;');
  return { database, db: new Kysely<Schema>({ dialect: nodeSqliteDialect(database) }) };
}
