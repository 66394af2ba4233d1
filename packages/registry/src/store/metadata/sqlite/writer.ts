import { parentPort, workerData } from 'node:worker_threads';

import { AshlarError, ashlarError } from '@ashlar/core/error';

import { type CommandName, commands } from '../command/index.ts';
import { migrate } from '../migration/index.ts';
import { openWriter } from './connection.ts';
import { sqliteDialect } from './dialect.ts';
import type { WriterReply, WriterRequest } from './writer-protocol.ts';

/**
 * The worker thread that owns the writing connection, so that a slow `fsync` never blocks a request. Commands that
 * queued up while one commit was synced share the next commit; each has a savepoint of its own, so that one failing
 * does not touch the others. Nothing is acknowledged before the commit is on disk.
 */
const { path } = workerData as { path: string };
const { database, db } = openWriter(path);
const queue: WriterRequest[] = [];
const maxBatch = 128;
let running = false;

function reply(message: WriterReply): void {
  parentPort!.postMessage(message);
}

async function runOne(request: WriterRequest): Promise<WriterReply> {
  database.exec('savepoint command');
  try {
    const command = commands[request.name as CommandName] as (d: typeof db, input: unknown) => Promise<unknown>;
    const value = await command(db, request.input);
    database.exec('release command');
    return { id: request.id, value };
  } catch (error) {
    database.exec('rollback to command; release command');
    return { id: request.id, error: errorData(error) };
  }
}

async function runBatch(batch: readonly WriterRequest[]): Promise<WriterReply[]> {
  try {
    database.exec('begin immediate');
    const replies: WriterReply[] = [];
    // One after another on purpose: they share one connection.
    // oxlint-disable-next-line no-await-in-loop
    for (const request of batch) replies.push(await runOne(request));
    database.exec('commit');
    return replies;
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    return batch.map(({ id }) => ({ id, error: errorData(error) }));
  }
}

async function drain(): Promise<void> {
  if (running) return;
  running = true;
  while (queue.length > 0) {
    // oxlint-disable-next-line no-await-in-loop
    for (const message of await runBatch(queue.splice(0, maxBatch))) reply(message);
  }
  running = false;
}

function errorData(error: unknown): NonNullable<WriterReply['error']> {
  if (error instanceof AshlarError) return { known: error.toData() };
  const code = (error as { errcode?: number }).errcode;
  // SQLITE_FULL, and SQLITE_IOERR with what a full disk answers while the log is written.
  if (code === 13) return { known: ashlarError('ASH-STORAGE-FULL', {}).toData() };
  return { unknown: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

try {
  await migrate(db, sqliteDialect, path);
  parentPort!.on('message', (request: WriterRequest | 'close') => {
    if (request === 'close') {
      database.close();
      parentPort!.close();
      return;
    }
    queue.push(request);
    void drain();
  });
  reply({ id: 0 });
} catch (error) {
  reply({ id: 0, error: errorData(error) });
}
