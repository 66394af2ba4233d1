import { Worker } from 'node:worker_threads';

import { AshlarError, ashlarError } from '@ashlar/core/error';

import type { WriterData, WriterReply, WriterRequest, WriterRole } from './writer-protocol.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The thread that writes to one database. */
export interface WriterThread {
  /** Runs a command; resolves when its commit is on disk. @throws ASH-UNAVAILABLE when the thread has ended */
  run(name: string, input: unknown): Promise<unknown>;
  /** Writes what is queued, and ends. */
  close(): Promise<void>;
}

/** Starts the thread and waits until it has opened, made and migrated the database. @throws ASH-DATA-FORMAT */
export async function startWriter(path: string, role: WriterRole): Promise<WriterThread> {
  // In the bundle, which lies flat in one folder, it has the name that tools/bundle.js gives it.
  const file = import.meta.url.endsWith('.ts') ? './writer.ts' : './writer.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { path, role } satisfies WriterData,
    name: 'metadata-writer',
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let ended: Error | undefined;

  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const opened = new Promise<unknown>((resolve, reject) => waiting.set(0, { resolve, reject }));
  const end = (reason: string, cause?: unknown) => {
    ended ??= ashlarError('ASH-UNAVAILABLE', { reason }, { cause });
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.on('message', ({ id, value, error }: WriterReply) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) waiter?.resolve(value);
    else waiter?.reject('known' in error ? new AshlarError(error.known) : new Error(error.unknown));
  });
  worker.on('error', (cause) =>
    end('the writer of the metadata store has failed; start the server again', cause),
  );
  worker.on('exit', () => end('the metadata store is closed'));
  try {
    await opened;
  } catch (error) {
    // So that whoever is told finds the database free.
    await exited;
    throw error;
  }

  return {
    async run(name: string, input: unknown): Promise<unknown> {
      if (ended) throw ended;
      const request: WriterRequest = { id: nextId++, name, input };
      return await new Promise((resolve, reject) => {
        worker.postMessage(request);
        waiting.set(request.id, { resolve, reject });
      });
    },
    async close(): Promise<void> {
      if (!ended) worker.postMessage('close');
      await exited;
    },
  };
}
