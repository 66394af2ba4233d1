import { ashlarError, type Digest, type Repository } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { mayUse, requireRepository, resolveBlob } from '../../catalogue/index.ts';
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
  if (request.method === 'HEAD') await promiseBlob(registry, request, { repository, digest });
  void reply.header('docker-content-digest', digest).header('content-type', 'application/octet-stream');
  await sendBlob(request, reply, registry.blobs, digest, size);
}

/** Who asks before a push leaves out what is there: from now on the collector keeps it as if it had been uploaded. */
async function promiseBlob(registry: Registry, request: FastifyRequest, { repository, digest }: BlobPath) {
  if (!(await mayUse(registry, request.caller, 'publish', repository))) return;
  const now = registry.clock.now();
  try {
    await registry.metadata.command.leaseBlob({ now, repository: repository.name, digest });
  } catch (error) {
    // Nothing can be written, and so nothing collected; the answer is right all the same.
    request.log.warn({ err: error }, 'a blob could not be leased');
  }
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
