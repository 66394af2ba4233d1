import { createHash } from 'node:crypto';

import {
  annotation,
  ashlarError,
  classOf,
  type Descriptor,
  type Digest,
  digestAlgorithm,
  digestOf,
  isTag,
  limits,
  type Manifest,
  mediaType,
  type ModuleAddress,
  type ModuleClass,
  parseManifest,
  referrerType,
  type Repository,
  tagToVersion,
  type Version,
} from '@ashlar/core';

import { crashPoint } from '../gateway/crash-point.ts';
import { type Caller, mayCreateNamespace } from '../identity/index.ts';
import type { ReadModule } from '../reading/index.ts';
import type { Registry } from '../registry.ts';
import type { ManifestPart, Publication } from '../store/metadata/index.ts';
import { judgeVersions } from './judge-version.ts';
import { type PushedBlob, readArtifact } from './read-artifact.ts';

export interface Push {
  readonly caller: Caller;
  readonly repository: Repository;
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
  readonly tags: readonly string[];
  /** The digest that the client announced; its algorithm names the manifest. sha256 unless told. */
  readonly expected?: Digest | undefined;
  readonly ifNoneMatch?: boolean;
  readonly ifMatch?: readonly string[];
  /** What the publisher says about the module where the bytes do not. */
  readonly class?: ModuleClass | undefined;
  readonly spelling?: string | undefined;
  readonly readme?: string | undefined;
  /** Blobs that come along: they are shown in the repository together with the manifest, or not at all. */
  readonly blobs?: readonly PushedBlob[];
}

export interface Pushed {
  readonly digest: Digest;
  readonly manifest: Manifest;
  /** Tags that are new or moved. */
  readonly changed: readonly string[];
}

/** Tags of the referrers fallback scheme and of cosign; they are attachments, not versions. */
const attachmentTag = /^sha(?:256|512)-[0-9a-f]{32,128}(?:\.[a-z]+)?$/;

/**
 * Takes a manifest into a repository: the one way in for versions, whatever client brought them. Blobs come first;
 * the manifest's own bytes are durable before the transaction that makes them visible.
 * @throws whatever is wrong with the manifest, the module or the version; nothing is changed then
 */
export async function pushManifest(registry: Registry, push: Push): Promise<Pushed> {
  const { bytes, repository } = push;
  const manifest = parseManifest(bytes, push.contentType);
  const digest = digestManifest(bytes, push.expected);
  const keep = async (publication?: Publication) =>
    await registry.leases.hold(
      [digest, ...(push.blobs ?? []).map((blob) => blob.digest)],
      async () => await store(registry, push, manifest, digest, publication),
    );
  const candidate = await readCandidate(registry, push, manifest);
  const changed =
    candidate === undefined
      ? await keep()
      : // Two that come at the same time would both be compared with what was before them.
        await registry.publishInTurn(
          repository.name,
          async () => await keep(await judge(registry, push, candidate)),
        );
  return { digest, manifest, changed };
}

/** Bytes first, the row last. Returns the tags that are new or moved. */
async function store(
  registry: Registry,
  push: Push,
  manifest: Manifest,
  digest: Digest,
  publication: Publication | undefined,
): Promise<string[]> {
  const { repository, bytes, tags, blobs = [] } = push;
  for (const blob of blobs) await registry.blobs.put(blob.bytes);
  crashPoint('push.blobs-stored');
  await registry.blobs.put(bytes, digestAlgorithm(digest));
  crashPoint('push.manifest-stored');
  const { changed } = await registry.metadata.command.putManifest({
    now: registry.clock.now(),
    repository: {
      name: repository.name,
      namespace: repository.namespace,
      kind: repository.kind,
      createNamespace: mayCreateNamespace(push.caller),
    },
    digest,
    mediaType: manifest.mediaType,
    size: bytes.length,
    referrerType: referrerType(manifest) ?? null,
    subject: manifest.subject?.digest ?? null,
    annotations: JSON.stringify(manifest.annotations),
    parts: partsOf(manifest, repository),
    blobs: blobs.map((blob) => ({ digest: blob.digest, size: blob.bytes.length })),
    tags,
    ...(push.ifNoneMatch === undefined ? {} : { ifNoneMatch: push.ifNoneMatch }),
    ...(push.ifMatch === undefined ? {} : { ifMatch: push.ifMatch }),
    ...(publication === undefined ? {} : { publication }),
  });
  crashPoint('push.committed');
  return changed;
}

function digestManifest(bytes: Buffer, expected: Digest | undefined): Digest {
  const algorithm = expected === undefined ? 'sha256' : digestAlgorithm(expected);
  const actual = digestOf(algorithm, createHash(algorithm).update(bytes).digest('hex'));
  if (expected === undefined || actual === expected) return actual;
  throw ashlarError('ASH-DIGEST-MISMATCH', { digest: expected, actual });
}

function partsOf(manifest: Manifest, repository: Repository): ManifestPart[] {
  // Plain repositories take sparse images and indexes; a version must be whole.
  const whole = repository.kind === 'module';
  const blobs = [...(manifest.config ? [manifest.config] : []), ...manifest.layers];
  return [
    ...blobs.map((part) => ({
      kind: 'blob' as const,
      ...reference(part),
      required: whole && isDistributed(part),
    })),
    ...manifest.manifests.map((part) => ({ kind: 'manifest' as const, ...reference(part), required: whole })),
  ];
}

function reference({ digest, size }: Descriptor) {
  return { digest, size };
}

function isDistributed({ mediaType }: Descriptor): boolean {
  return !/\.(?:nondistributable|foreign)\./.test(mediaType);
}

/** Versions that may come, before they are compared with others. */
interface Candidate {
  readonly publication: Publication & { readonly versions: readonly Version[] };
  readonly read: ReadModule | undefined;
}

/** Decides what a push to a module repository is: versions, or an attachment to one (undefined). */
async function readCandidate(
  registry: Registry,
  push: Push,
  manifest: Manifest,
): Promise<Candidate | undefined> {
  const { repository, tags } = push;
  if (repository.kind === 'plain') return undefined;
  if (tags.length === 0 && manifest.subject === undefined) {
    throw ashlarError('ASH-ATTACHMENT-ONLY', { address: repository.name });
  }
  if (tags.every((tag) => attachmentTag.test(tag))) {
    // A module is a version or nothing: under another tag or digest it would escape the state of its version.
    if (isModule(manifest)) throw ashlarError('ASH-ATTACHMENT-ONLY', { address: repository.name });
    return undefined;
  }
  const versions = tags.map((tag) => versionOfTag(tag, repository));
  const { module } = repository;
  const moduleClass = push.class ?? classOf(module) ?? null;
  const { findVersion } = registry.metadata.query;
  const known = await Promise.all(
    versions.map(async (version) => await findVersion({ repository: repository.name, version })),
  );
  const isKnown = known.every((row) => row !== undefined);
  const { read, ...facts } = await readArtifact(
    registry,
    push,
    // Nothing is published when all of them are there.
    { manifest, language: module.language, class: moduleClass, isWanted: !isKnown },
  );
  const publication = {
    language: module.language,
    address: push.spelling ?? repository.name,
    class: moduleClass,
    versions,
    publishedBy: push.caller.name,
    ...facts,
    documentation: documentationOf(manifest),
    description: facts.description.slice(0, limits.description.value),
    readme: (push.readme ?? facts.readme)?.slice(0, limits.readme.value) ?? null,
  };
  return { publication, read };
}

/** Compares the versions with those that are there now. */
async function judge(
  registry: Registry,
  { repository }: Push,
  { publication, read }: Candidate,
): Promise<Publication> {
  if (read === undefined || repository.kind === 'plain') return publication;
  const rows = await registry.metadata.query.listVersions(repository.name);
  const { versions } = publication;
  return { ...publication, models: await judgeVersions(registry, { repository, versions, rows, read }) };
}

/** Half an address leads nowhere. */
function documentationOf({ annotations }: Manifest): string | null {
  const address = annotations[annotation.documentation];
  return address !== undefined && address.length <= limits.webAddress.value ? address : null;
}

/** Whether Bicep or OpenTofu would take it for a module; Bicep also takes one that states no type. */
function isModule({ artifactType, config }: Manifest): boolean {
  const types: readonly (string | undefined)[] = [mediaType.bicepModule, mediaType.opentofuModule];
  return types.includes(
    artifactType ?? (config?.mediaType === mediaType.bicepConfig ? mediaType.bicepModule : undefined),
  );
}

function versionOfTag(tag: string, { name }: { readonly name: string }): Version {
  const version = isTag(tag) ? tagToVersion(tag) : undefined;
  if (version === undefined) throw ashlarError('ASH-TAG-NOT-VERSION', { tag, address: name });
  return version;
}

/** Whether two addresses name the same module; Terraform names compare without case. */
export function spellingOf(address: ModuleAddress): string {
  if (address.language === 'bicep') return address.repository;
  const { namespace, name, system } = address.spelling;
  return `terraform/${namespace}/${name}/${system}`;
}
