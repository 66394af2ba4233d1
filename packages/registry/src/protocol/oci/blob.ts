import { ashlarError, type Digest, type Repository } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { requireRepository, resolveBlob } from '../../catalogue/index.ts';
import type { Registry } from '../../registry.ts';
import { sendBlob } from '../../server/send-blob.ts';

interface BlobPath {
  readonly repository: Repository;
  readonly digest: Digest;
}

export async function getBlob(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository, digest }: BlobPath,
): Promise<void> {
  await requireRepository(registry, request.caller, 'read', repository);
  const size = await resolveBlob(registry, repository, digest);
  void reply.header('docker-content-digest', digest).header('content-type', 'application/octet-stream');
  await sendBlob(request, reply, registry.blobs, digest, size);
}

export async function deleteBlob(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository, digest }: BlobPath,
): Promise<void> {
  await requireRepository(registry, request.caller, 'manage', repository, () =>
    ashlarError('ASH-BLOB-UNKNOWN', { digest }),
  );
  await registry.metadata.command.deleteBlob({ repository: repository.name, digest });
  await reply.code(202).header('content-length', 0).send();
}
