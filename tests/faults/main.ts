/**
 * The fault loops: `npm run faults [-- --seed 1 --iterations 500 --only F-01]`. Ends with 1 when a promise was broken.
 */
import { parseArgs } from 'node:util';

import { requireTool } from '../support/tool.ts';
import { auditEmbedded } from './audit.ts';
import { runLoop } from './loop.ts';
import { crashPlan, stracePlan } from './plan.ts';
import { launchEmbedded } from './server.ts';
import { formatTable, summarise } from './table.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    iterations: { type: 'string', default: '500' },
    only: { type: 'string', default: 'F-' },
    place: { type: 'string', default: '' },
    what: { type: 'string', default: '' },
  },
});
const seed = Number(values.seed);
const strace = requireTool('strace');
if (strace === undefined) console.log('without strace: it is not in PATH');
const series = [...crashPlan(), ...(strace === undefined ? [] : stracePlan(strace))].filter(
  ({ fault, place, what }) =>
    fault.startsWith(values.only) && place.includes(values.place) && what.includes(values.what),
);
console.log(`seed ${seed}, ${series.length} series`);
const rows = await runLoop({
  seed,
  installation: { launch: launchEmbedded, audit: auditEmbedded },
  series,
  iterations: Number(values.iterations),
  report: (text) => console.log(text),
});

console.log(`\n${formatTable(rows.toSorted((a, b) => (a.fault + a.what).localeCompare(b.fault + b.what)))}`);
console.log(`\n${formatTable(summarise(rows))}`);
const violations = rows.flatMap((row) =>
  row.violations.map((text) => `${row.fault} ${row.place}, ${row.what}: ${text}`),
);
const total = rows.reduce((sum, row) => sum + row.iterations, 0);
console.log(`\nseed ${seed}: ${total} iterations, ${violations.length} violations`);
for (const violation of violations) console.log(`  ${violation}`);
process.exitCode = violations.length === 0 ? 0 : 1;
