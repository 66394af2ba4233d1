import type { Kysely } from 'kysely';

import type { Dialect } from '../dialect.ts';
import type { Schema } from '../schema.ts';

/** For the collector: how long a blob that nothing names yet stays promised, and which digests manifests have. */
export async function up(db: Kysely<Schema>, _: Dialect): Promise<void> {
  const { schema } = db;
  await schema
    .alterTable('repository_blob')
    .addColumn('leased_at', 'bigint', (c) => c.notNull().defaultTo(0))
    .execute();
  await schema
    .alterTable('repository_blob')
    .addColumn('hidden', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await db
    .updateTable('repository_blob')
    .set(({ ref }) => ({ leased_at: ref('created_at') }))
    .execute();
  await schema.createIndex('repository_blob_by_lease').on('repository_blob').column('leased_at').execute();
  await schema.createIndex('manifest_by_digest').on('manifest').column('digest').execute();
}
