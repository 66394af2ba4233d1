/**
 * The fault loops: `npm run faults [-- --seed 1 --iterations 500 --minutes 30 --only F-01
 * --place blob.renamed --what upload]`. Ends with 1 when a promise was broken. Where PostgreSQL is installed, the crashes come
 * again with metadata there and blobs in a bucket: `--what PostgreSQL` for those alone.
 */
import { parseArgs } from 'node:util';

import { requireTool } from '../support/tool.ts';
import { auditEmbedded } from './audit.ts';
import { whyNoSmallDisk } from './full-disk-series.ts';
import { runLoop } from './loop.ts';
import { crashPlan, secondStorePlan, stracePlan, worldPlan } from './plan.ts';
import { startSecondStores } from './second-stores.ts';
import type { Series } from './series.ts';
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
const isWanted = ({ fault, place, what }: Series) =>
  fault.startsWith(values.only) && place.includes(values.place) && what.includes(values.what);
const series = [
  ...crashPlan(),
  ...(strace === undefined ? [] : stracePlan(strace)),
  ...worldPlan(installation, reason === undefined),
].filter(isWanted);
const postgres = requireTool('postgres');
if (postgres === undefined) console.log('without PostgreSQL and S3: postgres is not installed');
const secondSeries = postgres === undefined ? [] : secondStorePlan().filter(isWanted);
console.log(`seed ${seed}, ${series.length} series, ${secondSeries.length} with PostgreSQL and S3`);
const minutes = Number(values.minutes);
const report = (text: string) => console.log(text);
// A third of the time is for the second drivers.
const firstBudget = (secondSeries.length === 0 ? minutes : (minutes * 2) / 3) * 60_000;
const end = performance.now() + minutes * 60_000;
const iterations = Number(values.iterations);
const rows =
  series.length === 0
    ? []
    : await runLoop({ seed, installation, series, iterations, budget: firstBudget, report });
if (postgres !== undefined && secondSeries.length > 0) {
  const second = await startSecondStores(postgres);
  const done = rows.reduce((sum, row) => sum + row.iterations, 0);
  try {
    rows.push(
      ...(await runLoop({
        seed,
        installation: second,
        series: secondSeries,
        iterations: iterations - done,
        budget: end - performance.now(),
        report,
      })),
    );
  } finally {
    await second.stop();
  }
}

console.log(`\n${formatTable(rows.toSorted((a, b) => (a.fault + a.what).localeCompare(b.fault + b.what)))}`);
console.log(`\n${formatTable(summarise(rows))}`);
const violations = rows.flatMap((row) =>
  row.violations.map((text) => `${row.fault} ${row.place}, ${row.what}: ${text}`),
);
const total = rows.reduce((sum, row) => sum + row.iterations, 0);
console.log(`\nseed ${seed}: ${total} iterations, ${violations.length} violations`);
for (const violation of violations) console.log(`  ${violation}`);
process.exitCode = violations.length === 0 ? 0 : 1;
