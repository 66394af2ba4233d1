import type { Bump, Honesty } from '@ashlar/core';
import type { Kysely } from 'kysely';

import type { Schema } from '../schema.ts';

/** What was read of a version; see the table for what its parts mean. */
export interface ModelInput {
  readonly model: string | null;
  readonly readmes: string | null;
  readonly before: string | null;
  readonly changes: string | null;
  readonly verdict: Bump | null;
  readonly declared: Bump | null;
  readonly honest: Honesty | null;
}

interface VersionKey {
  readonly repository: string;
  readonly version: string;
}

/** Keeps what was read of a version. What was known of it before stays. */
export async function writeModel(
  db: Kysely<Schema>,
  { repository, version }: VersionKey,
  { model, readmes, before, changes, verdict, declared, honest }: ModelInput,
): Promise<void> {
  await db
    .insertInto('version_model')
    .values({ repository, version, before, verdict, declared, honest, model, readmes, changes })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** As {@link writeModel}, for a version of long ago; does nothing when it is gone, or is another by now. */
export async function storeModel(
  db: Kysely<Schema>,
  { digest, model, ...key }: VersionKey & { readonly digest: string; readonly model: ModelInput },
): Promise<void> {
  const found = await db
    .selectFrom('version')
    .select('version')
    .where('repository', '=', key.repository)
    .where('version', '=', key.version)
    .where('digest', '=', digest)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (found) await writeModel(db, key, model);
}

/** Forgets what was read of live versions that are about to be deleted: all of a repository, of a digest, or one. */
export async function deleteModels(
  db: Kysely<Schema>,
  {
    repository,
    digest,
    version,
  }: { readonly repository: string; readonly digest?: string; readonly version?: string },
): Promise<void> {
  let query = db.deleteFrom('version_model').where('repository', '=', repository);
  if (version !== undefined) query = query.where('version', '=', version);
  if (digest !== undefined) {
    query = query.where(({ eb, selectFrom }) =>
      eb(
        'version',
        'in',
        selectFrom('version as gone')
          .select('gone.version')
          .where('gone.repository', '=', repository)
          .where('gone.digest', '=', digest),
      ),
    );
  }
  await query.execute();
}
