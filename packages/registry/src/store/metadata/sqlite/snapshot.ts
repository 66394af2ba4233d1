import { AshlarError } from '@ashlar/core/error';

import { currentSchema, migrate, migrationsUntil } from '../migration/index.ts';
import { readRows, type Snapshot, writeRows } from '../snapshot.ts';
import { openReader, openWriter } from './connection.ts';
import { sqliteDialect } from './dialect.ts';

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
 * Makes a new database of the rows of a snapshot, and brings it to the newest schema. Nothing may be at `path`.
 * @throws ASH-DATA-FORMAT when a newer program wrote the rows; ASH-STORAGE-FULL ASH-UNAVAILABLE
 */
export async function restoreSqliteMetadata(path: string, snapshot: Omit<Snapshot, 'close'>): Promise<void> {
  const steps = migrationsUntil(snapshot.schema, path);
  const { database, db } = openWriter(path);
  try {
    await migrate(db, sqliteDialect, path, steps);
    database.exec('begin immediate');
    await writeRows(db, snapshot.pages);
    database.exec('commit');
    await migrate(db, sqliteDialect, path);
  } catch (error) {
    const { errorData } = await import('./batch.ts');
    const data = errorData(error);
    throw 'known' in data ? new AshlarError(data.known, { cause: error }) : error;
  } finally {
    // Closing also moves the write-ahead log into the file.
    database.close();
  }
}
