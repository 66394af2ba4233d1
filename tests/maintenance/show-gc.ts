import { parseArgs } from 'node:util';

import { startTestServer } from '../support/server.ts';
import { soakCollector } from './collect-soak.ts';

/** `npm run show:gc -- --minutes 30 --seed 1`: the soak of the collector, P10. */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } },
});
const seed = Number(values.seed);
const server = await startTestServer();
const { violations, ...figures } = await soakCollector(server, Number(values.minutes) * 60, seed);
await server.stop();
console.table({ ...figures, violations: violations.length, minutes: Number(values.minutes), seed });
for (const violation of violations.slice(0, 20)) console.log(violation);
process.exitCode = violations.length === 0 && figures.orphans === 0 ? 0 : 1;
