import { ashlarError, type Digest, isTag, limits, type Repository } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { deleteReference, pushManifest, requireRepository, resolveManifest } from '../../catalogue/index.ts';
import type { Registry } from '../../registry.ts';
import { readBody } from '../../server/body.ts';
import { sendBytes } from '../../server/send-blob.ts';
import { etagOf, isCached } from '../../server/etag.ts';
import { queryOf } from '../../server/distribution/query.ts';
import { manifestUrl } from './url.ts';

const maxSize = limits.manifest.value;
const maxTags = limits.tagsPerPush.value;

interface ManifestPath {
  readonly repository: Repository;
  readonly reference: string;
}

export async function getManifest(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository, reference }: ManifestPath,
): Promise<void> {
  const missing = () => ashlarError('ASH-MANIFEST-UNKNOWN', { name: repository.name, reference });
  await requireRepository(registry, request.caller, 'read', repository, missing);
  const { row, warning } = await resolveManifest(registry, repository, reference);
  const digest = row.digest as Digest;
  void reply
    .header('docker-content-digest', digest)
    .header('etag', etagOf(digest))
    .header('content-type', row.media_type);
  if (warning !== undefined) void reply.header('warning', warningHeader(warning));
  if (isCached(request.headers['if-none-match'], digest)) {
    await reply.code(304).send();
    return;
  }
  void reply.header('content-length', row.size);
  if (request.method === 'HEAD') {
    // Who asks before a push then pushes again, and heals what was damaged.
    if ((await registry.blobs.size(digest)) !== row.size) throw missing();
    // Nothing rather than null: Fastify would add a charset to the media type.
    await reply.send();
    return;
  }
  await sendBytes(request, reply, registry.blobs, { digest, size: row.size });
}

export async function putManifest(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository, reference }: ManifestPath,
): Promise<void> {
  const { caller } = request;
  await requireRepository(registry, caller, 'publish', repository);
  const tags = tagsOf(request, reference);
  const byDigest = reference.includes(':') ? (reference as Digest) : undefined;
  const bytes = await readBody(request, maxSize, ashlarError('ASH-MANIFEST-SIZE', { limit: maxSize }));
  const { digest, manifest } = await pushManifest(registry, {
    caller,
    repository,
    bytes,
    contentType: request.headers['content-type'],
    tags,
    expected: byDigest,
    ...conditionsOf(request),
  });
  void reply
    .code(201)
    .header('location', manifestUrl(repository.name, digest))
    .header('docker-content-digest', digest)
    .header('content-length', 0);
  if (manifest.subject) void reply.header('oci-subject', manifest.subject.digest);
  if (byDigest && tags.length > 0) void reply.header('oci-tag', tags);
  await reply.send();
}

export async function deleteManifest(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository, reference }: ManifestPath,
): Promise<void> {
  const missing = () => ashlarError('ASH-MANIFEST-UNKNOWN', { name: repository.name, reference });
  await requireRepository(registry, request.caller, 'manage', repository, missing);
  await deleteReference(registry, repository, reference);
  await reply.code(202).header('content-length', 0).send();
}

/** `Warning: 299 - "text"`, which docker, skopeo and oras print; quotes and non-ASCII text do not fit in. */
function warningHeader(text: string): string {
  const plain = text.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?');
  return `299 - "${plain}"`;
}

function tagsOf(request: FastifyRequest, reference: string): string[] {
  const named = reference.includes(':') ? queryOf(request).getAll('tag') : [reference];
  const tags = [...new Set(named)];
  if (tags.length > maxTags) throw ashlarError('ASH-TAG-COUNT', { limit: maxTags });
  const wrong = tags.find((tag) => !isTag(tag));
  if (wrong !== undefined) throw ashlarError('ASH-REFERENCE-INVALID', { reference: wrong.slice(0, 200) });
  return tags;
}

function conditionsOf({ headers }: FastifyRequest): { ifNoneMatch?: boolean; ifMatch?: string[] } {
  const ifMatch = headers['if-match'];
  return {
    ...(headers['if-none-match']?.trim() === '*' ? { ifNoneMatch: true } : {}),
    ...(ifMatch === undefined
      ? {}
      : { ifMatch: ifMatch.split(',').map((etag) => etag.trim().replaceAll('"', '')) }),
  };
}
