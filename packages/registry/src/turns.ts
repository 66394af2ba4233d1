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

/** Reads a long list page by page, each behind the last row of the one before, and lets others have their turns. */
export async function* inPages<Row>(
  limit: number,
  read: (after: Row | undefined) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  const afterRows = takeTurns();
  let page: Row[];
  let last: Row | undefined;
  do {
    page = await read(last);
    yield page;
    last = page.at(-1);
    await afterRows(page.length);
  } while (page.length === limit);
}
