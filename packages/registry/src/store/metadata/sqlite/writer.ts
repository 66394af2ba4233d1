import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';

import { crashPoint } from '../../../gateway/crash-point.ts';
import { type Command, commands } from '../command/index.ts';
import { migrate } from '../migration/index.ts';
import { mirrorCommands } from '../mirror/command.ts';
import { runBatch } from './batch.ts';
import { openWriter, type SqliteConnection } from './connection.ts';
import { sqliteDialect } from './dialect.ts';
import { errorData } from './failure.ts';
import type { WriterData, WriterReply, WriterRequest } from './writer-protocol.ts';

/**
 * The worker thread that owns the writing connection, so that a slow `fsync` never blocks a request. Commands that
 * queued up while one commit was synced share the next one. Nothing is acknowledged before its commit is on disk.
 */
const { path, role } = workerData as WriterData;
const known: Readonly<Record<string, Command>> = role === 'mirror' ? mirrorCommands : commands;
const port = parentPort!;
const maxBatch = 128;

type Message = WriterRequest | 'close';

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
    if (batch.length > 0)
      for (const reply of await runBatch(connection, batch, known)) port.postMessage(reply);
    if (message === 'close') {
      connection.database.close();
      port.close();
      return;
    }
    message ??= nextMessage();
  }
}

function nextMessage(): Message | undefined {
  return receiveMessageOnPort(port)?.message;
}

let connection: SqliteConnection | undefined;
try {
  const opened = openWriter(path, role);
  connection = opened;
  crashPoint('database.opened');
  await migrate(opened.db, sqliteDialect, path);
  crashPoint('database.migrated');
  let working = Promise.resolve();
  port.on('message', (message: Message) => {
    working = working.then(async () => await work(opened, message));
  });
  port.postMessage({ id: 0 } satisfies WriterReply);
} catch (error) {
  connection?.database.close();
  port.postMessage({ id: 0, error: errorData(error) } satisfies WriterReply);
}
