import { setTimeout as sleep } from 'node:timers/promises';

import { ashlarError } from '@ashlar/core/error';

import { startWriterThread, type WriterThread } from './writer-thread.ts';

export type LastingWriter = Pick<WriterThread, 'run' | 'close'>;

/** Milliseconds before the thread is started again: the first time, and at most. */
const firstPause = 50;
const longestPause = 5_000;

/**
 * A writer that outlives its thread. When the thread ends by itself, the commands that it had fail, those that come
 * meanwhile are refused, and another one is started: at once, and ever more slowly while none of them gets anything
 * done. What the dead thread had not committed, SQLite rolled back.
 * @throws whatever keeps the first thread from opening the database
 */
export async function startLastingWriter(path: string): Promise<LastingWriter> {
  const closing = new AbortController();
  let pause = firstPause;
  let thread: WriterThread | undefined = await startWriterThread(path, 'record');
  const keeping = keep(thread);

  async function keep(first: WriterThread): Promise<void> {
    let current: WriterThread | undefined = first;
    while (!closing.signal.aborted) {
      await current?.ended;
      thread = undefined;
      await sleep(pause, undefined, { signal: closing.signal }).catch(() => undefined);
      if (closing.signal.aborted) return;
      pause = Math.min(pause * 2, longestPause);
      current = await startWriterThread(path, 'record').catch(() => undefined);
      thread = current;
    }
    // It came up while the store was being closed.
    await current?.close();
  }

  return {
    async run(name, input) {
      if (thread === undefined) {
        const reason = closing.signal.aborted
          ? 'the metadata store is closed'
          : 'the writer of the metadata store has ended and is being started again';
        throw ashlarError('ASH-UNAVAILABLE', { reason });
      }
      const value = await thread.run(name, input);
      pause = firstPause;
      return value;
    },
    async close() {
      closing.abort();
      await thread?.close();
      thread = undefined;
      await keeping;
    },
  };
}
