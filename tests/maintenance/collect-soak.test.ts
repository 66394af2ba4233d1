import { expect, it } from 'vitest';

import { startTestServer } from '../support/server.ts';
import { soakCollector } from './collect-soak.ts';

// `npm run show:gc -- --minutes 30` is the long form.
it('P10: the collector never removes what is named or under way', { timeout: 120_000 }, async () => {
  const server = await startTestServer();
  try {
    const figures = await soakCollector(server, 12, 1);

    expect(figures.violations).toEqual([]);
    expect(figures.orphans).toBe(0);
    expect(figures.pushes).toBeGreaterThan(20);
    expect(figures.deletions).toBeGreaterThan(5);
    expect(figures.collected).toBeGreaterThan(0);
  } finally {
    await server.stop();
  }
});
