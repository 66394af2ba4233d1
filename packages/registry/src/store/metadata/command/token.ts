import { type Kysely, sql } from 'kysely';

import { ashlarError } from '@ashlar/core/error';

import type { Schema } from '../schema.ts';

export interface NewToken {
  readonly now: number;
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  /** JSON array. */
  readonly scopes: string;
  readonly parent: string | null;
  readonly expiresAt: number | null;
}

/**
 * Stores a token. A parent that was revoked meanwhile has none any more: its revocation ended all that there was.
 * @throws ASH-AUTH-INVALID
 */
export async function createToken(db: Kysely<Schema>, input: NewToken): Promise<void> {
  if (input.parent !== null) {
    const parent = await db
      .selectFrom('token')
      .select('revoked_at')
      .where('id', '=', input.parent)
      .executeTakeFirst();
    if (parent?.revoked_at !== null) throw ashlarError('ASH-AUTH-INVALID', {});
  }
  await insertToken(db, input).execute();
}

/** Makes sure that a preset token exists as given, and that earlier presets of the same name and their children end. */
export async function presetToken(db: Kysely<Schema>, input: NewToken): Promise<void> {
  await endPresets(db, { ...input, except: input.hash });
  const { name, scopes, parent, expiresAt } = input;
  const changes = { name, scopes, parent, expires_at: expiresAt, revoked_at: null };
  await insertToken(db, input)
    .onConflict((conflict) => conflict.column('hash').doUpdateSet(changes))
    .execute();
}

/** Ends the presets of a name and all that came from them, except the one with the given hash. */
export async function endPresets(
  db: Kysely<Schema>,
  { now, name, except }: { readonly now: number; readonly name: string; readonly except?: string },
): Promise<void> {
  const earlier = await db
    .selectFrom('token')
    .select(['id', 'hash'])
    .where('name', '=', name)
    .where('revoked_at', 'is', null)
    .execute();
  for (const { id, hash } of earlier) if (hash !== except) await revokeFamily(db, now, id);
}

/** Revokes a token and all that came from it. @throws ASH-TOKEN-UNKNOWN */
export async function revokeToken(
  db: Kysely<Schema>,
  { now, id }: { readonly now: number; readonly id: string },
): Promise<void> {
  const found = await db.selectFrom('token').select('id').where('id', '=', id).executeTakeFirst();
  if (!found) throw ashlarError('ASH-TOKEN-UNKNOWN', { id });
  await revokeFamily(db, now, id);
}

async function revokeFamily(db: Kysely<Schema>, now: number, id: string): Promise<void> {
  await sql`
    with recursive family (id) as (
      select id from token where id = ${id}
      union all select token.id from token join family on token.parent = family.id
    )
    update token set revoked_at = ${now} where revoked_at is null and id in (select id from family)`.execute(
    db,
  );
}

/** Notes when tokens were last used; written in batches, so a few seconds late. */
export async function touchTokens(
  db: Kysely<Schema>,
  { uses }: { readonly uses: readonly { readonly id: string; readonly at: number }[] },
): Promise<void> {
  for (const { id, at } of uses) {
    await db.updateTable('token').set({ last_used_at: at }).where('id', '=', id).execute();
  }
}

/**
 * Redeems an authorisation code: it works once, and the token that it buys is made in the same transaction.
 * @throws ASH-OAUTH-REQUEST when the code was redeemed before; ASH-AUTH-INVALID
 */
export async function redeemCode(
  db: Kysely<Schema>,
  {
    code,
    codeExpiresAt,
    token,
  }: { readonly code: string; readonly codeExpiresAt: number; readonly token: NewToken },
): Promise<void> {
  await db.deleteFrom('used_code').where('expires_at', '<', token.now).execute();
  const { numInsertedOrUpdatedRows } = await db
    .insertInto('used_code')
    .values({ id: code, expires_at: codeExpiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (!numInsertedOrUpdatedRows)
    throw ashlarError('ASH-OAUTH-REQUEST', { reason: 'the code was used already' });
  await createToken(db, token);
}

/** Stores a secret unless one of that name exists, and returns the one that counts. */
export async function ensureSecret(
  db: Kysely<Schema>,
  { name, value }: { readonly name: string; readonly value: string },
): Promise<string> {
  await db
    .insertInto('secret')
    .values({ name, value })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await db
    .selectFrom('secret')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return row.value;
}

function insertToken(db: Kysely<Schema>, input: NewToken) {
  return db.insertInto('token').values({
    id: input.id,
    hash: input.hash,
    name: input.name,
    scopes: input.scopes,
    parent: input.parent,
    created_at: input.now,
    expires_at: input.expiresAt,
  });
}
