/**
 * How fast blobs and manifests come out, side by side with CNCF distribution and a bare `node:http` server.
 *
 *     node bench/pull.ts [--quick] [--only TEXT] [--rounds N] [--seconds N]
 *
 * `wrk` asks for one address over 1, 16 or 64 kept connections, for some seconds per contestant, in turn. Ashlar runs
 * with its default settings: it looks up who asks, whether that one may read, and the state of the version each time,
 * and logs and counts the request. It is asked without a token, for a public namespace, and with one.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createPublicNamespace, startAshlar } from './contestant/ashlar.ts';
import { startBare } from './contestant/bare.ts';
import { startDistribution } from './contestant/distribution.ts';
import {
  manifestOf,
  manifestType,
  type OciContestant,
  pushBlob,
  pushManifest,
  verify,
} from './contestant/oci.ts';
import { wrk, type WrkResult } from './load/wrk.ts';
import { figure } from './measure/aim.ts';
import { readOptions, requireTools, withWorkFolder } from './measure/command.ts';
import { type Cell, progress, report } from './measure/report.ts';
import { inRounds } from './measure/rounds.ts';
import { median, pairedRatio } from './measure/statistics.ts';
import { sizes, sizeText } from './measure/size.ts';
import type { Program } from './program.ts';

interface Client {
  readonly program: Program;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

interface Content {
  readonly kind: 'blob' | 'manifest';
  readonly size: number;
  readonly digest: string;
}

interface Measured extends WrkResult {
  /** Seconds of processor time of the server. */
  readonly serverSeconds: number;
}

const options = readOptions({ rounds: 3, seconds: 1 }, { rounds: 1, seconds: 1 });
const tools = requireTools(['wrk', 'docker-registry']);
const head = [
  'pull',
  'connections',
  'Ashlar',
  '… with a token',
  'distribution',
  'bare node:http',
  'to distribution',
  'to bare',
  'server µs per request: Ashlar, distribution, bare',
  'wrk takes',
];

await withWorkFolder('pull', run);

async function run(folder: string): Promise<void> {
  const ashlarServer = await startAshlar(folder);
  const token = await createPublicNamespace(ashlarServer, 'bench');
  const authorization = { authorization: `Bearer ${token}` };
  const ashlar: OciContestant = {
    ...ashlarServer,
    name: 'Ashlar',
    repository: 'bench/files',
    credentials: authorization,
  };
  const distribution = await startDistribution(tools['docker-registry'], folder);
  const bare = await startBare('pull', folder);
  const contents = await storeEverywhere([ashlar, distribution], join(folder, 'bare-pull-data'));
  const clients = {
    anonymous: clientOf(ashlar, {}),
    token: clientOf(ashlar, authorization),
    distribution: clientOf(distribution, {}),
    bare: clientOf(bare, {}),
  };
  const rows: Cell[][] = [];
  for (const content of contents) {
    for (const connections of options.quick ? [16] : [1, 16, 64]) {
      const row = await measureRow(clients, content, connections);
      if (row) rows.push(row);
    }
  }
  report('Pull', head, rows);
}

function clientOf({ program, url, repository }: OciContestant, headers: Client['headers']): Client {
  return { program, url: `${url}/v2/${repository}`, headers: { accept: manifestType, ...headers } };
}

/** Blobs of all sizes, and manifests of those that a manifest may have. */
async function storeEverywhere(registries: readonly OciContestant[], bareFolder: string): Promise<Content[]> {
  const contents: Content[] = [];
  const config = Buffer.from('{}');
  for (const registry of registries) await pushBlob(registry, config);
  for (const size of options.quick ? sizes.slice(0, 2) : sizes) {
    const blob = randomBytes(size);
    let digest = '';
    for (const registry of registries) digest = await pushBlob(registry, blob);
    await writeFile(join(bareFolder, digest.slice('sha256:'.length)), blob);
    contents.push({ kind: 'blob', size, digest });
    if (size > 1024 * 1024) continue;
    const manifest = manifestOf(config, blob, size);
    for (const registry of registries) digest = await pushManifest(registry, manifest);
    await writeFile(join(bareFolder, digest.slice('sha256:'.length)), manifest);
    contents.push({ kind: 'manifest', size, digest });
  }
  return contents;
}

async function measureRow(
  clients: Readonly<Record<'anonymous' | 'token' | 'distribution' | 'bare', Client>>,
  content: Content,
  connections: number,
): Promise<Cell[] | undefined> {
  const name = `${content.kind} of ${sizeText(content.size)}`;
  if (!`${name}, ${connections}`.includes(options.only)) return undefined;
  progress(`${name}, ${connections} connections`);
  const all = Object.values(clients);
  for (const client of all) await verify(addressOf(client, content), content.digest, client.headers);
  const results = await inRounds(
    all,
    options.rounds,
    async (client) => await pull(client, content, connections),
  );
  const [anonymous, token, distribution, bare] = all.map((client) => results.get(client)!) as [
    Measured[],
    Measured[],
    Measured[],
    Measured[],
  ];
  const ratio = (others: readonly Measured[]) => pairedRatio(anonymous.map(rate), others.map(rate));
  const isLarge = content.size > 1024 * 1024;
  return [
    name,
    String(connections),
    ...[anonymous, token, distribution, bare].map((measured) => rateText(measured, content.size)),
    { value: ratio(distribution), aim: { at: 'least', value: isLarge ? 1 : 3, unit: '×' } },
    { value: ratio(bare), aim: { at: 'least', value: 0.8, unit: '×' } },
    [anonymous, distribution, bare].map((measured) => figure(median(measured.map(serverCost)))).join(', '),
    `${figure(median(anonymous.map(({ cpuSeconds, seconds }) => (cpuSeconds / seconds) * 100)))} % of a core`,
  ];
}

async function pull(client: Client, content: Content, connections: number): Promise<Measured> {
  const before = client.program.cpuSeconds();
  const { seconds } = options;
  const result = await wrk(addressOf(client, content), { connections, seconds, headers: client.headers });
  return { ...result, serverSeconds: client.program.cpuSeconds() - before };
}

function addressOf({ url }: Client, { kind, digest }: Content): string {
  return `${url}/${kind}s/${digest}`;
}

/** Bytes, header fields included, in a second: also right when a run ends in the middle of large answers. */
function rate({ bytes, seconds }: WrkResult): number {
  return bytes / seconds;
}

function rateText(measured: readonly Measured[], size: number): string {
  if (size > 1024 * 1024) return `${figure(median(measured.map(rate)) / 1e6)} MB/s`;
  const perSecond = figure(median(measured.map(({ requests, seconds }) => requests / seconds)));
  return `${perSecond}/s, p99 ${figure(median(measured.map(({ p99 }) => p99)) / 1000)} ms`;
}

/** Microseconds of processor time that the server spent for each whole answer. */
function serverCost({ serverSeconds, requests }: Measured): number {
  return (serverSeconds * 1e6) / requests;
}
