/**
 * How long a start and a publish take, and what memory an idle server and 64 large transfers need.
 *
 *     node bench/figures.ts [--quick]
 *
 * Start: from the spawn of `ashlar serve` to its first answer on /readyz, later starts of a data folder (the first one
 * also compiles and makes a certificate). Idle memory: resident set after three seconds without requests. Publish:
 * modules of 200 KB that do not compress, through PUT /api/v1/version, one after another, each acknowledged after its
 * bytes are synced. Transfers: 64 connections push 100 MB each, then 64 connections pull 100 MB; the most memory that
 * the server ever held.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { packZip } from '@ashlar/registry/intake';

import { type AshlarServer, createPublicNamespace, startAshlar } from './contestant/ashlar.ts';
import type { PushRequest, PushResult } from './load/push-client.ts';
import { wrk } from './load/wrk.ts';
import { readOptions, requireTools, withWorkFolder } from './measure/command.ts';
import { type Cell, progress, report } from './measure/report.ts';
import { sizeText } from './measure/size.ts';
import { median, percentile } from './measure/statistics.ts';
import { waitUntilUp } from './program.ts';

const options = readOptions({ rounds: 7, seconds: 5 }, { rounds: 2, seconds: 1 });
requireTools(['wrk']);
const published = options.quick ? 10 : 100;
const transfers = 64;
const transferSize = (options.quick ? 1 : 100) * 1024 * 1024;
const client = fileURLToPath(new URL('load/push-client.ts', import.meta.url));

await withWorkFolder('figures', run);

async function run(folder: string): Promise<void> {
  await (await startAshlar(folder)).program.stop();
  const starts: number[] = [];
  for (let i = 0; i < options.rounds; i++) {
    progress('start');
    const began = performance.now();
    const { program, url } = await startAshlar(folder);
    await waitUntilUp(`${url}/readyz`, program);
    starts.push(performance.now() - began);
    await program.stop();
  }

  const server = await startAshlar(folder);
  await waitUntilUp(`${server.url}/readyz`, server.program);
  await sleep(3000);
  const idle = server.program.memory().resident;
  progress('publish');
  const times = await publishTimes(server);
  progress('transfers');
  await transfer(server);
  const rows: Cell[][] = [
    atMost(`start, median of ${options.rounds}`, median(starts), 500, 'ms'),
    atMost('idle memory', idle, 120, 'MiB'),
    atMost(`publish of 200 KB acknowledged, p95 of ${published}`, percentile(times, 95), 300, 'ms'),
    atMost('publish of 200 KB acknowledged, median', median(times), 300, 'ms'),
    atMost(
      `most memory, ${transfers} transfers of ${sizeText(transferSize)}`,
      server.program.memory().peak,
      350,
      'MiB',
    ),
  ];
  report('Figures', ['figure', ''], rows);
}

function atMost(name: string, value: number, most: number, unit: string): Cell[] {
  return [name, { value, aim: { at: 'most', value: most, unit } }];
}

async function publishTimes({ url, admin }: AshlarServer): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < published; i++) {
    const zip = await packZip([
      { path: 'main.tf', executable: false, bytes: Buffer.from(`# module ${i}\n`) },
      { path: 'data.bin', executable: false, bytes: randomBytes(200_000) },
    ]);
    const began = performance.now();
    const response = await fetch(`${url}/api/v1/version?ref=terraform/bench/module${i % 10}/test@1.${i}.0`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/zip' },
      body: new Uint8Array(zip),
    });
    if (response.status !== 201) throw new Error(await response.text());
    times.push(performance.now() - began);
  }
  return times;
}

/** Pushes over all connections at once, each a content of its own, and then pulls one of them over all. */
async function transfer(server: AshlarServer): Promise<void> {
  const token = await createPublicNamespace(server, 'transfers');
  const { hostname, port } = new URL(server.url);
  const request: PushRequest = {
    host: hostname,
    port: Number(port),
    repository: 'transfers/files',
    headers: { authorization: `Bearer ${token}` },
    size: transferSize,
    connections: transfers,
    seconds: 0,
  };
  const { stdout } = await promisify(execFile)(process.execPath, [client, JSON.stringify(request)]);
  const [digest] = (JSON.parse(stdout) as PushResult).digests;
  await wrk(`${server.url}/v2/transfers/files/blobs/${digest}`, {
    connections: transfers,
    seconds: options.seconds,
  });
}
