import fc from 'fast-check';

import { playSteps, step } from './disk/blob-store-model.ts';
import { recordDatabase } from './disk/database-record.ts';
import { replay } from './disk/database-replay.ts';
import type { Series } from './series.ts';
import { Violation } from './violation.ts';

/** F-03: the power goes, and the disk forgets what was not synced, or a part of it. */
export const blobPowerSeries: Series = {
  fault: 'F-03',
  place: 'a disk that forgets',
  what: 'blob store, 100 histories',
  places: 4,
  async run({ random }) {
    const histories = fc.array(step, { minLength: 1, maxLength: 12 });
    let cuts = 0;
    const played = fc.asyncProperty(histories, async (steps) => {
      cuts += await playSteps(steps);
    });
    const result = await fc.check(played, { numRuns: 100, seed: random.below(2 ** 31) });
    if (result.failed) throw new Violation(fc.defaultReportMessage(result) ?? 'a history failed');
    return cuts > 0;
  },
};

/** The same for the database: what a run did to its files is recorded, and replayed up to a moment of it. */
export function databasePowerSeries(strace: string): Series {
  return {
    fault: 'F-03',
    place: 'a disk that forgets',
    what: 'database, 60 moments',
    places: 1,
    async run({ random }) {
      const events = await recordDatabase(strace, 200);
      const acknowledged = events.flatMap(({ kind }, at) => (kind === 'acknowledge' ? [at + 1] : []));
      const cuts = Array.from({ length: 60 }, (_, i) =>
        i % 2 === 0 ? random.below(events.length + 1) : acknowledged[random.below(acknowledged.length)]!,
      );
      const problems = await replay(
        events,
        cuts.toSorted((a, b) => a - b),
        random.below,
      );
      if (problems.length > 0) throw new Violation(problems.slice(0, 3).join('; '));
      return acknowledged.length > 0;
    },
  };
}
