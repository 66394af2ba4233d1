import {
  AshlarError,
  ashlarError,
  type Digest,
  type ModuleAddress,
  type ModuleClass,
  parseRepository,
  type Repository,
  type Version,
  versionToTag,
} from '@ashlar/core';

import { pushManifest, requireRepository, spellingOf } from '../../catalogue/index.ts';
import { type Caller, mayCreateNamespace } from '../../identity/index.ts';
import type { ModuleFile } from '../../intake/index.ts';
import type { Registry } from '../../registry.ts';
import { buildUpload, type BuiltUpload, type UploadOptions } from './build.ts';

export interface UploadRequest extends UploadOptions {
  readonly caller: Caller;
  readonly address: ModuleAddress;
  readonly version: Version;
  readonly files: readonly ModuleFile[];
  readonly class?: ModuleClass | undefined;
}

export interface Published {
  /** `already-published`: the version has this content since before, and its first bytes stay. */
  readonly status: 'published' | 'already-published';
  readonly digest: Digest;
  readonly contentDigest: Digest;
}

/**
 * Publishes the files of a module as a version.
 * @throws ASH-VERSION-EXISTS ASH-VERSION-DELETED, and all that refuses files, modules and callers
 */
export async function publishUpload(registry: Registry, request: UploadRequest): Promise<Published> {
  const { caller, address, version } = request;
  const repository = parseRepository(address.repository);
  await requireRepository(registry, caller, 'publish', repository);
  const artifact = await buildUpload(request, request);
  const earlier = await findEqual(registry, request, artifact);
  if (earlier) return { status: 'already-published', digest: earlier, contentDigest: artifact.contentDigest };
  await storeBlobs(registry, caller, repository, artifact);
  const { digest, changed } = await pushManifest(registry, {
    caller,
    repository,
    bytes: artifact.manifest,
    contentType: artifact.mediaType,
    tags: [versionToTag(version)],
    class: request.class,
    spelling: spellingOf(address),
    readme: artifact.readme,
  }).catch((error: unknown) => {
    // Another publisher of the same content may have been faster.
    if (error instanceof AshlarError && error.code === 'ASH-VERSION-EQUAL-CONTENT') {
      return { digest: (error.params as { digest: Digest }).digest, changed: [] };
    }
    throw error;
  });
  const status = changed.length > 0 ? 'published' : 'already-published';
  return { status, digest, contentDigest: artifact.contentDigest };
}

/**
 * The digest of a live version with this content, if there is one.
 * @throws ASH-VERSION-EXISTS when it has other content
 */
async function findEqual(
  registry: Registry,
  { address, version }: UploadRequest,
  artifact: BuiltUpload,
): Promise<Digest | undefined> {
  const { repository } = address;
  const row = await registry.metadata.query.findVersion({ repository, version });
  if (!row) return undefined;
  if (row.content_digest === artifact.contentDigest) return row.digest as Digest;
  throw ashlarError('ASH-VERSION-EXISTS', {
    address: repository,
    version,
    digest: row.content_digest,
    pushed: artifact.contentDigest,
  });
}

async function storeBlobs(
  registry: Registry,
  caller: Caller,
  { name, namespace, kind }: Repository,
  artifact: BuiltUpload,
): Promise<void> {
  const repository = { name, namespace, kind, createNamespace: mayCreateNamespace(caller) };
  for (const { digest, bytes } of artifact.blobs) {
    await registry.blobs.put(bytes);
    await registry.metadata.command.addBlob({ now: registry.clock.now(), repository, digest, size: bytes.length });
  }
}
