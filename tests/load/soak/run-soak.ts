import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { serve, type Served } from '../served.ts';
import { startIdleLoop } from './idle-loop.ts';
import { createWorld, operations, type World } from './operation.ts';
import { type Bounds, type Finding, judge, type Sample } from './verdict.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly bounds: Bounds;
  /** Told about each sample as it is taken. */
  readonly onSample?: (sample: Sample) => void;
}

export interface SoakResult {
  readonly samples: readonly Sample[];
  readonly findings: readonly Finding[];
  /** How often each operation was done. */
  readonly counts: ReadonlyMap<string, number>;
  /** Different errors, the first ten. */
  readonly errors: readonly string[];
}

/** Clients at the same time, each of which rests a moment between two operations. */
const clients = 4;
const rest = 25;
/** Seconds between two samples, at most; and how many there are at least. */
const sampleInterval = 10;
const fewestSamples = 24;
/** Seconds between two collections, where the server has them. */
const collectInterval = 30;

/** Lets a mix of clients at a server for a while and watches what it uses. */
export async function soak({ minutes, bounds, onSample }: SoakOptions): Promise<SoakResult> {
  await using server = await serve();
  const world = createWorld(server.url, server.token);
  const quiet = await server.usage();
  const end = performance.now() + minutes * 60_000;
  const log = createLog();
  const work = Promise.all([
    ...Array.from({ length: clients }, async () => await client(world, end, log)),
    collector(world, end, log),
  ]);
  const samples = await sampleUntil(server, end, log, onSample);
  await work;
  world.agent.destroy();
  const findings = [...judge(samples, bounds), await descriptorsLeft(server, quiet.descriptors)];
  return { samples, findings, counts: log.counts, errors: [...log.errors] };
}

interface Log {
  readonly counts: Map<string, number>;
  readonly errors: Set<string>;
  failures: number;
}

function createLog(): Log {
  return { counts: new Map(), errors: new Set(), failures: 0 };
}

async function client(world: World, end: number, log: Log): Promise<void> {
  while (performance.now() < end) {
    const [name, run] = draw();
    await attempt(name, log, async () => await run(world));
    await sleep(rest);
  }
}

async function attempt(name: string, log: Log, run: () => Promise<void>): Promise<void> {
  try {
    await run();
    log.counts.set(name, (log.counts.get(name) ?? 0) + 1);
  } catch (error) {
    log.failures += 1;
    if (log.errors.size < 10) log.errors.add(`${name}: ${String(error)}`);
  }
}

function draw() {
  let left = randomInt(
    0,
    operations.reduce((sum, [, weight]) => sum + weight, 0),
  );
  const [name, , run] = operations.find(([, weight]) => (left -= weight) < 0)!;
  return [name, run] as const;
}

/** Collects what nobody needs any more, on servers that can. */
async function collector({ api }: World, end: number, log: Log): Promise<void> {
  let isThere = true;
  for (let next = collectInterval; isThere && performance.now() < end; next += 1) {
    await sleep(1_000);
    if (next % collectInterval !== 0) continue;
    await attempt('collect', log, async () => {
      const { status } = await api('POST', '/api/v1/gc', { expect: [200, 202, 404] });
      isThere = status !== 404;
    });
  }
  if (!isThere) log.counts.delete('collect');
}

async function sampleUntil(
  server: Served,
  end: number,
  log: Log,
  onSample: SoakOptions['onSample'],
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const idle = startIdleLoop();
  const begin = performance.now();
  const interval = Math.min(sampleInterval * 1000, (end - begin) / fewestSamples);
  for (let next = begin + interval; next <= end + 1; next += interval) {
    await sleep(Math.max(next - performance.now(), 0));
    const done = [...log.counts.values()].reduce((sum, count) => sum + count, 0);
    const at = Math.round((performance.now() - begin) / 1000);
    const sample = { ...(await server.usage()), idleP99: await idle.p99(), at, done, errors: log.failures };
    samples.push(sample);
    onSample?.(sample);
  }
  await idle.stop();
  return samples;
}

/** When nobody asks for anything any more, nothing may be left open. */
async function descriptorsLeft(server: Served, before: number): Promise<Finding> {
  let value = Number.NaN;
  for (let tries = 0; tries < 20 && !(value <= 2); tries++) {
    await sleep(1_000);
    value = (await server.usage()).descriptors - before;
  }
  return { what: 'descriptors left open', value, bound: 2 };
}
