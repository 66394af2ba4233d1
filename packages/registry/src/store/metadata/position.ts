import { type Kysely, type RawBuilder, sql } from 'kysely';

import type { Schema } from './schema.ts';

/** How far a database has come. */
export interface Position {
  /** ULID of the last batch of commands; empty where nobody mirrors it yet. */
  readonly batch: string;
  readonly number: number;
}

/** Undefined when the row is missing, which is nothing that Ashlar does. */
export async function readPosition(db: Kysely<Schema>): Promise<Position | undefined> {
  return await db.selectFrom('position').select(['batch', 'number']).executeTakeFirst();
}

export async function writePosition(db: Kysely<Schema>, { batch, number }: Position): Promise<void> {
  await db.deleteFrom('position').execute();
  await db.insertInto('position').values({ id: 1, batch, number }).execute();
}

/** Moves on by one batch, unless the condition says no; gives the new number, or nothing when it did not move. */
export async function movePosition(
  db: Kysely<Schema>,
  batch: string,
  condition: RawBuilder<boolean> = sql<boolean>`1 = 1`,
): Promise<number | undefined> {
  const row = await db
    .updateTable('position')
    .set(({ eb }) => ({ batch, number: eb('number', '+', 1) }))
    .where(condition)
    .returning('number')
    .executeTakeFirst();
  return row?.number;
}

/** Whether two databases have come equally far. Without a batch nothing is known about what they hold. */
export function isSamePosition(a: Position | undefined, b: Position | undefined): boolean {
  return a !== undefined && b !== undefined && a.batch === b.batch && a.batch !== '';
}
