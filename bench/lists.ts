/**
 * How long lists take at 10,000 modules of 20 versions, and whether memory stays flat while they are asked for.
 *
 *     node bench/lists.ts [--quick] [--only TEXT] [--rounds N] [--seconds N] [--seed N]
 *
 * The metadata is filled through the store's own commands. `wrk` asks over eight connections, each time for another of
 * 1,000 modules or for another page. Memory is what the process has for itself (RssAnon), without files of the database
 * that the system maps.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startAshlar } from './contestant/ashlar.ts';
import { fillMetadata } from './load/fill.ts';
import { wrk, type WrkResult } from './load/wrk.ts';
import { figure } from './measure/aim.ts';
import { readOptions, requireTools, withWorkFolder } from './measure/command.ts';
import { seededRandom } from './measure/random.ts';
import { type Cell, progress, report } from './measure/report.ts';
import { median } from './measure/statistics.ts';
import type { Program } from './program.ts';

const options = readOptions({ rounds: 3, seconds: 3 }, { rounds: 1, seconds: 1 });
requireTools(['wrk']);
const modules = options.quick ? 200 : 10_000;
const versions = options.quick ? 5 : 20;
const connections = 8;
const head = ['list', 'requests', 'p50', 'server µs per request', 'p95'];

await withWorkFolder('lists', run);

async function run(folder: string): Promise<void> {
  // The first start makes the data folder.
  const first = await startAshlar(folder);
  await first.program.stop();
  progress(`filling ${modules} modules × ${versions} versions`);
  const began = performance.now();
  const repositories = await fillMetadata(first.data, {
    namespaces: 50,
    modules,
    versions,
    seed: options.seed,
  });
  progress(`filled in ${figure((performance.now() - began) / 1000)} s`);

  const { program, url } = await startAshlar(folder);
  const lists = Object.entries(listsOf(repositories)).filter(([name]) => name.includes(options.only));
  const rows: Cell[][] = [];
  let before = 0;
  for (let pass = 0; pass < 2; pass++) {
    for (const [name, paths] of lists) {
      progress(`${name}, ${pass === 0 ? 'to warm up' : 'measured'}`);
      const file = join(folder, 'paths.txt');
      await writeFile(file, paths.join('\n'));
      const measured = await measure(url, program, file, options.rounds);
      if (pass === 1) rows.push(rowOf(name, measured));
    }
    if (pass === 0) before = program.memory().own;
  }
  const after = program.memory().own;
  const flat = { value: after / before, aim: { at: 'most', value: 1.2, unit: '×' } } as const;
  rows.push([`memory, from ${figure(before)} to ${figure(after)} MiB`, '', '', '', flat]);
  report(`Lists at ${modules} modules × ${versions} versions, ${connections} connections`, head, rows);
}

function listsOf(repositories: readonly string[]): Record<string, string[]> {
  const random = seededRandom(options.seed);
  const some = Array.from({ length: 1000 }, () => repositories[Math.floor(random() * repositories.length)]!);
  const page = (n: number) => some.map((name) => `/v2/_catalog?n=${n}&last=${encodeURIComponent(name)}`);
  return {
    'tags of a module': some.map((name) => `/v2/${name}/tags/list`),
    'versions of a module': some.map((name) => `/v1/modules/${name.slice('terraform/'.length)}/versions`),
    'catalog, a page of 100': page(100),
    'catalog, a page of 1,000': page(1000),
  };
}

interface Measured extends WrkResult {
  readonly serverSeconds: number;
}

async function measure(url: string, program: Program, paths: string, rounds: number): Promise<Measured[]> {
  const results: Measured[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = program.cpuSeconds();
    const result = await wrk(url, { connections, seconds: options.seconds, paths });
    results.push({ ...result, serverSeconds: program.cpuSeconds() - before });
  }
  return results;
}

function rowOf(name: string, measured: readonly Measured[]): Cell[] {
  const of = (value: (result: Measured) => number) => median(measured.map(value));
  return [
    name,
    `${figure(of(({ requests, seconds }) => requests / seconds))}/s`,
    `${figure(of(({ p50 }) => p50) / 1000)} ms`,
    figure(of(({ serverSeconds, requests }) => (serverSeconds * 1e6) / requests)),
    { value: of(({ p95 }) => p95) / 1000, aim: { at: 'most', value: 20, unit: 'ms' } },
  ];
}
