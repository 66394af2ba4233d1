import type { DatabaseSync } from 'node:sqlite';

import { AshlarError } from '@ashlar/core/error';

import { currentSchema, migrate, migrationsUntil } from '../migration/index.ts';
import { readRows, type Snapshot, writeRows } from '../snapshot.ts';
import { openReader, openWriter } from './connection.ts';
import { sqliteDialect } from './dialect.ts';
import { errorData } from './failure.ts';

/** Reads a database in one transaction on a connection of its own: writers go on meanwhile and are not seen. */
export async function openSnapshot(path: string): Promise<Snapshot> {
  const { database, db } = openReader(path);
  database.exec('begin');
  // The first read fixes what the transaction sees.
  return {
    schema: await currentSchema(db),
    pages: readRows(db),
    close: async () => await db.destroy(),
  };
}

/**
 * Makes a new database of the rows of a snapshot, in one file, and brings it to the newest schema. Nothing may be at
 * `path`.
 * @throws ASH-DATA-FORMAT when a newer program wrote the rows; ASH-STORAGE-FULL ASH-UNAVAILABLE
 */
export async function restoreSqliteMetadata(path: string, snapshot: Omit<Snapshot, 'close'>): Promise<void> {
  const steps = migrationsUntil(snapshot.schema, path);
  let database: DatabaseSync | undefined;
  try {
    const connection = openWriter(path);
    database = connection.database;
    await migrate(connection.db, sqliteDialect, path, steps);
    database.exec('begin immediate');
    await writeRows(connection.db, snapshot.pages);
    database.exec('commit');
    await migrate(connection.db, sqliteDialect, path);
    // Closing would do so too, but says nothing when the disk is full: the file alone would be half of the database.
    database.exec('pragma wal_checkpoint(truncate)');
  } catch (error) {
    const data = errorData(error);
    throw 'known' in data ? new AshlarError(data.known, { cause: error }) : error;
  } finally {
    database?.close();
  }
}
