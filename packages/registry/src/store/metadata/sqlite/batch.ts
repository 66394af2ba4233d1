import { AshlarError, ashlarError } from '@ashlar/core/error';

import { crashPoint } from '../../../gateway/crash-point.ts';
import { type CommandName, commands } from '../command/index.ts';
import type { SqliteConnection } from './connection.ts';
import type { WriterReply, WriterRequest } from './writer-protocol.ts';

/** Result codes of SQLite, https://www.sqlite.org/rescode.html; the low byte is the primary one. */
const sqliteBusy = 5;
const sqliteIoError = 10;
const sqliteFull = 13;
const sqliteCannotOpen = 14;

/**
 * Runs commands in one commit, each in a savepoint of its own, so that one failing does not touch the others. When the
 * commit itself fails, all have failed.
 */
export async function runBatch(
  connection: SqliteConnection,
  batch: readonly WriterRequest[],
): Promise<WriterReply[]> {
  const { database } = connection;
  try {
    database.exec('begin immediate');
    const replies: WriterReply[] = [];
    // One after another on purpose: they share one connection.
    for (const request of batch) replies.push(await runOne(connection, request));
    database.exec('commit');
    for (const { name } of batch) crashPoint('command.committed', name);
    return replies;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    return batch.map(({ id }) => ({ id, error: errorData(error) }));
  }
}

async function runOne({ database, db }: SqliteConnection, request: WriterRequest): Promise<WriterReply> {
  database.exec('savepoint command');
  crashPoint('command.begun', request.name);
  try {
    const command = commands[request.name as CommandName] as (
      d: typeof db,
      input: unknown,
    ) => Promise<unknown>;
    const value = await command(db, request.input);
    database.exec('release command');
    crashPoint('command.done', request.name);
    return { id: request.id, value };
  } catch (error) {
    // A full disk and the like end the whole transaction, and with it the commands before this one.
    if (!database.isTransaction) throw error;
    database.exec('rollback to command; release command');
    return { id: request.id, error: errorData(error) };
  }
}

/** What crosses the thread of an error. */
export function errorData(error: unknown): NonNullable<WriterReply['error']> {
  if (error instanceof AshlarError) return { known: error.toData() };
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  if (code === sqliteFull) return { known: ashlarError('ASH-STORAGE-FULL', {}).toData() };
  if (code === sqliteBusy) {
    const reason = 'another program is writing to the metadata database';
    return { known: ashlarError('ASH-UNAVAILABLE', { reason }).toData() };
  }
  if (code === sqliteIoError || code === sqliteCannotOpen) {
    const reason = `the metadata database reports: ${(error as Error).message}`;
    return { known: ashlarError('ASH-UNAVAILABLE', { reason }).toData() };
  }
  return { unknown: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
