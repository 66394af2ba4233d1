import { type Kysely, sql } from 'kysely';

import type { Schema } from '../schema.ts';

/**
 * For the catalogue: a page of it comes out of indexes alone. `version_live` did not hold the columns that it is limited
 * by, which SQLite looks up in the table again, row by row.
 */
export async function up({ schema }: Kysely<Schema>): Promise<void> {
  await schema.dropIndex('version_live').execute();
  await schema
    .createIndex('version_live')
    .on('version')
    .columns(['repository', 'state', 'deleted_at'])
    .where(sql.ref('deleted_at'), 'is', null)
    .where(sql.ref('state'), '<>', 'revoked')
    .execute();
  await schema
    .createIndex('repository_listed')
    .on('repository')
    .columns(['name', 'kind', 'namespace'])
    .execute();
}
