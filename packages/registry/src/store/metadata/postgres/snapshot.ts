import { sql } from 'kysely';

import { ashlarError } from '@ashlar/core/error';

import { currentSchema, migrate, migrationsUntil } from '../migration/index.ts';
import { readRows, type Snapshot, tableKeys, writeRows } from '../snapshot.ts';
import { postgresDialect } from './dialect.ts';
import { isOutage, isRefusal, messageOf, refusalError, sqlState } from './failure.ts';
import { openSession, type Session } from './session.ts';
import { takeWriterLock } from './writer-lock.ts';

const name = 'ashlar snapshot';

/**
 * Reads a database in one transaction on a connection of its own: a server goes on meanwhile and is not seen.
 * @throws ASH-CONFIG ASH-UNAVAILABLE
 */
export async function snapshotOf(url: string, shown = 'the database'): Promise<Snapshot> {
  const session = await open(url, shown);
  try {
    await session.control('begin isolation level repeatable read, read only');
    // The first read fixes what the transaction sees.
    const schema = await currentSchema(session.db);
    return { schema, pages: readRows(session.db), close: async () => await session.close() };
  } catch (error) {
    session.cut();
    throw sqlState(error) === undefinedTable ? emptyError(shown) : error;
  }
}

/**
 * Fills an empty database with the rows of a snapshot, all or none, and brings it to the newest schema.
 * @throws ASH-DATA-FORMAT when a newer program wrote the rows; ASH-DATABASE-LOCKED; ASH-CONFIG when it holds something;
 * ASH-UNAVAILABLE
 */
export async function restorePostgresMetadata(
  url: string,
  shown: string,
  snapshot: Omit<Snapshot, 'close'>,
): Promise<void> {
  const steps = migrationsUntil(snapshot.schema, shown);
  const session = await open(url, shown);
  try {
    await takeWriterLock(session, name, shown);
    await refuseFilled(session, shown);
    await migrate(session.db, postgresDialect, shown, steps);
    await session.control('begin');
    await writeRows(session.db, snapshot.pages);
    await session.control('commit');
    await migrate(session.db, postgresDialect, shown);
    await session.close();
  } catch (error) {
    session.cut();
    throw error;
  }
}

/** Says before a long work whether {@link restorePostgresMetadata} would be refused. @throws as it does */
export async function requireEmpty(url: string, shown: string): Promise<void> {
  const session = await open(url, shown);
  try {
    await takeWriterLock(session, name, shown);
    await refuseFilled(session, shown);
  } finally {
    await session.close();
  }
}

async function open(url: string, shown: string): Promise<Session> {
  try {
    return await openSession(url, name);
  } catch (error) {
    if (isRefusal(error)) throw refusalError(error, shown);
    if (!isOutage(error)) throw error;
    const reason = `${shown} cannot be reached (${messageOf(error)})`;
    throw ashlarError('ASH-UNAVAILABLE', { reason }, { cause: error });
  }
}

const undefinedTable = '42P01';

function emptyError(shown: string): Error {
  const reason = `${shown} holds no metadata of ashlar`;
  return ashlarError('ASH-CONFIG', { key: 'database', reason, fix: 'Name the database that holds them.' });
}

async function refuseFilled({ db }: Session, shown: string): Promise<void> {
  for (const table of Object.keys(tableKeys)) {
    const { rows: known } = await sql`select 1 where to_regclass(${table}) is not null`.execute(db);
    if (known.length === 0) continue;
    const { rows } = await sql`select 1 from ${sql.table(table)} limit 1`.execute(db);
    if (rows.length === 0) continue;
    const reason = `${shown} holds something already (in the table ${table})`;
    throw ashlarError('ASH-CONFIG', { key: 'database', reason, fix: 'Name an empty database.' });
  }
}
