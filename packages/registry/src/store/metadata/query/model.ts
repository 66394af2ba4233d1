import type { Kysely, Selectable } from 'kysely';

import type { Schema } from '../schema.ts';

export type ModelRow = Selectable<Schema['version_model']>;

/** What was read of a version; undefined when nobody did yet. */
export async function findModel(
  db: Kysely<Schema>,
  { repository, version }: { readonly repository: string; readonly version: string },
): Promise<ModelRow | undefined> {
  return await db
    .selectFrom('version_model')
    .selectAll()
    .where('repository', '=', repository)
    .where('version', '=', version)
    .executeTakeFirst();
}
