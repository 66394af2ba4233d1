/**
 * The fault loops: `npm run faults [-- --seed 1 --iterations 500 --minutes 30 --only F-01
 * --place blob.renamed --what upload]`. Ends with 1 when a promise was broken.
 */
import { parseArgs } from 'node:util';

import { requireTool } from '../support/tool.ts';
import { auditEmbedded } from './audit.ts';
import { whyNoSmallDisk } from './full-disk-series.ts';
import { runLoop } from './loop.ts';
import { crashPlan, stracePlan, worldPlan } from './plan.ts';
import { launchEmbedded } from './server.ts';
import { formatTable, summarise } from './table.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    iterations: { type: 'string', default: '500' },
    only: { type: 'string', default: 'F-' },
    place: { type: 'string', default: '' },
    what: { type: 'string', default: '' },
    minutes: { type: 'string', default: '600' },
  },
});
const seed = Number(values.seed);
const installation = { launch: launchEmbedded, audit: auditEmbedded };
const strace = requireTool('strace');
if (strace === undefined) console.log('without strace: it is not in PATH');
const reason = await whyNoSmallDisk();
if (reason !== undefined) console.log(`without a full disk: ${reason}`);
const series = [
  ...crashPlan(),
  ...(strace === undefined ? [] : stracePlan(strace)),
  ...worldPlan(installation, reason === undefined),
].filter(
  ({ fault, place, what }) =>
    fault.startsWith(values.only) && place.includes(values.place) && what.includes(values.what),
);
console.log(`seed ${seed}, ${series.length} series`);
const rows = await runLoop({
  seed,
  installation,
  series,
  iterations: Number(values.iterations),
  budget: Number(values.minutes) * 60_000,
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
