/** `npm run fuzz -- --seconds 60 --seed 1 --target archive`: every target for so long, or one of them. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

import { fuzz } from './fuzz.ts';
import { targets } from './targets.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    target: { type: 'string', multiple: true },
  },
});
const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
const chosen = targets.filter(({ name }) => values.target?.includes(name) ?? true);
if (chosen.length === 0 || !Number.isInteger(seed) || !(Number(values.seconds) > 0)) {
  console.error(
    `Usage: npm run fuzz -- [--seconds N] [--seed S] [--target ${targets.map(({ name }) => name).join('|')}]`,
  );
  process.exit(2);
}

console.log(`seed ${seed}, ${values.seconds} s for each of ${chosen.length} targets`);
for (const target of chosen) {
  const { runs, failure } = await fuzz(target, { seed, milliseconds: Number(values.seconds) * 1000 });
  await target.close?.();
  console.log(
    `${target.name.padEnd(12)} ${String(runs).padStart(9)} inputs  ${failure ? `BROKEN ${failure.reason}\n  kept in ${failure.file}` : 'fine'}`,
  );
  if (failure) process.exitCode = 1;
}
