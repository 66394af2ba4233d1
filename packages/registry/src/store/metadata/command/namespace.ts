import type { Kysely } from 'kysely';

import { ashlarError } from '@ashlar/core/error';

import type { HonestVersions, Schema, Visibility } from '../schema.ts';

interface NewNamespace {
  readonly now: number;
  readonly name: string;
  readonly visibility: Visibility;
  readonly immutable?: boolean;
  readonly honestVersions?: HonestVersions;
}

/** @throws ASH-NAMESPACE-EXISTS */
export async function createNamespace(db: Kysely<Schema>, input: NewNamespace): Promise<void> {
  const { numInsertedOrUpdatedRows } = await insertNamespace(db, input);
  if (!numInsertedOrUpdatedRows) throw ashlarError('ASH-NAMESPACE-EXISTS', { name: input.name });
}

/** Creates a private namespace unless it exists: an administrator's first push does so. */
export async function ensureNamespace(db: Kysely<Schema>, now: number, name: string): Promise<void> {
  await insertNamespace(db, { now, name, visibility: 'private' });
}

/** @throws ASH-NAMESPACE-UNKNOWN */
export async function updateNamespace(
  db: Kysely<Schema>,
  input: Partial<Omit<NewNamespace, 'now'>> & { readonly name: string },
): Promise<void> {
  const changes = {
    ...(input.visibility === undefined ? {} : { visibility: input.visibility }),
    ...(input.immutable === undefined ? {} : { immutable: input.immutable ? (1 as const) : (0 as const) }),
    ...(input.honestVersions === undefined ? {} : { honest_versions: input.honestVersions }),
  };
  const found = await db
    .selectFrom('namespace')
    .select('name')
    .where('name', '=', input.name)
    .executeTakeFirst();
  if (!found) throw ashlarError('ASH-NAMESPACE-UNKNOWN', { name: input.name });
  if (Object.keys(changes).length === 0) return;
  await db.updateTable('namespace').set(changes).where('name', '=', input.name).execute();
}

/**
 * Removes a namespace that never held anything. One with repositories stays: the tombstones of its versions must not
 * be forgotten.
 * @throws ASH-NAMESPACE-UNKNOWN ASH-NAMESPACE-NOT-EMPTY
 */
export async function deleteNamespace(
  db: Kysely<Schema>,
  { name }: { readonly name: string },
): Promise<void> {
  const repository = await db
    .selectFrom('repository')
    .select('name')
    .where('namespace', '=', name)
    .limit(1)
    .executeTakeFirst();
  if (repository) throw ashlarError('ASH-NAMESPACE-NOT-EMPTY', { name });
  const { numDeletedRows } = await db
    .deleteFrom('namespace')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  if (numDeletedRows === 0n) throw ashlarError('ASH-NAMESPACE-UNKNOWN', { name });
}

async function insertNamespace(db: Kysely<Schema>, input: NewNamespace) {
  const { now, name, visibility, immutable, honestVersions = 'off' } = input;
  return await db
    .insertInto('namespace')
    .values({
      name,
      visibility,
      immutable: immutable ? 1 : 0,
      honest_versions: honestVersions,
      created_at: now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
}
