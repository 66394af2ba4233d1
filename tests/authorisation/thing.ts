import { parseAddress, parseRepository, parseVersion } from '@ashlar/core';
import { type Caller, parseScope } from '@ashlar/registry/identity';
import { packZip } from '@ashlar/registry/intake';
import { buildUpload, publishUpload } from '@ashlar/registry/source/upload';

import { descriptor, digestOf, emptyConfig, manifestOf } from '../oci/content.ts';
import { template } from '../publish/put-version.ts';
import type { TestServer } from '../support/server.ts';

/** Kinds of repositories. */
export const kinds = ['terraform', 'bicep', 'plain'] as const;
export type Kind = (typeof kinds)[number];

/** What there is of the thing that a request names. */
export const states = [
  'admitted',
  'deprecated',
  'revoked',
  'deleted',
  'no-version',
  'no-repository',
  'no-namespace',
] as const;
export type State = (typeof states)[number];

/** A version, or an image of a plain repository, that a request can be about; it need not exist. */
export interface Thing {
  readonly kind: Kind;
  readonly state: State;
  readonly namespace: string;
  /** The last part of the repository's name that is its own. */
  readonly name: string;
  readonly repository: string;
  readonly manifest: Buffer;
  readonly mediaType: string;
  readonly digest: string;
  /** The layer; of a Terraform module the archive. */
  readonly blob: string;
  readonly blobSize: number;
  /** What the upload API takes for it. */
  readonly upload: { readonly type: string; readonly bytes: Buffer };
}

export const version = '1.0.0';
/** A plain repository has no states of versions. */
export function statesOf(kind: Kind): readonly State[] {
  return kind === 'plain' ? states.filter((state) => state !== 'deprecated' && state !== 'revoked') : states;
}

const maker: Caller = { subject: 'test', name: 'test', scopes: [parseScope('manage:*')] };

/** Makes a thing in the given state. Names of equal length give answers of equal length. */
export async function makeThing(
  { registry }: TestServer,
  { kind, state, namespace, name }: Pick<Thing, 'kind' | 'state' | 'namespace' | 'name'>,
): Promise<Thing> {
  const repository = repositoryOf(kind, namespace, name);
  const content = kind === 'plain' ? plainContent(repository) : await moduleContent(kind, repository);
  const thing: Thing = { kind, state, namespace, name, repository, ...content };
  const exists = state === 'admitted' || state === 'deprecated' || state === 'revoked' || state === 'deleted';
  if (exists) await publish(registry, thing, version);
  if (state === 'no-version') await publish(registry, thing, '2.0.0');
  const reference = { repository, version };
  const reason = `reason of ${name}`;
  if (state === 'deprecated' || state === 'revoked') {
    await registry.metadata.command.setState({ ...reference, to: state, reason });
  }
  if (state === 'deleted') await remove(registry, thing);
  return thing;
}

type Registry = TestServer['registry'];
type Content = Pick<Thing, 'manifest' | 'mediaType' | 'digest' | 'blob' | 'blobSize' | 'upload'>;

function repositoryOf(kind: Kind, namespace: string, name: string): string {
  if (kind === 'plain') return `${namespace}/${name}`;
  return kind === 'terraform' ? `terraform/${namespace}/${name}/azurerm` : `bicep/${namespace}/${name}`;
}

function plainContent(repository: string): Content {
  const layer = Buffer.from(`layer of ${repository}`);
  const manifest = manifestOf({
    layers: [descriptor(layer, 'application/octet-stream')],
    annotations: { 'org.opencontainers.image.description': `description of ${repository}` },
  });
  return {
    manifest,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    digest: digestOf(manifest),
    blob: digestOf(layer),
    blobSize: layer.length,
    upload: { type: 'application/zip', bytes: layer },
  };
}

function filesOf(kind: Kind, text: string) {
  const files: Record<string, Buffer> =
    kind === 'bicep'
      ? { 'main.json': template(`description of ${text}`) }
      : {
          'main.tf': Buffer.from(`# ${text}\n`),
          'README.md': Buffer.from(`# Module\n\ndescription of ${text}\n`),
        };
  return Object.entries(files).map(([path, bytes]) => ({ path, executable: false, bytes }));
}

async function moduleContent(kind: 'terraform' | 'bicep', repository: string): Promise<Content> {
  const files = filesOf(kind, `${repository}@${version}`);
  const address = parseAddress(repository);
  const built = await buildUpload({ address, version: parseVersion(version), files }, {});
  const layer = built.blobs.toSorted((a, b) => b.bytes.length - a.bytes.length)[0]!;
  return {
    manifest: built.manifest,
    mediaType: built.mediaType,
    digest: digestOf(built.manifest),
    blob: layer.digest,
    blobSize: layer.bytes.length,
    upload:
      kind === 'bicep'
        ? { type: 'application/json', bytes: files[0]!.bytes }
        : { type: 'application/zip', bytes: await packZip(files) },
  };
}

async function publish(registry: Registry, thing: Thing, as: string): Promise<void> {
  const { kind, repository } = thing;
  if (kind !== 'plain') {
    const files = filesOf(kind, `${repository}@${as}`);
    const address = parseAddress(repository);
    await publishUpload(registry, { caller: maker, address, version: parseVersion(as), files });
    return;
  }
  const { namespace } = parseRepository(repository);
  const target = { name: repository, namespace, kind, createNamespace: true } as const;
  const now = registry.clock.now();
  const layer = Buffer.from(as === version ? `layer of ${repository}` : `layer of ${as}`);
  const blobs = [Buffer.from('{}'), layer];
  for (const bytes of blobs) await registry.blobs.put(bytes);
  const manifest = as === version ? thing.manifest : manifestOf({ annotations: { by: repository } });
  await registry.blobs.put(manifest);
  await registry.metadata.command.putManifest({
    now,
    repository: target,
    digest: digestOf(manifest),
    mediaType: thing.mediaType,
    size: manifest.length,
    referrerType: null,
    subject: null,
    annotations: '{}',
    parts: [{ kind: 'blob', digest: emptyConfig.digest, size: 2, required: false }],
    blobs: blobs.map((bytes) => ({ digest: digestOf(bytes), size: bytes.length })),
    tags: [as],
  });
}

async function remove(
  { metadata, clock }: Registry,
  { kind, repository, digest, blob }: Thing,
): Promise<void> {
  const now = clock.now();
  await metadata.command.deleteManifest({
    now,
    repository,
    digest,
    kind: kind === 'plain' ? 'plain' : 'module',
  });
  if (kind === 'plain') await metadata.command.deleteBlob({ repository, digest: blob });
}
