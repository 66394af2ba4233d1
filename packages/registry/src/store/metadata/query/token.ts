import type { Kysely, Selectable } from 'kysely';

import type { Schema } from '../schema.ts';
import { prepared } from './prepared.ts';

export type TokenRow = Selectable<Schema['token']>;

const tokenByHash = prepared((db, input: { readonly hash: string }) =>
  db.selectFrom('token').selectAll().where('hash', '=', input.hash),
);

const tokenById = prepared((db, input: { readonly id: string }) =>
  db.selectFrom('token').selectAll().where('id', '=', input.id),
);

export async function findTokenByHash(db: Kysely<Schema>, hash: string): Promise<TokenRow | undefined> {
  return (await tokenByHash(db, { hash }))[0];
}

export async function findToken(db: Kysely<Schema>, id: string): Promise<TokenRow | undefined> {
  return (await tokenById(db, { id }))[0];
}

/** All tokens, or a token and those made from it; oldest first. */
export async function listTokens(db: Kysely<Schema>, input: { readonly of?: string }): Promise<TokenRow[]> {
  const all = db.selectFrom('token').selectAll().orderBy('id');
  const { of } = input;
  if (of === undefined) return await all.execute();
  return await all.where((eb) => eb.or([eb('id', '=', of), eb('parent', '=', of)])).execute();
}
