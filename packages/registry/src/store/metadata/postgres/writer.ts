import { type AshlarError, ashlarError } from '@ashlar/core/error';

import { crashPoint } from '../../../gateway/crash-point.ts';
import { jitter } from '../../../gateway/random.ts';
import type { CommandCall } from '../batch.ts';
import type { Mirror } from '../mirror/mirror.ts';
import { isSamePosition, readPosition } from '../position.ts';
import { runBatch } from './batch.ts';
import { type CommandQueue, createQueue, type Waiting } from './command-queue.ts';
import { answer, createDoubt, type Doubt } from './doubt.ts';
import { commandError, unavailable } from './failure.ts';
import type { Session } from './session.ts';

export interface WriterOptions {
  /** Gives a session that alone may write, with the newest schema. `onLost` is called when it ends, for any reason. */
  connect(onLost: () => void): Promise<Session>;
  readonly mirror: Pick<Mirror, 'position' | 'apply' | 'rebuild'>;
  /** A new ULID. */
  newId(): string;
  /** Milliseconds that commands wait while the connection is gone. */
  readonly patience?: number | undefined;
  /** Told the error when commands begin to fail for another reason than before, and nothing when they work again. */
  onChange?: ((outage: unknown) => void) | undefined;
}

export interface Writer {
  /** Resolves when the database is there and the mirror has all of it; rejects when the first attempt fails. */
  readonly first: Promise<void>;
  run(call: CommandCall): Promise<unknown>;
  /** Why commands fail for now. */
  outage(): string | undefined;
  /** Lets go of the connection and begins anew, mirror included. */
  reconnect(): void;
  /** Writes what is queued, if that is possible, and ends. */
  close(): Promise<void>;
}

const maxBatch = 128;
/** A client should not wait for what a restart does not bring back at once. */
const defaultPatience = 800;
/** Milliseconds between attempts to connect: at first, and at most. */
const [firstDelay, maxDelay] = [25, 500];
/** How often a command is begun when connections break under it before they commit. */
const maxAttempts = 3;

/** Keeps one connection that writes: each batch of commands runs there, then on the mirror, and then is answered. */
export function startPostgresWriter(options: WriterOptions): Writer {
  const queue = createQueue(options.patience ?? defaultPatience);
  const first = Promise.withResolvers<void>();
  // Who does not look at the first attempt is told by `onChange`.
  first.promise.catch(() => {});
  let session: Session | undefined;
  let outage: AshlarError | undefined;
  const change = (error: unknown) => {
    const next = error === undefined ? undefined : unavailable(error);
    if (next?.message !== outage?.message) options.onChange?.(error);
    outage = next;
  };

  const work = async () => {
    const batches = createBatches(queue, options);
    for (let failures = 0; !queue.isClosed; failures++) {
      try {
        session = await options.connect(() => queue.wake());
        await batches.settle(session);
        change(undefined);
        queue.resume();
        first.resolve();
        failures = 0;
        await batches.serve(session);
        await session.close();
      } catch (error) {
        session?.cut();
        change(error);
        queue.pause(unavailable(error));
        first.reject(error);
        await queue.rest(jitter(Math.min(firstDelay * 2 ** failures, maxDelay)));
      }
    }
    batches.end();
    queue.abandon();
  };

  const working = work();
  return {
    first: first.promise,
    run: async (call) => await queue.run(call),
    outage: () => (outage?.params as { reason: string } | undefined)?.reason,
    reconnect: () => session?.cut(),
    async close() {
      queue.close(ashlarError('ASH-UNAVAILABLE', { reason: 'the metadata store is closed' }));
      await working;
    },
  };
}

function createBatches(queue: CommandQueue, { mirror, newId }: WriterOptions) {
  let doubt: Doubt | undefined;
  const settleDoubt = (isCommitted: boolean) => {
    doubt?.settle(isCommitted);
    doubt = undefined;
  };

  async function write(session: Session, batch: readonly Waiting[]): Promise<void> {
    const calls = batch.map(({ call }) => call);
    const result = await runBatch(session, newId(), calls);
    if ('error' in result) {
      if (result.state === 'failed') return batch.forEach(({ reject }) => reject(commandError(result.error)));
      tryAgain(queue, batch, result.error);
      throw result.error;
    }
    if (result.position === undefined) return answer(batch, result.outcomes);
    doubt = createDoubt(batch, result.outcomes, result.position);
    if (result.state === 'unknown') throw new Error('the connection to PostgreSQL was lost in a commit');
    await mirror.apply({ ...doubt.position, calls: doubt.calls });
    for (const { name } of calls) crashPoint('mirror.applied', name);
    settleDoubt(true);
  }

  return {
    /** Finds out what became of the last batch, and brings the mirror to where the database is. */
    async settle(session: Session): Promise<void> {
      const position = await readPosition(session.db);
      const isCommitted = isSamePosition(position, doubt?.position);
      if (doubt && isCommitted) await mirror.apply({ ...doubt.position, calls: doubt.calls }).catch(() => {});
      if (!isSamePosition(position, mirror.position())) await mirror.rebuild(session);
      settleDoubt(isCommitted);
    },
    /** Returns when the queue is closed and empty. @throws when the connection is lost, or the mirror is damaged */
    async serve(session: Session): Promise<void> {
      for (;;) {
        const batch = await queue.take(maxBatch);
        if (session.isLost()) {
          queue.putBack(batch);
          throw new Error('the connection to PostgreSQL was lost');
        }
        if (batch.length > 0) await write(session, batch);
        else if (queue.isClosed) return;
      }
    },
    end: () => settleDoubt(false),
  };
}

/** Nothing of these was committed, so that they can be run once more. */
function tryAgain(queue: CommandQueue, batch: readonly Waiting[], error: unknown): void {
  for (const waiting of batch) {
    waiting.attempts += 1;
    if (waiting.attempts === maxAttempts) waiting.reject(unavailable(error));
  }
  queue.putBack(batch.filter(({ attempts }) => attempts < maxAttempts));
}
