import type { Kysely, Selectable } from 'kysely';

import type { Schema } from '../schema.ts';

export type NamespaceRow = Selectable<Schema['namespace']>;

export async function findNamespace(db: Kysely<Schema>, name: string): Promise<NamespaceRow | undefined> {
  return await db.selectFrom('namespace').selectAll().where('name', '=', name).executeTakeFirst();
}

/** All namespaces, by name. */
export async function listNamespaces(db: Kysely<Schema>, _input: undefined): Promise<NamespaceRow[]> {
  return await db.selectFrom('namespace').selectAll().orderBy('name').execute();
}
