import type { Kysely } from 'kysely';

import type { Schema } from '../schema.ts';

/** What was read of each version and how it differs from the one before, and whether a namespace insists on honest numbers. */
export async function up({ schema }: Kysely<Schema>): Promise<void> {
  await schema
    .alterTable('namespace')
    .addColumn('honest_versions', 'text', (c) => c.notNull().defaultTo('off'))
    .execute();
  await schema
    .createTable('version_model')
    .addColumn('repository', 'text', (c) => c.notNull().references('module.repository'))
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('before', 'text')
    .addColumn('verdict', 'text')
    .addColumn('declared', 'text')
    .addColumn('honest', 'text')
    // Last, so that a row is read without them: they may fill many pages.
    .addColumn('model', 'text')
    .addColumn('readmes', 'text')
    .addColumn('changes', 'text')
    .addPrimaryKeyConstraint('version_model_key', ['repository', 'version'])
    .execute();
}
