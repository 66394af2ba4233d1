/**
 * How fast blobs go in, side by side with CNCF distribution and a bare `node:http` server.
 *
 *     node bench/push.ts [--quick] [--only TEXT] [--rounds N] [--seconds N]
 *
 * A client in a process of its own pushes distinct contents over 1 or 16 connections, each with a POST and a PUT. Ashlar
 * runs with its default settings and a token: it says "created" when the bytes, their name and the row of the database
 * are synced to disk. The bare server hashes, writes and syncs bytes and name in the same way. Distribution syncs nothing:
 * what it acknowledged may be gone after a power cut. What it left unwritten is synced after each measurement, so that
 * nobody pays for it later.
 */
import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createPublicNamespace, startAshlar } from './contestant/ashlar.ts';
import { startBare } from './contestant/bare.ts';
import { startDistribution } from './contestant/distribution.ts';
import type { OciContestant } from './contestant/oci.ts';
import type { PushRequest, PushResult } from './load/push-client.ts';
import { figure } from './measure/aim.ts';
import { readOptions, requireTools, withWorkFolder } from './measure/command.ts';
import { type Cell, progress, report } from './measure/report.ts';
import { inRounds } from './measure/rounds.ts';
import { sizes, sizeText } from './measure/size.ts';
import { median, pairedRatio } from './measure/statistics.ts';

interface Measured extends PushResult {
  /** Seconds of processor time of the server. */
  readonly serverSeconds: number;
}

const head = [
  'push',
  'connections',
  'Ashlar',
  'distribution (does not sync)',
  'bare node:http',
  'to distribution',
  'to bare',
  'server ms per push: Ashlar, distribution, bare',
  'client takes',
];

const options = readOptions({ rounds: 3, seconds: 1.5 }, { rounds: 1, seconds: 0.5 });
const tools = requireTools(['docker-registry']);
const execute = promisify(execFile);
const client = fileURLToPath(new URL('load/push-client.ts', import.meta.url));

await withWorkFolder('push', run);

async function run(folder: string): Promise<void> {
  const rows: Cell[][] = [];
  for (const size of options.quick ? sizes.slice(0, 2) : sizes) {
    for (const connections of options.quick ? [16] : [1, 16]) {
      const name = `blob of ${sizeText(size)}`;
      if (!`${name}, ${connections}`.includes(options.only)) continue;
      progress(`${name}, ${connections} connections`);
      rows.push(await measureRow(join(folder, `${size}-${connections}`), name, size, connections));
    }
  }
  report('Push', head, rows);
}

/** With servers of its own, so that what was pushed can be removed before the next row. */
async function measureRow(folder: string, name: string, size: number, connections: number): Promise<Cell[]> {
  await mkdir(folder);
  const ashlar = await startOurs(folder);
  const distribution = await startDistribution(tools['docker-registry'], folder);
  const bare = await startBare('push', folder);
  const all = [ashlar, distribution, bare];
  // Until the code is compiled and the folders are there.
  for (const contestant of all) await push(contestant, sizes[0], 16);
  const results = await inRounds(
    all,
    options.rounds,
    async (contestant) => await push(contestant, size, connections),
  );
  for (const contestant of [ashlar, distribution]) {
    for (const { digests } of results.get(contestant)!) await requireBlobs(contestant, digests, size);
  }
  for (const { program } of all) await program.stop();
  await rm(folder, { recursive: true });

  const measured = all.map((contestant) => results.get(contestant)!);
  const [ours, theirs, least] = measured.map((each) => each.map(rate)) as [number[], number[], number[]];
  return [
    name,
    String(connections),
    ...measured.map((each) => rateText(each, size)),
    { value: pairedRatio(ours, theirs), aim: { at: 'least', value: 2, unit: '×' } },
    { value: pairedRatio(ours, least), aim: { at: 'least', value: 0.7, unit: '×' } },
    measured.map((each) => figure(median(each.map(serverCost)))).join(', '),
    `${figure(median(results.get(ashlar)!.map(({ cpuSeconds, seconds }) => (cpuSeconds / seconds) * 100)))} % of a core`,
  ];
}

async function startOurs(folder: string): Promise<OciContestant> {
  const server = await startAshlar(folder);
  const token = await createPublicNamespace(server, 'bench');
  const credentials = { authorization: `Bearer ${token}` };
  return { ...server, name: 'Ashlar', repository: 'bench/files', credentials };
}

async function push(contestant: OciContestant, size: number, connections: number): Promise<Measured> {
  const { program, url, repository, credentials } = contestant;
  const { hostname, port } = new URL(url);
  const request: PushRequest = {
    host: hostname,
    port: Number(port),
    repository,
    headers: credentials,
    size,
    connections,
    seconds: options.seconds,
  };
  const before = program.cpuSeconds();
  const { stdout } = await execute(process.execPath, [client, JSON.stringify(request)]);
  const serverSeconds = program.cpuSeconds() - before;
  await execute('sync');
  return { ...(JSON.parse(stdout) as PushResult), serverSeconds };
}

/** @throws when a blob that was acknowledged is not there */
async function requireBlobs({ url, repository }: OciContestant, digests: readonly string[], size: number) {
  for (const digest of digests) {
    const response = await fetch(`${url}/v2/${repository}/blobs/${digest}`, { method: 'HEAD' });
    if (response.status === 200 && Number(response.headers.get('content-length')) === size) continue;
    throw new Error(`${response.url}: ${response.status} for a blob that was acknowledged`);
  }
}

function rate({ pushes, seconds }: PushResult): number {
  return pushes / seconds;
}

function rateText(measured: readonly Measured[], size: number): string {
  const perSecond = median(measured.map(rate));
  if (size > 1024 * 1024) return `${figure((perSecond * size) / 1e6)} MB/s`;
  return `${figure(perSecond)}/s, p99 ${figure(median(measured.map(({ p99 }) => p99)))} ms`;
}

/** Milliseconds of processor time that the server spent for each push. */
function serverCost({ serverSeconds, pushes }: Measured): number {
  return (serverSeconds * 1000) / pushes;
}
