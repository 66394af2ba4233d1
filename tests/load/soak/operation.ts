import { randomBytes, randomInt } from 'node:crypto';
import { Agent } from 'node:http';

import { packZip } from '@ashlar/registry/intake';

import { assertEqual, type Client, clientOf, sha256 } from './client.ts';

/** What the operations of one soak share. */
export interface World {
  readonly url: string;
  readonly token: string;
  readonly api: Client;
  /** Keeps connections, as clients do. */
  readonly agent: Agent;
  /** Modules that exist, with their live versions, oldest first. */
  readonly modules: Map<string, string[]>;
  /** Images that exist. */
  readonly images: Image[];
  next: number;
}

interface Image {
  readonly repository: string;
  readonly tag: string;
  readonly layer: Buffer;
  readonly manifest: string;
}

export type Operation = (world: World) => Promise<void>;

/** Live versions of a module, and live images, at most: content comes and goes, so that only leaks grow. */
const maxVersions = 15;
const maxImages = 20;
const moduleCount = 8;

export function createWorld(url: string, token: string): World {
  const agent = new Agent({ keepAlive: true });
  const api = clientOf(url, agent, `Bearer ${token}`);
  return { url, token, agent, api, modules: new Map(), images: [], next: 0 };
}

/** What clients do, and how often in comparison. */
export const operations: readonly (readonly [name: string, weight: number, run: Operation])[] = [
  ['publish', 4, publish],
  ['terraform read', 12, readModule],
  ['push image', 4, pushImage],
  ['pull image', 8, pullImage],
  ['range read', 6, readRange],
  ['search', 4, search],
  ['acr token flow', 3, acrFlow],
  ['abandon upload', 2, abandonUpload],
  ['token made and revoked', 1, makeToken],
];

async function publish(world: World): Promise<void> {
  const name = `m${world.next % moduleCount}`;
  const version = `1.0.${world.next++}`;
  const zip = await packZip([
    { path: 'main.tf', executable: false, bytes: Buffer.from(`output "version" { value = "${version}" }\n`) },
    { path: 'data.bin', executable: false, bytes: randomBytes(randomInt(1_000, 60_000)) },
  ]);
  const module = `terraform/soak/${name}/test`;
  await world.api('PUT', `/api/v1/version?ref=${module}@${version}`, {
    headers: { 'content-type': 'application/zip' },
    body: new Uint8Array(zip),
    expect: [201],
  });
  const versions = world.modules.get(name) ?? [];
  world.modules.set(name, [...versions, version]);
  const oldest = versions.length >= maxVersions ? versions[0] : undefined;
  if (oldest === undefined) return;
  world.modules.set(name, world.modules.get(name)!.slice(1));
  await world.api('DELETE', `/api/v1/version?ref=${module}@${oldest}`, { expect: [204] });
}

/** As `terraform init` does it: versions, download, and the archive without credentials. */
async function readModule({ api, url, agent, modules }: World): Promise<void> {
  const [name, versions] = pick([...modules]) ?? [];
  const version = versions?.at(-1);
  if (name === undefined || version === undefined) return;
  await api('GET', '/.well-known/terraform.json');
  const listed = await api('GET', `/v1/modules/soak/${name}/test/versions`);
  if (!listed.body.includes(`"${version}"`)) throw new Error(`${name} ${version} is not in its list`);
  const link = await api('GET', `/v1/modules/soak/${name}/test/${version}/download`, { expect: [204] });
  const location = String(link.headers['x-terraform-get']);
  const archive = await clientOf(url, agent)('GET', location);
  assertEqual(
    sha256(archive.body),
    new URL(location, url).searchParams.get('checksum'),
    'checksum of the archive',
  );
}

async function pushImage(world: World): Promise<void> {
  const { api } = world;
  const repository = `soak/image${world.next % 4}`;
  const tag = `t${world.next++}`;
  const layer = randomBytes(randomInt(1_000, 3_000_000));
  const config = Buffer.from('{}');
  await pushBlob(api, repository, config);
  await (layer.length % 2 === 0 ? pushBlob : pushInChunks)(api, repository, layer);
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor(config, 'application/vnd.oci.empty.v1+json'),
    layers: [descriptor(layer, 'application/octet-stream')],
  });
  await api('PUT', `/v2/${repository}/manifests/${tag}`, {
    headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    body: manifest,
    expect: [201],
  });
  world.images.push({ repository, tag, layer, manifest });
  if (world.images.length > maxImages) await deleteImage(api, world.images.shift()!);
}

async function pushBlob(api: Client, repository: string, bytes: Buffer): Promise<void> {
  const path = `/v2/${repository}/blobs/uploads/?digest=${sha256(bytes)}`;
  await api('POST', path, { body: bytes, expect: [201] });
}

async function pushInChunks(api: Client, repository: string, bytes: Buffer): Promise<void> {
  let { headers } = await api('POST', `/v2/${repository}/blobs/uploads/`, { expect: [202] });
  const size = Math.ceil(bytes.length / 3);
  for (let start = 0; start < bytes.length; start += size) {
    const body = bytes.subarray(start, start + size);
    ({ headers } = await api('PATCH', String(headers.location), { body, expect: [202] }));
  }
  await api('PUT', `${headers.location}?digest=${sha256(bytes)}`, { expect: [201] });
}

/** Others may be reading it: from then on they find nothing, or all of what they began. */
async function deleteImage(api: Client, { repository, tag, layer, manifest }: Image): Promise<void> {
  await api('DELETE', `/v2/${repository}/manifests/${tag}`, { expect: [202] });
  await api('DELETE', `/v2/${repository}/manifests/${sha256(Buffer.from(manifest))}`, { expect: [202] });
  await api('DELETE', `/v2/${repository}/blobs/${sha256(layer)}`, { expect: [202] });
}

async function pullImage({ api, images }: World): Promise<void> {
  const image = pick(images.slice(5));
  if (image === undefined) return;
  const { repository, tag, layer, manifest } = image;
  const found = await api('GET', `/v2/${repository}/manifests/${tag}`);
  assertEqual(found.body.toString(), manifest, 'manifest');
  const blob = await api('GET', `/v2/${repository}/blobs/${sha256(layer)}`);
  assertEqual(sha256(blob.body), sha256(layer), 'digest of the layer');
}

async function readRange({ api, images }: World): Promise<void> {
  const image = pick(images.slice(5));
  if (image === undefined) return;
  const { repository, layer } = image;
  const start = randomInt(0, layer.length);
  const end = randomInt(start, layer.length);
  const range = { range: `bytes=${start}-${end}` };
  const part = await api('GET', `/v2/${repository}/blobs/${sha256(layer)}`, {
    headers: range,
    expect: [206],
  });
  if (!part.body.equals(layer.subarray(start, end + 1))) throw new Error(`wrong bytes for ${range.range}`);
}

async function search({ api }: World): Promise<void> {
  await api('GET', '/v1/modules/search?q=m1');
  await api('GET', '/api/v1/modules?search=soak');
  await api('GET', '/v2/_catalog?n=100');
}

async function acrFlow({ api, url, agent, token }: World): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'password', password: token, scope: 'registry:catalog:*' });
  const { body } = await api('POST', '/oauth2/token', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const client = clientOf(url, agent, `Bearer ${JSON.parse(body.toString()).access_token}`);
  await client('GET', '/acr/v1/_catalog?n=100');
}

async function abandonUpload({ api }: World): Promise<void> {
  const begun = await api('POST', '/v2/soak/abandoned/blobs/uploads/', { expect: [202] });
  const more = await api('PATCH', String(begun.headers.location), {
    body: randomBytes(10_000),
    expect: [202],
  });
  await api('DELETE', String(more.headers.location), { expect: [204] });
}

async function makeToken({ api, url, agent }: World): Promise<void> {
  const made = await api('POST', '/api/v1/tokens', {
    body: { name: 'soak', scopes: ['read:soak'] },
    expect: [201],
  });
  const { id, token } = JSON.parse(made.body.toString()) as { id: string; token: string };
  const bearer = clientOf(url, agent, `Bearer ${token}`);
  await bearer('GET', '/api/v1/status');
  await api('DELETE', `/api/v1/tokens/${id}`, { expect: [204] });
  // 429 when it happens too often: tokens that are not valid any more count as wrong.
  await bearer('GET', '/api/v1/status', { expect: [401, 429] });
}

function descriptor(bytes: Buffer, mediaType: string) {
  return { mediaType, digest: sha256(bytes), size: bytes.length };
}

function pick<Item>(items: readonly Item[]): Item | undefined {
  return items.length === 0 ? undefined : items[randomInt(0, items.length)];
}
