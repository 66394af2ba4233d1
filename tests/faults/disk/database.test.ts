import { beforeAll, expect, it } from 'vitest';

import { describeWithTool } from '../../support/tool.ts';
import { type Random, randomOf } from '../operation/operation.ts';
import { type Event, recordDatabase } from './database-record.ts';
import { type Mutant, replay } from './database-replay.ts';

describeWithTool('strace', 'P3: a database whose disk forgets what was not synced', ({ strace }) => {
  let events: Event[];

  beforeAll(async () => {
    events = await recordDatabase(strace, 600);
  }, 120_000);

  /** Positions anywhere, and right behind each acknowledgement of a few. */
  function somewhere(random: Random, count: number): number[] {
    const marks = events.flatMap((event, at) => (event.kind === 'acknowledge' ? [at + 1] : []));
    const positions = Array.from({ length: count }, (_, i) =>
      i % 2 === 0 ? random.below(events.length + 1) : marks[random.below(marks.length)]!,
    );
    return positions.toSorted((a, b) => a - b);
  }

  it('is recorded with its commits, checkpoints and restarts', () => {
    const count = (test: (event: Event) => boolean) => events.filter(test).length;

    expect(count(({ kind }) => kind === 'acknowledge')).toBe(600);
    expect(count((event) => event.kind === 'sync' && event.name === 'metadata.db-wal')).toBeGreaterThan(150);
    expect(count((event) => event.kind === 'sync' && event.name === 'metadata.db')).toBeGreaterThan(3);
    expect(count(({ kind }) => kind === 'unlink')).toBeGreaterThan(2);
  });

  it(
    'is whole and holds all that was acknowledged, wherever the power goes',
    { timeout: 120_000 },
    async () => {
      const random = randomOf(1);

      expect(await replay(events, somewhere(random, 200), random.below)).toEqual([]);
    },
  );

  const mutants: Record<string, Mutant> = {
    'the log': (event) => event.kind === 'sync' && event.name === 'metadata.db-wal',
    'the database before the log begins anew': (event) =>
      event.kind === 'sync' && event.name === 'metadata.db',
    'the folder': ({ kind }) => kind === 'syncFolder',
  };

  it.each(Object.entries(mutants))(
    'notices when nobody syncs %s',
    { timeout: 120_000 },
    async (_what, mutant) => {
      const random = randomOf(2);

      expect(await replay(events, somewhere(random, 60), random.below, mutant)).not.toEqual([]);
    },
  );
});
