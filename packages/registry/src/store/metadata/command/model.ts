import type { Bump, Honesty } from '@ashlar/core';
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';

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

/** Live versions of a repository: all of them, those of a digest, or one. */
interface VersionChoice {
  readonly repository: string;
  readonly digest?: string;
  readonly version?: string;
}

/**
 * Forgets what was read of live versions that are about to be deleted, and how others differ from them: it tells what was in
 * them. A difference is found out again, with another version, when somebody asks.
 */
export async function deleteModels(db: Kysely<Schema>, choice: VersionChoice): Promise<void> {
  const { repository } = choice;
  await db
    .deleteFrom('version_model')
    .where('repository', '=', repository)
    .where((eb) => isChosen(eb, 'version', choice))
    .execute();
  await db
    .updateTable('version_model')
    .set({ before: null, changes: null, verdict: null, declared: null, honest: null })
    .where('repository', '=', repository)
    .where('before', 'is not', null)
    .where((eb) => isChosen(eb, 'before', choice))
    .execute();
}

function isChosen(
  { eb, selectFrom, lit }: ExpressionBuilder<Schema, 'version_model'>,
  column: 'version' | 'before',
  { repository, digest, version }: VersionChoice,
): Expression<SqlBool> {
  if (version !== undefined) return eb(column, '=', version);
  if (digest === undefined) return eb(lit(1), '=', lit(1));
  const ofDigest = selectFrom('version as gone')
    .select('gone.version')
    .where('gone.repository', '=', repository)
    .where('gone.digest', '=', digest);
  return eb(column, 'in', ofDigest);
}
