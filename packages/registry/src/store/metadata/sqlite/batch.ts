import { AshlarError, ashlarError } from '@ashlar/core/error';

import { crashPoint } from '../../../gateway/crash-point.ts';
import { runInSavepoints } from '../batch.ts';
import { type Command, commands as allCommands } from '../command/index.ts';
import type { SqliteConnection } from './connection.ts';
import type { WriterReply, WriterRequest } from './writer-protocol.ts';

/** Result codes of SQLite, https://www.sqlite.org/rescode.html; the low byte is the primary one. */
const sqliteBusy = 5;
const sqliteIoError = 10;
const sqliteFull = 13;
const sqliteCannotOpen = 14;

/** Runs commands in one commit. When the commit itself fails, all have failed. */
export async function runBatch(
  { database, db }: SqliteConnection,
  batch: readonly WriterRequest[],
  commands: Readonly<Record<string, Command>> = allCommands,
): Promise<WriterReply[]> {
  const connection = {
    db,
    control: (statement: string) => database.exec(statement),
    // A full disk and the like end the whole transaction, and with it the commands before.
    goesOn: () => database.isTransaction,
  };
  try {
    database.exec('begin immediate');
    const outcomes = await runInSavepoints(connection, batch, commands);
    database.exec('commit');
    for (const { name } of batch) crashPoint('command.committed', name);
    return batch.map(({ id }, i) => {
      const outcome = outcomes[i]!;
      return 'error' in outcome ? { id, error: errorData(outcome.error) } : { id, value: outcome.value };
    });
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    return batch.map(({ id }) => ({ id, error: errorData(error) }));
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
