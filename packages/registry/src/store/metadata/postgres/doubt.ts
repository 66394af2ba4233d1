import { ashlarError } from '@ashlar/core/error';

import type { CommandCall, Outcome } from '../batch.ts';
import type { Position } from '../position.ts';
import type { Waiting } from './command-queue.ts';
import { commandError, unavailable } from './failure.ts';

/** A batch that may be committed and that the mirror does not have yet. Its callers wait, but not for ever. */
export interface Doubt {
  readonly position: Position;
  /** What succeeded, for the mirror. */
  readonly calls: readonly CommandCall[];
  /** Answers those who still wait. */
  settle(isCommitted: boolean): void;
}

/** Milliseconds until callers are answered that it is not known. */
const patience = 5_000;

export function createDoubt(
  batch: readonly Waiting[],
  outcomes: readonly Outcome[],
  position: Position,
): Doubt {
  const reason = 'the database went away in the middle of it, and whether it was done is not known yet';
  const notKnown = ashlarError('ASH-UNAVAILABLE', { reason });
  const timer = setTimeout(() => batch.forEach(({ reject }) => reject(notKnown)), patience);
  return {
    position,
    calls: batch.filter((_, i) => 'value' in outcomes[i]!).map(({ call }) => call),
    settle(isCommitted) {
      clearTimeout(timer);
      if (isCommitted) answer(batch, outcomes);
      else
        for (const { reject } of batch)
          reject(unavailable(new Error('the connection was lost before the commit')));
    },
  };
}

/** Tells each caller what came of its command. */
export function answer(batch: readonly Waiting[], outcomes: readonly Outcome[]): void {
  for (const [i, { resolve, reject }] of batch.entries()) {
    const outcome = outcomes[i]!;
    if ('value' in outcome) resolve(outcome.value);
    else reject(commandError(outcome.error));
  }
}
