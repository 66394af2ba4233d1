import { ashlarError, limits } from '@ashlar/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { deleteReference, requireRepository, resolveManifest } from '../../catalogue/index.ts';
import type { Registry } from '../../registry.ts';
import { authenticateRequests } from '../../server/authenticate.ts';
import { catalogPageOf } from '../../server/distribution/catalog.ts';
import { serviceName } from '../../server/distribution/challenge.ts';
import { nextLink, pageOf, queryOf } from '../../server/distribution/query.ts';
import { needs, type Permission, type RouteRow } from '../../server/route-table.ts';
import {
  findListedManifest,
  findListedTag,
  manifestsIn,
  type Place,
  repositoryProperties,
  showManifests,
  showTags,
  tagsIn,
} from './entry.ts';
import { type Order, pageAfter } from './page.ts';
import { type AcrPath, parseAcrPath, pathTemplates } from './path.ts';

const catalogPath = '/acr/v1/_catalog';

/** The routes below `/acr/v1/`, whose paths hold slashes in names. */
const rows = {
  read: rowsOf('GET', needs('read', 'repository', 'ASH-REPOSITORY-UNKNOWN')),
  remove: rowsOf('DELETE', needs('manage', 'repository', 'ASH-REPOSITORY-UNKNOWN')),
  lock: rowsOf('PATCH', { kind: 'unsupported', code: 'ASH-OCI-UNSUPPORTED' }),
};

function rowsOf(method: string, permission: Permission): RouteRow[] {
  return Object.values<string>(pathTemplates).map((url) => ({ method, url, permission }));
}

/**
 * `/acr/v1/`: the listings behind the completions of editors, the properties that the Azure SDK reads besides, and its
 * ways to delete.
 */
export async function acrListing(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  // First of all: the challenge of a bad token names it too.
  app.addHook('onRequest', async (request) => {
    request.ociScope = scopeOf(request);
  });
  authenticateRequests(app, registry);

  app.get(
    catalogPath,
    { config: { permission: { kind: 'filtered', asks: 'https' } } },
    async (request, reply) => {
      const { repositories, next } = await catalogPageOf(registry, request);
      if (next) void reply.header('link', nextLink(catalogPath, next));
      return { repositories };
    },
  );

  app.get('/acr/v1/*', { config: { permission: rows.read } }, async (request, reply) => {
    const path = pathOf(request);
    await requireRepository(registry, request.caller, 'read', path.repository);
    return {
      registry: serviceName(request.externalUrl),
      imageName: path.repository.name,
      ...(await read(registry, request, reply, path)),
    };
  });

  app.delete('/acr/v1/*', { config: { permission: rows.remove } }, async (request, reply) => {
    const path = pathOf(request);
    await requireRepository(registry, request.caller, 'manage', path.repository);
    await remove(registry, path);
    return await reply.code(202).header('content-length', 0).send();
  });

  // The Azure SDK locks repositories, tags and manifests with it; rights are a matter of scopes here.
  app.patch('/acr/v1/*', { config: { permission: rows.lock } }, async () => {
    throw ashlarError('ASH-OCI-UNSUPPORTED', { what: 'locks on repositories, tags and manifests' });
  });
}

async function read(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository, kind, reference }: AcrPath,
): Promise<object> {
  const { name } = repository;
  if (!(await registry.metadata.query.findRepository(name)))
    throw ashlarError('ASH-REPOSITORY-UNKNOWN', { name });
  switch (kind) {
    case 'repository':
      return await repositoryProperties(registry, repository);
    case 'manifests': {
      const last = lastOf(request);
      const after = last === undefined ? undefined : await findListedManifest(registry, repository, last);
      const page = await pageIn(request, reply, `${name}/_manifests`, {
        listing: manifestsIn(registry, repository),
        after,
      });
      return { manifests: await showManifests(registry, repository, page) };
    }
    case 'tags': {
      const digest = queryOf(request).get('digest') ?? undefined;
      const last = lastOf(request);
      const after = last === undefined ? undefined : await findListedTag(registry, repository, last);
      const isListed = digest === undefined || after?.digest === digest;
      const page = await pageIn(request, reply, `${name}/_tags`, {
        listing: tagsIn(registry, repository, digest),
        after: isListed ? after : undefined,
      });
      return { tags: await showTags(registry, repository, page) };
    }
    case 'manifest': {
      await resolveManifest(registry, repository, reference);
      const manifest = await findListedManifest(registry, repository, reference);
      if (!manifest) throw ashlarError('ASH-MANIFEST-UNKNOWN', { name, reference });
      return { manifest: (await showManifests(registry, repository, [manifest]))[0] };
    }
    case 'tag': {
      await resolveManifest(registry, repository, reference);
      const tag = await findListedTag(registry, repository, reference);
      if (!tag) throw ashlarError('ASH-MANIFEST-UNKNOWN', { name, reference });
      return { tag: (await showTags(registry, repository, [tag]))[0] };
    }
  }
}

async function remove(registry: Registry, { repository, kind, reference }: AcrPath): Promise<void> {
  switch (kind) {
    case 'repository':
      await registry.metadata.command.deleteRepository({
        now: registry.clock.now(),
        repository: repository.name,
      });
      return;
    case 'manifest':
    case 'tag':
      await deleteReference(registry, repository, reference);
      return;
    case 'manifests':
    case 'tags':
      throw ashlarError('ASH-METHOD', { method: 'DELETE' });
  }
}

function lastOf(request: FastifyRequest): string | undefined {
  return pageOf(request).after;
}

/**
 * One page, by version, or by time when the client asks for it; `Link` leads to the next. A `last` that is gone by now
 * ends the listing.
 */
async function pageIn<Entry extends Place>(
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
  {
    listing,
    after,
  }: { readonly listing: AsyncIterable<readonly Entry[]>; readonly after: Place | undefined },
): Promise<Entry[]> {
  const { limit = limits.registryPage.value } = pageOf(request);
  if (lastOf(request) !== undefined && after === undefined) return [];
  const query = queryOf(request);
  const orderby = query.get('orderby') ?? '';
  const digest = query.get('digest') ?? '';
  const order: Order = orderby === 'timeasc' || orderby === 'timedesc' ? orderby : 'version';
  const { entries, hasMore } = await pageAfter(listing, { order, limit, after });
  if (entries.length > 0 && hasMore) {
    const parameters = {
      last: entries.at(-1)!.key,
      n: limit,
      ...(orderby === '' ? {} : { orderby }),
      ...(digest === '' ? {} : { digest }),
    };
    void reply.header('link', nextLink(`/acr/v1/${path}`, parameters));
  }
  return entries;
}

function scopeOf(request: FastifyRequest): string {
  if (rawPath(request) === catalogPath) return 'registry:catalog:*';
  const { repository } = pathOf(request);
  return `repository:${repository.name}:${request.method === 'DELETE' ? 'delete' : 'pull'}`;
}

function pathOf(request: FastifyRequest): AcrPath {
  return parseAcrPath(rawPath(request));
}

function rawPath(request: FastifyRequest): string {
  return request.raw.url!.split('?', 1)[0]!;
}
