import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';

import { AshlarError, ashlarError } from '@ashlar/core/error';

import { type CommandName, commands } from '../command/index.ts';
import { migrate } from '../migration/index.ts';
import { openWriter, type SqliteConnection } from './connection.ts';
import { sqliteDialect } from './dialect.ts';
import type { WriterReply, WriterRequest } from './writer-protocol.ts';

/**
 * The worker thread that owns the writing connection, so that a slow `fsync` never blocks a request. Commands that
 * queued up while one commit was synced share the next commit; each has a savepoint of its own, so that one failing
 * does not touch the others. Nothing is acknowledged before the commit is on disk.
 */
const { path } = workerData as { path: string };
const port = parentPort!;
const maxBatch = 128;

type Message = WriterRequest | 'close';

/** Result codes of SQLite, https://www.sqlite.org/rescode.html; the low byte is the primary one. */
const sqliteBusy = 5;
const sqliteFull = 13;

async function runOne({ database, db }: SqliteConnection, request: WriterRequest): Promise<WriterReply> {
  database.exec('savepoint command');
  try {
    const command = commands[request.name as CommandName] as (
      d: typeof db,
      input: unknown,
    ) => Promise<unknown>;
    const value = await command(db, request.input);
    database.exec('release command');
    return { id: request.id, value };
  } catch (error) {
    // A full disk and the like end the whole transaction, and with it the commands before this one.
    if (!database.isTransaction) throw error;
    database.exec('rollback to command; release command');
    return { id: request.id, error: errorData(error) };
  }
}

async function runBatch(
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
    return replies;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    return batch.map(({ id }) => ({ id, error: errorData(error) }));
  }
}

/**
 * Works off the given message and all that wait behind it. They are taken from the port by hand: a command never lets
 * go of the thread, so that no event would bring them before the commit.
 */
async function work(connection: SqliteConnection, first: Message): Promise<void> {
  let message: Message | undefined = first;
  while (message !== undefined) {
    const batch: WriterRequest[] = [];
    while (message !== undefined && message !== 'close' && batch.length < maxBatch) {
      batch.push(message);
      message = nextMessage();
    }
    if (batch.length > 0) for (const reply of await runBatch(connection, batch)) port.postMessage(reply);
    if (message === 'close') {
      connection.database.close();
      port.close();
      return;
    }
    message ??= nextMessage();
  }
}

function nextMessage(): Message | undefined {
  return (receiveMessageOnPort(port) as { message: Message } | undefined)?.message;
}

function errorData(error: unknown): NonNullable<WriterReply['error']> {
  if (error instanceof AshlarError) return { known: error.toData() };
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  if (code === sqliteFull) return { known: ashlarError('ASH-STORAGE-FULL', {}).toData() };
  if (code === sqliteBusy) {
    const reason = 'another program is writing to the metadata database';
    return { known: ashlarError('ASH-UNAVAILABLE', { reason }).toData() };
  }
  return { unknown: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

try {
  const connection = openWriter(path);
  await migrate(connection.db, sqliteDialect, path);
  let working = Promise.resolve();
  port.on('message', (message: Message) => {
    working = working.then(async () => await work(connection, message));
  });
  port.postMessage({ id: 0 } satisfies WriterReply);
} catch (error) {
  port.postMessage({ id: 0, error: errorData(error) } satisfies WriterReply);
}
