import type { Kysely, Selectable } from 'kysely';

import type { Schema } from '../schema.ts';

export type TokenRow = Selectable<Schema['token']>;

export async function findTokenByHash(db: Kysely<Schema>, hash: string): Promise<TokenRow | undefined> {
  return await db.selectFrom('token').selectAll().where('hash', '=', hash).executeTakeFirst();
}

export async function findToken(db: Kysely<Schema>, id: string): Promise<TokenRow | undefined> {
  return await db.selectFrom('token').selectAll().where('id', '=', id).executeTakeFirst();
}

/** All tokens, or a token and those made from it; oldest first. */
export async function listTokens(db: Kysely<Schema>, input: { readonly of?: string }): Promise<TokenRow[]> {
  const all = db.selectFrom('token').selectAll().orderBy('id');
  const { of } = input;
  if (of === undefined) return await all.execute();
  return await all.where((eb) => eb.or([eb('id', '=', of), eb('parent', '=', of)])).execute();
}

/** A secret of the registry by its name. */
export async function findSecret(db: Kysely<Schema>, name: string): Promise<string | undefined> {
  const row = await db.selectFrom('secret').select('value').where('name', '=', name).executeTakeFirst();
  return row?.value;
}
