import {
  AshlarError,
  ashlarError,
  type Digest,
  isRepositoryName,
  parseRepository,
  type Repository,
} from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

import { listableNamespaces, requireRepository, resolveBlob } from '../../catalogue/index.ts';
import { type Caller, mayMountFromAny } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { lastParameter } from '../../server/distribution/query.ts';

/** How many repositories a mount without `from` looks at. */
const maxSources = 100;

/** The scope that a mount needs besides the one of its target, for the challenge; undefined when nothing is mounted. */
export function mountScope(request: FastifyRequest): string | undefined {
  if (lastParameter(request, 'mount') === undefined) return undefined;
  const from = lastParameter(request, 'from');
  if (from === undefined) return 'registry:mount:*';
  // What a client wrote becomes part of a header only when it is a name.
  return isRepositoryName(from) ? `repository:${from}:pull` : undefined;
}

/**
 * Finds a blob to mount in another repository that the caller may read, the one named by `from` or any, and returns its
 * size. A blob that the caller may not see is as good as none, so that nobody can probe for content.
 * @throws ASH-AUTH-SCOPE when the caller may, but came with an access token that does not say so
 */
export async function findMountable(
  registry: Registry,
  request: FastifyRequest,
  digest: Digest,
): Promise<number | undefined> {
  const from = lastParameter(request, 'from');
  if (from !== undefined) return await readableBlob(registry, request.caller, from, digest);
  const owner = mayMountFromAny(request.caller);
  if (!owner) throw ashlarError('ASH-AUTH-SCOPE', {});
  const namespaces = await listableNamespaces(registry, owner);
  const { query } = registry.metadata;
  for (const { name } of await query.repositoriesWithBlob({ digest, namespaces, limit: maxSources })) {
    const size = await readableBlob(registry, owner, name, digest);
    if (size !== undefined) return size;
  }
  return undefined;
}

async function readableBlob(
  registry: Registry,
  caller: Caller,
  name: string,
  digest: Digest,
): Promise<number | undefined> {
  try {
    const source: Repository = parseRepository(name);
    await requireRepository(registry, caller, 'read', source);
    return await resolveBlob(registry, source, digest);
  } catch (error) {
    if (!(error instanceof AshlarError) || error.code === 'ASH-AUTH-SCOPE' || error.status >= 500)
      throw error;
    return undefined;
  }
}
