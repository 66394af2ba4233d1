import { ashlarError, type Digest, normaliseVersion, parseAddress, parseRepository } from '@ashlar/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { requireRepository, resolveVersion } from '../../catalogue/index.ts';
import type { Registry } from '../../registry.ts';
import { needs } from '../../server/route-table.ts';
import { sendBlob } from '../../server/send-blob.ts';
import { addressOf, repositoryOf, versionPath } from './address.ts';

const download = {
  config: { plainErrors: true, permission: needs('read', 'repository', 'ASH-VERSION-UNKNOWN') },
};
const archive = {
  config: {
    plainErrors: true,
    permission: { kind: 'ticket', ticket: 'archive', action: 'read', missing: 'ASH-LINK-EXPIRED' },
  },
} as const;

/**
 * `GET :namespace/:name/:system/:version/download`: where the archive is. The link is root-relative, so that it leads
 * to the listener that was asked, and its `checksum` is the only integrity check that Terraform makes.
 */
export function downloadRoute(app: FastifyInstance, registry: Registry): void {
  app.get('/:namespace/:name/:system/:version/download', download, async (request, reply) => {
    const path = versionPath.parse(request.params);
    const address = addressOf(path);
    const version = normaliseVersion(path.version);
    const missing = () => ashlarError('ASH-VERSION-UNKNOWN', { address: address.repository, version });
    await requireRepository(registry, request.caller, 'read', repositoryOf(address), missing);
    const row = await resolveVersion(registry, address, version);
    const digest = row.archive_digest as Digest;
    const ticket = await registry.identity.tickets.issue(
      'archive',
      {
        ...registry.identity.claimsOf(request.caller),
        repository: address.repository,
        version,
        digest,
        size: row.archive_size,
      },
      registry.config.archiveLinkTtl,
    );
    const name = `${address.spelling.name}-${version}.zip`.replaceAll('+', '_');
    const location = `/v1/archives/${ticket}/${name}?checksum=${digest}`;
    if (request.method === 'GET') registry.usage.countDownload(address.repository, version);
    void reply.header('x-terraform-get', location);
    if (isOpenTofu(request)) return await reply.send({ location });
    return await reply.code(204).send();
  });
}

/**
 * The archive behind such a link. Clients send no token here, so the link itself is the proof; it is bound to one
 * archive and a short time, and ends with the token that asked for it; a version that was revoked or deleted meanwhile
 * is not handed out.
 */
export function archiveRoute(app: FastifyInstance, registry: Registry): void {
  app.route({
    method: ['GET', 'HEAD'],
    url: '/v1/archives/:ticket/:name',
    ...archive,
    handler: async (request, reply) => {
      const { ticket } = request.params as { ticket: string };
      const claims = await registry.identity.tickets.read('archive', ticket);
      const owner = claims && (await registry.identity.callerOf(claims));
      if (!owner) throw ashlarError('ASH-LINK-EXPIRED', {});
      const { repository, version, digest, size } = claims as {
        repository: string;
        version: string;
        digest: Digest;
        size: number;
      };
      const missing = () => ashlarError('ASH-LINK-EXPIRED', {});
      await requireRepository(registry, owner, 'read', parseRepository(repository), missing);
      const row = await resolveVersion(registry, parseAddress(repository), version);
      if (row.archive_digest !== digest) throw missing();
      void reply.header('content-type', 'application/zip').header('cache-control', 'private, max-age=300');
      await sendBlob(request, reply, registry.blobs, digest, size);
      return reply;
    },
  });
}

/** OpenTofu reads the body of a 200 and demands JSON; Terraform reads the header of any answer. */
function isOpenTofu({ headers }: FastifyRequest): boolean {
  return /^opentofu\//i.test(headers['user-agent'] ?? '');
}
