import {
  ashlarError,
  type Digest,
  type DigestAlgorithm,
  digestAlgorithm,
  isDigest,
  limits,
  parseDigest,
  type Repository,
} from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { requireRepository } from '../../catalogue/index.ts';
import { type Caller, isAnonymous, mayCreateNamespace } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { skipBytes } from '../../server/body.ts';
import { parseContentRange } from '../../server/range.ts';
import type { ByteRange, UploadId } from '../../store/blob/index.ts';
import { lastParameter } from '../../server/distribution/query.ts';
import { findMountable } from './mount.ts';
import { blobUrl, uploadUrl } from './url.ts';

/** Longer than a large chunk takes, far shorter than an upload lives. */
const locationTtl = limits.uploadLocation.value;

/** `POST uploads/`: starts an upload, or finishes it at once with `digest`, or mounts a blob with `mount`. */
export async function startUpload(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository }: { readonly repository: Repository },
): Promise<void> {
  await requireRepository(registry, request.caller, 'publish', repository);
  const mount = digestParameter(request, 'mount');
  if (mount !== undefined && (await mountBlob(registry, request, repository, mount))) {
    return await sendCreated(reply, repository, mount);
  }
  const digest = mount === undefined ? digestParameter(request, 'digest') : undefined;
  const algorithm = algorithmOf(request, mount ?? digest);
  const id = await registry.uploadSessions.start(
    request.caller.subject,
    async () => await registry.blobs.createUpload(algorithm),
  );
  if (digest === undefined) return await sendAccepted(registry, reply, request.caller, repository, id, 0);
  try {
    await registry.blobs.append(id, 0, request.raw, registry.config.maxBlobSize);
    await finish(registry, request.caller, repository, id, digest);
  } catch (error) {
    // Nobody was told where it is and can go on with it; on a full disk its bytes are the last thing to keep.
    await registry.blobs.cancelUpload(id).catch(() => false);
    registry.uploadSessions.end(request.caller.subject, id);
    throw error;
  }
  await sendCreated(reply, repository, digest);
}

/** `GET`, `PATCH`, `PUT` and `DELETE` of the Location of an upload. */
export async function continueUpload(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository, ticket }: { readonly repository: Repository; readonly ticket: string },
): Promise<void> {
  const unknown = () => ashlarError('ASH-UPLOAD-UNKNOWN', {});
  const { caller, id, offset } = await openUpload(registry, request, repository, ticket);
  switch (request.method) {
    case 'GET':
    case 'HEAD': {
      const size = await registry.blobs.uploadSize(id);
      if (size === undefined) throw unknown();
      return await sendAccepted(registry, reply, caller, repository, id, size, 204);
    }
    case 'PATCH':
      return await appendChunk(registry, request, reply, { caller, repository, id, offset });
    case 'PUT':
      return await finishUpload(registry, request, reply, { caller, repository, id, offset });
    case 'DELETE':
      if (!(await registry.blobs.cancelUpload(id))) throw unknown();
      registry.uploadSessions.end(caller.subject, id);
      await reply.code(204).send();
      return;
    default:
      throw ashlarError('ASH-METHOD', { method: request.method });
  }
}

interface Upload {
  readonly caller: Caller;
  readonly repository: Repository;
  readonly id: UploadId;
  /** Bytes that the upload held when its Location was given out. */
  readonly offset: number | undefined;
}

/**
 * A Location carries its own authorisation: the .NET client of Azure sends no token with it. An expired one still
 * names its upload for its owner, who signs in. For anybody else there is no such upload.
 */
async function openUpload(
  registry: Registry,
  request: FastifyRequest,
  repository: Repository,
  ticket: string,
): Promise<Upload> {
  const unknown = () => ashlarError('ASH-UPLOAD-UNKNOWN', {});
  const { tickets, callerOf } = registry.identity;
  const live = await tickets.read('upload', ticket);
  const claims = live ?? (await tickets.readExpired('upload', ticket));
  const isStranger = !isAnonymous(request.caller) && request.caller.subject !== claims?.sub;
  if (claims?.['repository'] !== repository.name || isStranger) {
    await requireRepository(registry, request.caller, 'publish', repository, unknown);
    throw unknown();
  }
  // Who shows the token itself besides was looked up just now.
  const isOwner = request.caller.subject === claims.sub && request.caller.access === undefined;
  const owner = live && !isOwner ? await callerOf(live) : undefined;
  const caller = owner ?? request.caller;
  await requireRepository(registry, caller, 'publish', repository, unknown);
  return {
    caller,
    repository,
    id: claims['upload'] as UploadId,
    offset: claims['size'] as number | undefined,
  };
}

async function appendChunk(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { caller, repository, id, offset }: Upload,
): Promise<void> {
  const range = parseContentRange(request.headers['content-range']);
  checkLength(request, range && range.end - range.start + 1);
  try {
    const size = await appendBody(registry, request, id, offset, range);
    await sendAccepted(registry, reply, caller, repository, id, size);
  } catch (error) {
    await describeProgress(registry, reply, caller, repository, id);
    throw error;
  }
}

/**
 * The Azure SDK sends a chunk again, to the same Location, when the answer was a 5xx or got lost on the way: what of it
 * is here already is left out. The digest at the end tells when these were other bytes. A chunk with a Content-Range
 * says itself where it belongs: for one that was taken before the specification demands 416.
 */
async function appendBody(
  registry: Registry,
  request: FastifyRequest,
  id: UploadId,
  offset: number | undefined,
  range: ByteRange | undefined,
): Promise<number> {
  const body = request.raw;
  const held = (await registry.blobs.uploadSize(id)) ?? 0;
  const isRepeated = range === undefined && offset !== undefined && offset < held;
  if (isRepeated) await skipBytes(body, held - offset);
  const size = await registry.blobs.append(
    id,
    isRepeated ? held : range?.start,
    body,
    registry.config.maxBlobSize,
  );
  if (range === undefined || size === range.end + 1) return size;
  // A body without a length was not what its Content-Range said.
  throw ashlarError('ASH-SIZE-MISMATCH', {
    expected: range.end - range.start + 1,
    actual: size - range.start,
  });
}

async function finishUpload(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { caller, repository, id, offset }: Upload,
): Promise<void> {
  const text = lastParameter(request, 'digest');
  if (text === undefined || !isDigest(text)) throw ashlarError('ASH-DIGEST-INVALID', { digest: text ?? '' });
  // The same PUT again, as after a lost answer: the blob is there.
  if ((await registry.blobs.uploadSize(id)) === undefined && (await holdsBlob(registry, repository, text))) {
    return await sendCreated(reply, repository, text);
  }
  const range = parseContentRange(request.headers['content-range']);
  if (hasBody(request)) {
    checkLength(request, range && range.end - range.start + 1);
    try {
      await appendBody(registry, request, id, offset, range);
    } catch (error) {
      await describeProgress(registry, reply, caller, repository, id);
      throw error;
    }
  }
  await finish(registry, caller, repository, id, text);
  await sendCreated(reply, repository, text);
}

async function finish(
  registry: Registry,
  caller: Caller,
  repository: Repository,
  id: UploadId,
  digest: Digest,
): Promise<void> {
  await registry.leases.hold([digest], async () => {
    const { size } = await registry.blobs.finishUpload(id, digest);
    registry.uploadSessions.end(caller.subject, id);
    await addBlob(registry, caller, repository, digest, size);
  });
}

/** Says whether there was something to mount; otherwise the client uploads. */
async function mountBlob(
  registry: Registry,
  request: FastifyRequest,
  repository: Repository,
  digest: Digest,
): Promise<boolean> {
  return await registry.leases.hold([digest], async () => {
    const size = await findMountable(registry, request, digest);
    if (size === undefined || (await registry.blobs.size(digest)) !== size) return false;
    await addBlob(registry, request.caller, repository, digest, size);
    return true;
  });
}

async function holdsBlob({ metadata }: Registry, { name }: Repository, digest: Digest): Promise<boolean> {
  return (await metadata.query.findBlob({ repository: name, digest })) !== undefined;
}

/** Shows a blob in a repository. */
async function addBlob(
  registry: Registry,
  caller: Caller,
  repository: Repository,
  digest: Digest,
  size: number,
) {
  const { name, namespace, kind } = repository;
  await registry.metadata.command.addBlob({
    now: registry.clock.now(),
    repository: { name, namespace, kind, createNamespace: mayCreateNamespace(caller) },
    digest,
    size,
  });
}

async function sendAccepted(
  registry: Registry,
  reply: FastifyReply,
  caller: Caller,
  repository: Repository,
  id: UploadId,
  size: number,
  status = 202,
): Promise<void> {
  await setLocation(registry, reply, caller, repository, id, size);
  void reply.code(status).header('docker-upload-uuid', id);
  if (status !== 204) void reply.header('content-length', 0);
  await reply.send();
}

/** `Range` counts from 0 to the last byte, inclusive; by custom it is `0-0` for nothing, as for one byte. */
async function setLocation(
  registry: Registry,
  reply: FastifyReply,
  caller: Caller,
  repository: Repository,
  id: UploadId,
  size: number,
): Promise<void> {
  const claims = { ...registry.identity.claimsOf(caller), repository: repository.name, upload: id, size };
  const ticket = await registry.identity.tickets.issue('upload', claims, locationTtl);
  void reply
    .header('location', uploadUrl(repository.name, ticket))
    .header('range', `0-${Math.max(size - 1, 0)}`);
}

/** A refused chunk is answered with what the upload holds, so that the client can go on from there. */
async function describeProgress(
  registry: Registry,
  reply: FastifyReply,
  caller: Caller,
  repository: Repository,
  id: UploadId,
): Promise<void> {
  const size = await registry.blobs.uploadSize(id);
  if (size !== undefined) await setLocation(registry, reply, caller, repository, id, size);
}

async function sendCreated(reply: FastifyReply, repository: Repository, digest: Digest): Promise<void> {
  await reply
    .code(201)
    .header('location', blobUrl(repository.name, digest))
    .header('docker-content-digest', digest)
    .header('content-length', 0)
    .send();
}

function digestParameter(request: FastifyRequest, name: string): Digest | undefined {
  const text = lastParameter(request, name);
  return text === undefined ? undefined : parseDigest(text);
}

function algorithmOf(request: FastifyRequest, digest: Digest | undefined): DigestAlgorithm {
  if (digest !== undefined) return digestAlgorithm(digest);
  const algorithm = lastParameter(request, 'digest-algorithm') ?? 'sha256';
  if (algorithm === 'sha256' || algorithm === 'sha512') return algorithm;
  throw ashlarError('ASH-DIGEST-ALGORITHM', { algorithm: algorithm.slice(0, 50) });
}

function checkLength(request: FastifyRequest, expected: number | undefined): void {
  const header = request.headers['content-length'];
  if (expected === undefined || header === undefined || Number(header) === expected) return;
  throw ashlarError('ASH-SIZE-MISMATCH', { expected, actual: Number(header) });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
