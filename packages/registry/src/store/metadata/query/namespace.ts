import type { Kysely, Selectable } from 'kysely';

import type { Schema } from '../schema.ts';
import { prepared } from './prepared.ts';

export type NamespaceRow = Selectable<Schema['namespace']>;

const namespaceByName = prepared((db, input: { readonly name: string }) =>
  db.selectFrom('namespace').selectAll().where('name', '=', input.name),
);

export async function findNamespace(db: Kysely<Schema>, name: string): Promise<NamespaceRow | undefined> {
  return (await namespaceByName(db, { name }))[0];
}

/** All namespaces, by name. */
export async function listNamespaces(db: Kysely<Schema>, _input: undefined): Promise<NamespaceRow[]> {
  return await db.selectFrom('namespace').selectAll().orderBy('name').execute();
}
