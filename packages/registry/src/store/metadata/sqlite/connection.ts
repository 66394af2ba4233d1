import { DatabaseSync } from 'node:sqlite';

import { Kysely } from 'kysely';

import type { Schema } from '../schema.ts';
import { nodeSqliteDialect } from './kysely-dialect.ts';
import type { WriterRole } from './writer-protocol.ts';

export interface SqliteConnection {
  readonly database: DatabaseSync;
  readonly db: Kysely<Schema>;
}

/**
 * Opens the one connection that writes. Of a record every commit is synced to disk before it returns; a mirror may
 * lose its last commits in a power cut, but is never torn. Its rows come in any order: they fit together where they
 * come from.
 */
export function openWriter(path: string, role: WriterRole = 'record'): SqliteConnection {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  try {
    database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = ${role === 'record' ? 'full' : 'normal'};
      pragma foreign_keys = ${role === 'record' ? 'on' : 'off'};
      pragma recursive_triggers = on;
      pragma temp_store = memory;
    `);
  } catch (error) {
    database.close();
    throw error;
  }
  return { database, db: new Kysely<Schema>({ dialect: nodeSqliteDialect(database) }) };
}

/** Opens a connection that only reads; it never waits for the writer. */
export function openReader(path: string): SqliteConnection {
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  database.exec('pragma query_only = on; pragma temp_store = memory; pragma mmap_size = 268435456;');
  return { database, db: new Kysely<Schema>({ dialect: nodeSqliteDialect(database) }) };
}
