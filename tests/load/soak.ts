/**
 * Lets a mix of clients at a server of its own for a while, prints what it used, and fails when memory or descriptors
 * grew, the event loop was blocked, or anything went wrong.
 *
 *     npm run show:soak [-- --minutes 30]
 *
 * Memory is what is the process's own: files that the database maps into memory do not count. It may grow by 32 MiB
 * from the end of the first third, the warm-up, to the end, by the least-squares line through the samples: the heap goes
 * up and down by as much between two collections. Where other programs keep the processors busy, the event loop waits
 * for them too: the last column is that of a thread with nothing to do, and the middle difference may be 100 ms.
 */
import { parseArgs } from 'node:util';

import { soak } from './soak/run-soak.ts';
import type { Sample } from './soak/verdict.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes} is not a number of minutes`);

console.log(
  '   time  operations  errors   own MiB  resident MiB  descriptors  event loop p99 ms  idle p99 ms',
);
const { findings, counts, errors } = await soak({
  minutes,
  bounds: { growth: 32, descriptors: 8, eventLoopP99: 100 },
  onSample: print,
});
for (const [name, count] of counts) console.log(`${String(count).padStart(8)}  ${name}`);
for (const error of errors) console.log(`error: ${error}`);
for (const { what, value, bound } of findings) {
  const verdict = value <= bound ? 'ok  ' : 'MISS';
  console.log(`${verdict}  ${what.padEnd(44)} ${value.toFixed(1).padStart(8)}  (at most ${bound})`);
}
process.exitCode = findings.every(({ value, bound }) => value <= bound) ? 0 : 1;

function print({
  at,
  done,
  errors: failures,
  own,
  resident,
  descriptors,
  eventLoopP99,
  idleP99,
}: Sample): void {
  const cells: [number, number][] = [
    [done, 12],
    [failures, 8],
    [own, 10],
    [resident, 14],
    [descriptors, 13],
    [eventLoopP99, 19],
    [idleP99, 13],
  ];
  const time = `${Math.floor(at / 60)}:${String(at % 60).padStart(2, '0')}`.padStart(7);
  console.log(time + cells.map(([value, width]) => value.toFixed(0).padStart(width)).join(''));
}
