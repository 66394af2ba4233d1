import { Worker } from 'node:worker_threads';

import { AshlarError, ashlarError } from '@ashlar/core/error';

import type { WriterData, WriterReply, WriterRequest, WriterRole } from './writer-protocol.ts';

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** One life of the thread that writes. */
export interface WriterThread {
  /** @throws ASH-UNAVAILABLE when the thread ends first: nobody knows then whether the command was done */
  run(name: string, input: unknown): Promise<unknown>;
  /** Lets it finish what was queued. */
  close(): Promise<void>;
  /** Resolves when the thread is gone, however that happens. */
  readonly ended: Promise<void>;
}

/**
 * Starts the thread, which opens and migrates the database.
 * @throws ASH-DATA-FORMAT and whatever else keeps the database from being opened
 */
export async function startWriterThread(path: string, role: WriterRole): Promise<WriterThread> {
  // In the bundle, which lies flat in one folder, it has the name that tools/bundle.js gives it.
  const file = import.meta.url.endsWith('.ts') ? './writer.ts' : './writer.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { path, role } satisfies WriterData,
    name: 'metadata-writer',
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  });
  const waiting = new Map<number, Waiting>();
  let nextId = 1;
  let failure: Error | undefined;

  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const opened = new Promise<unknown>((resolve, reject) => waiting.set(0, { resolve, reject }));
  const fail = (cause?: unknown) => {
    const reason = 'the writer of the metadata store has ended, and nobody knows whether this was done';
    failure ??= ashlarError('ASH-UNAVAILABLE', { reason }, { cause });
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  worker.on('message', ({ id, value, error }: WriterReply) => {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) waiter?.resolve(value);
    else waiter?.reject('known' in error ? new AshlarError(error.known) : new Error(error.unknown));
  });
  worker.on('error', (cause) => {
    fail(cause);
    void worker.terminate();
  });
  worker.on('exit', () => fail());
  try {
    await opened;
  } catch (error) {
    // So that whoever is told finds the database free.
    await ended;
    throw error;
  }

  return {
    ended,
    async run(name, input) {
      if (failure) throw failure;
      const request: WriterRequest = { id: nextId++, name, input };
      return await new Promise((resolve, reject) => {
        worker.postMessage(request);
        waiting.set(request.id, { resolve, reject });
      });
    },
    async close() {
      if (!failure) worker.postMessage('close');
      await ended;
    },
  };
}
