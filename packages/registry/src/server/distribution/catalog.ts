import { ashlarError, limits } from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

import { listableNamespaces } from '../../catalogue/index.ts';
import { isAnonymous, mayListCatalog } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { pageOf } from './query.ts';

/**
 * One page of the catalogue. Where clients can get anonymous tokens, they are asked to: a client that has credentials
 * but waits to be asked would else never see its private repositories.
 */
export async function catalogPageOf(
  registry: Registry,
  request: FastifyRequest,
): Promise<{ repositories: string[]; next?: { n: number; last: string } }> {
  const unasked = isAnonymous(request.caller) && request.headers.authorization === undefined;
  if (unasked && request.externalUrl.startsWith('https:')) throw ashlarError('ASH-AUTH-REQUIRED', {});
  if (!mayListCatalog(request.caller)) throw ashlarError('ASH-AUTH-SCOPE', {});
  const { limit = limits.registryPage.value, after } = pageOf(request);
  const namespaces = await listableNamespaces(registry, request.caller);
  const found = await registry.metadata.query.listRepositories({
    namespaces,
    kind: registry.config.artifacts === 'deny' ? 'module' : undefined,
    after,
    limit: limit + 1,
  });
  const repositories = found.slice(0, limit);
  const more = limit > 0 && found.length > limit;
  return { repositories, ...(more ? { next: { n: limit, last: repositories.at(-1)! } } : {}) };
}
