import { setImmediate } from 'node:timers/promises';

/** How many rows are read or shown before others get a turn: a few milliseconds of work. */
export const rowsPerTurn = 2_000;

/**
 * Counts the rows of a long answer, and lets other requests have a turn after every {@link rowsPerTurn} of them: answers
 * of the store come at once, so that waiting for one of them gives nobody else a turn.
 */
export function takeTurns(): (rows: number) => Promise<void> {
  let since = 0;
  return async (rows) => {
    since += rows;
    if (since < rowsPerTurn) return;
    since = 0;
    await setImmediate();
  };
}
