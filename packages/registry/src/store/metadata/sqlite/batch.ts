import { crashPoint } from '../../../gateway/crash-point.ts';
import { runInSavepoints } from '../batch.ts';
import { type Command, commands as allCommands } from '../command/index.ts';
import type { SqliteConnection } from './connection.ts';
import { errorData } from './failure.ts';
import type { WriterReply, WriterRequest } from './writer-protocol.ts';

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
