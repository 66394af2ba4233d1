import { afterAll, expect, it } from 'vitest';

import { soundArchives } from '../../packages/registry/src/intake/hostile-archive-cases.ts';
import { checkArchive, closePython } from '../fuzz/target/archive.ts';
import { describeWithTool } from '../support/tool.ts';

// Random archives are compared by the fuzz target `archive`.
describeWithTool('python3', 'P9: what is taken is the same for the readers of Python (T-04)', () => {
  afterAll(async () => await closePython());

  it.each(soundArchives)('%s', { timeout: 60_000 }, async (_, archive) => {
    expect(await checkArchive(archive)).toBe('taken');
  });
});
