import { type Kysely, sql } from 'kysely';

import type { Schema } from '../schema.ts';

/** For the catalogue: whether a module has a version to offer, without reading any version. */
export async function up(db: Kysely<Schema>): Promise<void> {
  await db.schema
    .createIndex('version_live')
    .on('version')
    .column('repository')
    .where(sql.ref('deleted_at'), 'is', null)
    .where(sql.ref('state'), '<>', 'revoked')
    .execute();
}
