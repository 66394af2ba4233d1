/**
 * Prints how long a start and a publish take and what an idle server costs, and fails when a figure misses its aim.
 *
 *     node bench/figures.ts [--json]
 *
 * Start: from the spawn of `ashlar serve` to its first answer on /readyz, the second start of a data folder (the first
 * one also compiles and makes a certificate), median of 7. Memory: resident set after three seconds without requests.
 * Publish: 100 modules of 200 KB that do not compress, through PUT /api/v1/version, one after another, each
 * acknowledged after its bytes are synced; 95th percentile.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { packZip } from '@ashlar/registry/intake';

interface Figure {
  readonly name: string;
  readonly value: number;
  readonly aim: number;
  readonly unit: string;
}

const bin = new URL('../packages/cli/bin/ashlar.js', import.meta.url).pathname;
const data = await mkdtemp(join(tmpdir(), 'ashlar-figures-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const starts: number[] = [];
const figures: Figure[] = [];
let server = await start();
await stop(server.process);
for (let i = 0; i < 7; i++) {
  server = await start();
  starts.push(server.milliseconds);
  if (i < 6) await stop(server.process);
}
try {
  figures.push({ name: 'start, median of 7', value: median(starts), aim: 500, unit: 'ms' });
  await sleep(3000);
  figures.push({
    name: 'idle memory',
    value: await residentMegabytes(server.process),
    aim: 120,
    unit: 'MiB',
  });
  const times = await publishTimes(100);
  figures.push({
    name: 'publish 200 KB acknowledged, p95 of 100',
    value: percentile(times, 95),
    aim: 300,
    unit: 'ms',
  });
  figures.push({ name: 'publish 200 KB acknowledged, median', value: median(times), aim: 300, unit: 'ms' });
} finally {
  await stop(server.process);
  await rm(data, { recursive: true, force: true });
}
report(figures);

async function start(): Promise<{ process: ChildProcess; milliseconds: number }> {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [
      bin,
      'serve',
      '--data',
      data,
      '--listen',
      `127.0.0.1:${port}`,
      '--listen-tls',
      '127.0.0.1:0',
      '--log-level',
      'silent',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  while (child.exitCode === null) {
    const ready = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return { process: child, milliseconds: performance.now() - began };
    await sleep(2);
  }
  throw new Error(`ashlar serve ended with ${child.exitCode}`);
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function publishTimes(count: number): Promise<number[]> {
  const token = (await readFile(join(data, 'admin-token'), 'utf8')).trim();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const zip = await packZip([
      { path: 'main.tf', executable: false, bytes: Buffer.from(`# module ${i}\n`) },
      { path: 'data.bin', executable: false, bytes: randomBytes(200_000) },
    ]);
    const began = performance.now();
    const response = await fetch(`${url}/api/v1/version?ref=terraform/bench/module${i % 10}/test@1.${i}.0`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/zip' },
      body: new Uint8Array(zip),
    });
    if (response.status !== 201) throw new Error(await response.text());
    times.push(performance.now() - began);
  }
  return times;
}

async function residentMegabytes(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)![1]) / 1024;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return address.port;
}

function median(values: readonly number[]): number {
  return percentile(values, 50);
}

function percentile(values: readonly number[], percent: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil((values.length * percent) / 100) - 1]!;
}

function report(all: readonly Figure[]): void {
  if (process.argv.includes('--json')) console.log(JSON.stringify(all));
  for (const { name, value, aim, unit } of process.argv.includes('--json') ? [] : all) {
    console.log(
      `${value <= aim ? 'ok  ' : 'MISS'}  ${name.padEnd(42)} ${value.toFixed(0).padStart(5)} ${unit}  (aim: at most ${aim})`,
    );
  }
  if (all.some(({ value, aim }) => value > aim)) process.exitCode = 1;
}
