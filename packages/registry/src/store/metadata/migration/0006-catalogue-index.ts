import { type Kysely, sql } from 'kysely';

import type { Schema } from '../schema.ts';

/**
 * For the catalogue, and for modules and repositories with very many versions and tags: what a page of a list is chosen by
 * comes out of indexes alone. `version_live` did not hold the columns that it is limited by, which SQLite looks up in the
 * table again, row by row; of thousands of versions a list of modules needs the numbers. The tags of a digest come in
 * order, so that they can be read in pieces; so do the days of downloads.
 */
export async function up({ schema }: Kysely<Schema>): Promise<void> {
  await schema.dropIndex('version_live').execute();
  await schema
    .createIndex('version_live')
    .on('version')
    .columns(['repository', 'state', 'deleted_at', 'version'])
    .where(sql.ref('deleted_at'), 'is', null)
    .where(sql.ref('state'), '<>', 'revoked')
    .execute();
  await schema
    .createIndex('repository_listed')
    .on('repository')
    .columns(['name', 'kind', 'namespace'])
    .execute();
  await schema.dropIndex('tag_by_digest').execute();
  await schema.createIndex('tag_by_digest').on('tag').columns(['repository', 'digest', 'name']).execute();
  await schema
    .createIndex('download_by_day')
    .on('download')
    .columns(['repository', 'day', 'count'])
    .execute();
}
