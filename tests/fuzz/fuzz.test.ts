import { randomInt } from 'node:crypto';

import { afterAll, describe, expect, it } from 'vitest';

import { fuzz, keptInputs } from './fuzz.ts';
import { targets } from './targets.ts';

/** `npm run fuzz` takes its time; here each target only shows that it still works. */
const short = { runs: 150, milliseconds: 5_000 };

afterAll(async () => {
  for (const target of targets) await target.close?.();
});

describe.each(targets)('$name', (target) => {
  it('keeps its promises for inputs that broke one before', async () => {
    for (const [file, input] of await keptInputs(target.name)) {
      await expect(Promise.resolve(target.check(input as never)), file).resolves.toBeUndefined();
    }
  });

  it('keeps its promises for new inputs', { timeout: 60_000 }, async () => {
    const seed = randomInt(2 ** 31);
    const { runs, failure } = await fuzz(target, { ...short, seed });

    expect({ seed, failure }).toEqual({ seed });
    expect(runs).toBeGreaterThan(0);
  });
});
