import {
  AshlarError,
  ashlarError,
  bicepTemplateFile,
  type Digest,
  type ModuleAddress,
  type ModuleClass,
  parseRepository,
  type Version,
  versionToTag,
} from '@ashlar/core';

import { pushManifest, requireRepository, spellingOf, withTemplatePlace } from '../../catalogue/index.ts';
import type { Caller } from '../../identity/index.ts';
import { type ModuleFile, sha256 } from '../../intake/index.ts';
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
  const template = request.files.find(({ path }) => path === bicepTemplateFile)?.bytes;
  const artifact = await withTemplatePlace(
    registry,
    repository,
    template,
    async () => await buildUpload(request, request),
  );
  const earlier = await findEqual(registry, request, artifact);
  if (earlier) {
    await storeLost(registry, address.repository, artifact);
    return { status: 'already-published', digest: earlier, contentDigest: artifact.contentDigest };
  }
  const { digest, changed } = await pushManifest(registry, {
    caller,
    repository,
    bytes: artifact.manifest,
    contentType: artifact.mediaType,
    tags: [versionToTag(version)],
    blobs: artifact.blobs,
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

/** Stores the bytes again that the repository holds and that are not there any more: damaged ones count as gone. */
async function storeLost(
  { metadata, blobs, leases }: Registry,
  repository: string,
  { manifest, blobs: parts }: BuiltUpload,
): Promise<void> {
  const own = { digest: sha256(manifest), bytes: manifest };
  for (const { digest, bytes } of [...parts, own]) {
    const isHeld =
      digest === own.digest
        ? (await metadata.query.findManifest({ repository, digest })) !== undefined
        : (await metadata.query.findBlob({ repository, digest })) !== undefined;
    if (isHeld && (await blobs.size(digest)) === undefined) {
      await leases.hold([digest], async () => await blobs.put(bytes));
    }
  }
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
  const pushed = sha256(artifact.manifest);
  throw ashlarError('ASH-VERSION-EXISTS', { address: repository, version, digest: row.digest, pushed });
}
