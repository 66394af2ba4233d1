import type { Kysely } from 'kysely';

import type { Schema } from '../schema.ts';

/** Which batch of commands was the last: tells whether a mirror has all that its database has. */
export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createTable('position')
    .addColumn('id', 'integer', (c) => c.primaryKey().notNull())
    .addColumn('batch', 'text', (c) => c.notNull())
    .addColumn('number', 'bigint', (c) => c.notNull())
    .execute();
  await db.insertInto('position').values({ id: 1, batch: '', number: 0 }).execute();
}
