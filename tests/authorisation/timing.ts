import { crc32 } from 'node:zlib';

import { ociClient, type Send } from '../oci/client.ts';
import { bytesOf, digestOf } from '../oci/content.ts';
import { basic } from './caller.ts';
import { makeThing, type Thing } from './thing.ts';
import { startFastServer } from './world.ts';

/**
 * T-15, T-13, T-24: does the time of an answer tell what exists? Two requests that are answered alike, about something
 * that may not be seen and about nothing, are sent by turns, and the medians of their times compared.
 *
 *     npm run show:matrix-timing                   all of it, 2,000 calls on each side
 *     npm run show:matrix-timing -- mount 500      only what has the word in its name; other numbers of calls
 */

const calls = Number(process.argv.slice(2).find((text) => /^\d+$/.test(text)) ?? 2000);
const word = process.argv.slice(2).find((text) => !/^\d+$/.test(text)) ?? '';
const warmUp = 200;
/** A difference of the medians of less than one of these is none. */
const bounds = { share: 0.05, milliseconds: 0.2 };

interface Request {
  readonly method: string;
  readonly path: string;
  readonly authorization?: string | undefined;
  readonly body?: string;
}

/** Two requests whose answers must not differ, nor their times. */
interface Pair {
  readonly name: string;
  readonly hidden: () => Request;
  readonly missing: () => Request;
  readonly calls?: number;
}

const server = await startFastServer();
const { send, close } = ociClient(server).overOneConnection();
try {
  const failures = await compareAll(await pairs());
  if (failures.length > 0) {
    console.log(`\nthe time of an answer tells what exists: ${failures.join(', ')}`);
    process.exitCode = 1;
  }
} finally {
  close();
  await server.discard();
}

/** Something large where few may look: a module of many versions, and a blob in many repositories. */
async function furnish(): Promise<{
  modules: Record<'terraform' | 'bicep' | 'plain', Thing>;
  shared: string;
}> {
  await server.api('POST', '/namespaces', { name: 'closed', visibility: 'private' });
  await server.api('POST', '/namespaces', { name: 'others', visibility: 'private' });
  const of = async (kind: Thing['kind']) =>
    await makeThing(server, { kind, state: 'admitted', namespace: 'closed', name: 'canary' });
  const modules = { terraform: await of('terraform'), bicep: await of('bicep'), plain: await of('plain') };
  const { command } = server.registry.metadata;
  const now = server.registry.clock.now();
  const shared = digestOf(bytesOf(10, 'shared'));
  for (let i = 0; i < 300; i += 1) {
    const name = `closed/shared-${i}`;
    const repository = { name, namespace: 'closed', kind: 'plain', createNamespace: false } as const;
    await command.addBlob({ now, repository, digest: shared, size: 10 });
  }
  const { repository, digest } = modules.plain;
  const target = { name: repository, namespace: 'closed', kind: 'plain', createNamespace: false } as const;
  await command.putManifest({
    now,
    repository: target,
    digest,
    mediaType: modules.plain.mediaType,
    size: modules.plain.manifest.length,
    referrerType: null,
    subject: null,
    annotations: '{}',
    parts: [],
    tags: Array.from({ length: 1000 }, (_, i) => `tag-${i}`),
  });
  return { modules, shared };
}

async function pairs(): Promise<Pair[]> {
  const { modules, shared } = await furnish();
  const stranger = basic(await server.token('manage:others'));
  const reader = { name: 'reader of elsewhere', authorization: stranger };
  const anonymous = { name: 'anonymous', authorization: undefined };
  const { terraform, bicep, plain } = modules;
  const module = '/v1/modules/closed/canary/azurerm';
  const reads: readonly [name: string, path: string][] = [
    ['OCI tags, of an image', `/v2/${plain.repository}/tags/list`],
    ['OCI manifest by tag', `/v2/${bicep.repository}/manifests/1.0.0`],
    ['OCI manifest by digest', `/v2/${bicep.repository}/manifests/${bicep.digest}`],
    ['OCI blob', `/v2/${bicep.repository}/blobs/${bicep.blob}`],
    ['OCI referrers', `/v2/${bicep.repository}/referrers/${bicep.digest}`],
    ['ACR repository', `/acr/v1/${plain.repository}`],
    ['ACR tags', `/acr/v1/${plain.repository}/_tags`],
    ['ACR manifest', `/acr/v1/${bicep.repository}/_manifests/${bicep.digest}`],
    ['Terraform versions', `${module}/versions`],
    ['Terraform download', `${module}/1.0.0/download`],
    ['Terraform details', module],
    ['Terraform download counts', '/v2/modules/closed/canary/azurerm/downloads/summary'],
    ['Terraform search', '/v1/modules/search?q=canary&namespace=closed'],
    ['API module', `/api/v1/module?address=${terraform.repository}`],
    ['API version', `/api/v1/version?ref=${terraform.repository}@1.0.0`],
    ['API list of a namespace', '/api/v1/modules?namespace=closed'],
  ];
  const both = reads.flatMap(([name, path]) =>
    [anonymous, reader].map((who) => pairOf(`${name}, ${who.name}`, 'GET', path, who.authorization)),
  );
  const writes = [
    pairOf('OCI upload, reader of elsewhere', 'POST', `/v2/${plain.repository}/blobs/uploads/`, stranger),
    pairOf('OCI delete, reader of elsewhere', 'DELETE', `/v2/${bicep.repository}/manifests/1.0.0`, stranger),
    pairOf(
      'API delete, reader of elsewhere',
      'DELETE',
      `/api/v1/version?ref=${terraform.repository}@1.0.0`,
      stranger,
    ),
    pairOf('API namespace, reader of elsewhere', 'DELETE', '/api/v1/namespaces/closed', stranger),
    pairOf('token endpoint', 'GET', `/token?scope=repository:${bicep.repository}:pull`, stranger),
  ];
  return [...both, ...writes, ...mounts(stranger, plain, shared), await tokens(), await tokenIds(stranger)];
}

/** The same request about a namespace that is not there, with a name of the same length. */
function pairOf(name: string, method: string, path: string, authorization: string | undefined): Pair {
  const request = (each: string): Request => ({ method, path: each, authorization });
  return { name, hidden: () => request(path), missing: () => request(path.replace('closed', 'nowher')) };
}

function mounts(authorization: string, { repository, blob }: Thing, shared: string): Pair[] {
  const mount = (digest: string, from: string): Request => ({
    method: 'POST',
    path: `/v2/others/target/blobs/uploads/?mount=${digest}${from}`,
    authorization,
  });
  const nothing = digestOf('nothing');
  return [
    {
      name: 'mount from a repository',
      hidden: () => mount(blob, `&from=${repository}`),
      missing: () => mount(blob, `&from=${repository.replace('closed', 'nowher')}`),
    },
    {
      name: 'mount of a blob of a repository',
      hidden: () => mount(blob, `&from=${repository}`),
      missing: () => mount(nothing, `&from=${repository}`),
    },
    { name: 'mount from anywhere', hidden: () => mount(blob, ''), missing: () => mount(nothing, '') },
    {
      name: 'mount from anywhere, in 300 repositories',
      hidden: () => mount(shared, ''),
      missing: () => mount(nothing, ''),
    },
  ];
}

/** A guess that shares its beginning with a real token, and one that shares nothing. */
async function tokens(): Promise<Pair> {
  const real = await server.token('manage:others');
  let n = 0;
  const guess = (start: string): Request => {
    n += 1;
    const text = start + String(n).padStart(47 - start.length, '0');
    return { method: 'GET', path: '/api/v1/status', authorization: basic(withChecksum(text)) };
  };
  return {
    name: 'T-24: token that begins as a real one',
    hidden: () => guess(real.slice(0, 40)),
    missing: () => guess(`ash_${'z'.repeat(36)}`),
    calls: calls * 5,
  };
}

/** As in `identity/token.ts`: what has a wrong checksum is not looked up. */
function withChecksum(text: string): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let sum = '';
  for (let rest = crc32(text); rest > 0; rest = Math.floor(rest / 62)) sum = alphabet[rest % 62]! + sum;
  return text + sum.padStart(6, '0');
}

async function tokenIds(authorization: string): Promise<Pair> {
  const { body } = await server.api('POST', '/tokens', { name: 'of somebody', scopes: ['read:closed'] });
  const revoke = (id: string): Request => ({ method: 'DELETE', path: `/api/v1/tokens/${id}`, authorization });
  return {
    name: 'T-16: id of a token of somebody else',
    hidden: () => revoke(body.id),
    missing: () => revoke('01JZZZZZZZZZZZZZZZZZZZZZZZ'),
  };
}

async function compareAll(all: readonly Pair[]): Promise<string[]> {
  const chosen = all.filter(({ name }) => name.includes(word));
  console.log(`${calls} calls on each side, by turns; medians and 95th percentiles in milliseconds\n`);
  console.log(row(['', 'hidden', 'missing', 'difference', 'p95', 'p95', '']));
  const failures: string[] = [];
  for (const pair of chosen) {
    const { isAlike, cells } = await compare(pair);
    console.log(row([pair.name, ...cells, isAlike ? 'alike' : 'DIFFERENT']));
    if (!isAlike) failures.push(pair.name);
  }
  return failures;
}

async function compare(pair: Pair): Promise<{ isAlike: boolean; cells: string[] }> {
  const times: Record<'hidden' | 'missing', number[]> = { hidden: [], missing: [] };
  const total = (pair.calls ?? calls) + warmUp;
  const answers = new Set<number>();
  for (let i = 0; i < total; i += 1) {
    // By turns, and by turns in the order of the two.
    for (const side of i % 2 === 0 ? (['hidden', 'missing'] as const) : (['missing', 'hidden'] as const)) {
      const { milliseconds, status } = await measure(send, pair[side]());
      if (i >= warmUp) times[side].push(milliseconds);
      answers.add(status);
    }
  }
  if (answers.size !== 1) throw new Error(`${pair.name} is answered with ${[...answers].join(' and ')}`);
  const [hidden, missing] = [quantile(times.hidden, 0.5), quantile(times.missing, 0.5)];
  const difference = hidden - missing;
  const size = Math.abs(difference);
  const isAlike = size < bounds.milliseconds || size / Math.min(hidden, missing) < bounds.share;
  const share = `${difference < 0 ? '-' : '+'}${((size / missing) * 100).toFixed(1)} %`;
  const late = [quantile(times.hidden, 0.95), quantile(times.missing, 0.95)].map((each) => each.toFixed(3));
  return { isAlike, cells: [hidden.toFixed(3), missing.toFixed(3), share, ...late] };
}

async function measure(by: Send, { method, path, authorization, body }: Request) {
  const start = performance.now();
  const { status } = await by(method, path, {
    headers: authorization === undefined ? {} : { authorization },
    ...(body === undefined ? {} : { body }),
  });
  return { milliseconds: performance.now() - start, status };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)]!;
}

function row([name = '', ...cells]: readonly string[]): string {
  return name.padEnd(48) + cells.map((cell) => cell.padStart(11)).join('');
}
