import type { Kysely } from 'kysely';

import { ashlarError } from '@ashlar/core/error';

import { prepared } from '../query/prepared.ts';
import type { Schema } from '../schema.ts';
import { deleteModels } from './model.ts';
import { ensureNamespace } from './namespace.ts';

/** The repository that a write goes to. */
export interface RepositoryInput {
  readonly name: string;
  readonly namespace: string;
  readonly kind: 'module' | 'plain';
  /** Whether the caller may create the namespace when it does not exist. */
  readonly createNamespace: boolean;
}

const repositoryByName = prepared((db, input: { readonly name: string }) =>
  db.selectFrom('repository').select('name').where('name', '=', input.name),
);

/** @throws ASH-NAMESPACE-UNKNOWN */
export async function ensureRepository(
  db: Kysely<Schema>,
  now: number,
  input: RepositoryInput,
): Promise<void> {
  const { name, namespace, kind } = input;
  const [found] = await repositoryByName(db, { name });
  if (found) return;
  if (input.createNamespace) await ensureNamespace(db, now, namespace);
  const owner = await db
    .selectFrom('namespace')
    .select('name')
    .where('name', '=', namespace)
    .executeTakeFirst();
  if (!owner) throw ashlarError('ASH-NAMESPACE-UNKNOWN', { name: namespace });
  await db.insertInto('repository').values({ name, namespace, kind, created_at: now }).execute();
}

/** Makes a stored blob visible in a repository, after an upload or a permitted mount. @throws ASH-NAMESPACE-UNKNOWN */
export async function addBlob(
  db: Kysely<Schema>,
  input: {
    readonly now: number;
    readonly repository: RepositoryInput;
    readonly digest: string;
    readonly size: number;
  },
): Promise<void> {
  await ensureRepository(db, input.now, input.repository);
  await showBlob(db, input.now, input.repository.name, input);
}

const shownBlob = prepared(
  (
    db,
    input: {
      readonly now: number;
      readonly repository: string;
      readonly digest: string;
      readonly size: number;
    },
  ) => {
    const { now, repository, digest, size } = input;
    return db
      .insertInto('repository_blob')
      .values({ repository, digest, size, created_at: now, leased_at: now, hidden: 0 })
      .onConflict((conflict) =>
        conflict.columns(['repository', 'digest']).doUpdateSet(({ case: when, ref }) => ({
          leased_at: when()
            .when(ref('repository_blob.leased_at'), '<', now)
            .then(now)
            .else(ref('repository_blob.leased_at'))
            .end(),
          hidden: 0,
        })),
      );
  },
);

/** Makes a stored blob visible in a repository that exists. */
export async function showBlob(
  db: Kysely<Schema>,
  now: number,
  repository: string,
  { digest, size }: { readonly digest: string; readonly size: number },
): Promise<void> {
  await shownBlob(db, { now, repository, digest, size });
}

/**
 * Takes a blob out of a repository. In a module repository the blobs of live versions stay.
 * @throws ASH-BLOB-UNKNOWN ASH-BLOB-IN-USE
 */
export async function deleteBlob(
  db: Kysely<Schema>,
  { repository, digest }: { readonly repository: string; readonly digest: string },
): Promise<void> {
  const user = await db
    .selectFrom('manifest_part as part')
    .innerJoin('version', (join) =>
      join.onRef('version.repository', '=', 'part.repository').onRef('version.digest', '=', 'part.manifest'),
    )
    .select('version.version')
    .where('part.repository', '=', repository)
    .where('part.digest', '=', digest)
    .where('version.deleted_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  if (user) throw ashlarError('ASH-BLOB-IN-USE', { digest, address: repository });
  const { numDeletedRows } = await db
    .deleteFrom('repository_blob')
    .where('repository', '=', repository)
    .where('digest', '=', digest)
    .where('hidden', '=', 0)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw ashlarError('ASH-BLOB-UNKNOWN', { digest });
}

/**
 * Empties a repository: its versions leave tombstones, a plain one is gone altogether.
 * @throws ASH-REPOSITORY-UNKNOWN
 */
export async function deleteRepository(
  db: Kysely<Schema>,
  { now, repository }: { readonly now: number; readonly repository: string },
): Promise<void> {
  const found = await db
    .selectFrom('repository')
    .select('kind')
    .where('name', '=', repository)
    .executeTakeFirst();
  if (!found) throw ashlarError('ASH-REPOSITORY-UNKNOWN', { name: repository });
  await db
    .updateTable('version')
    .set({ deleted_at: now })
    .where('repository', '=', repository)
    .where('deleted_at', 'is', null)
    .execute();
  await deleteModels(db, { repository });
  await db.deleteFrom('tag').where('repository', '=', repository).execute();
  await db.deleteFrom('manifest_part').where('repository', '=', repository).execute();
  await db.deleteFrom('manifest').where('repository', '=', repository).execute();
  await db.deleteFrom('repository_blob').where('repository', '=', repository).execute();
  if (found.kind === 'plain') await db.deleteFrom('repository').where('name', '=', repository).execute();
}
