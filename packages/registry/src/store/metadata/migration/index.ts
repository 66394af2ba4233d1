import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';

import { ashlarError } from '@ashlar/core/error';

import { crashPoint } from '../../../gateway/crash-point.ts';
import type { Dialect } from '../dialect.ts';
import type { Schema } from '../schema.ts';
import * as initial from './0001-initial.ts';
import * as blobLease from './0002-blob-lease.ts';
import * as position from './0003-position.ts';
import * as liveVersion from './0004-live-version.ts';
import * as versionModel from './0005-version-model.ts';
import * as catalogueIndex from './0006-catalogue-index.ts';

export interface NumberedMigration {
  up(db: Kysely<Schema>, dialect: Dialect): Promise<void>;
}

/** In order, forward only; a migration is never edited after it landed. */
export const migrations: Readonly<Record<string, NumberedMigration>> = {
  '0001-initial': initial,
  '0002-blob-lease': blobLease,
  '0003-position': position,
  '0004-live-version': liveVersion,
  '0005-version-model': versionModel,
  '0006-catalogue-index': catalogueIndex,
};

/** Name of the newest migration. */
export const newestSchema = Object.keys(migrations).at(-1)!;

/**
 * Brings the schema to the newest version, under the lock of the database; a half-done step is rolled back.
 * @throws ASH-DATA-FORMAT when the database was written by a newer program.
 */
export async function migrate(
  db: Kysely<Schema>,
  dialect: Dialect,
  path: string,
  steps: typeof migrations = migrations,
): Promise<void> {
  const known: Record<string, Migration> = {};
  for (const [name, migration] of Object.entries(steps)) {
    known[name] = {
      async up(transaction: Kysely<Schema>) {
        await migration.up(transaction, dialect);
        crashPoint('database.migrating', name);
      },
    };
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  const found = /previously executed migration ([\w-]+) is missing/.exec((error as Error).message)?.[1];
  if (found === undefined) throw error as Error;
  throw ashlarError('ASH-DATA-FORMAT', { path, found, known: Object.keys(steps).length });
}

/** The migrations up to one of them, as the program had them that wrote rows of this schema. @throws ASH-DATA-FORMAT */
export function migrationsUntil(schema: string, path: string): typeof migrations {
  const names = Object.keys(migrations);
  const position = names.indexOf(schema);
  if (position === -1) throw ashlarError('ASH-DATA-FORMAT', { path, found: schema, known: names.length });
  return Object.fromEntries(Object.entries(migrations).slice(0, position + 1));
}

/** @throws ASH-DATA-FORMAT when a newer program wrote rows of this schema; `path` is where they lie */
export function requireKnownSchema(schema: string, path: string): void {
  migrationsUntil(schema, path);
}

/** Name of the newest migration that a database has seen. */
export async function currentSchema(db: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{
    name: string;
  }>`select name from kysely_migration order by name desc limit 1`.execute(db);
  return rows[0]!.name;
}
