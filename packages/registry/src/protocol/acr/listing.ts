import { ashlarError, compareVersions, parseRepository, type Repository, tagToVersion } from '@ashlar/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { requireRepository } from '../../catalogue/index.ts';
import type { Registry } from '../../registry.ts';
import { authenticateRequests } from '../../server/authenticate.ts';
import { catalogPageOf } from '../../server/distribution/catalog.ts';
import { nextLink, pageOf, queryOf } from '../../server/distribution/query.ts';

const defaultPage = 1000;
/** Everything may be done, as far as attributes go: rights are a matter of scopes here. */
const attributes = { deleteEnabled: true, writeEnabled: true, readEnabled: true, listEnabled: true };

/**
 * `/acr/v1/`: the listings behind the completions of editors. Bicep shows versions in the reverse of the order they
 * come in and describes a module by the last one, so the highest version comes last.
 */
export async function acrListing(app: FastifyInstance, { registry }: { readonly registry: Registry }): Promise<void> {
  authenticateRequests(app, registry);

  app.get('/acr/v1/_catalog', async (request, reply) => {
    request.ociScope = 'registry:catalog:*';
    const { repositories, next } = await catalogPageOf(registry, request);
    if (next) void reply.header('link', nextLink('/acr/v1/_catalog', next));
    return { repositories };
  });

  app.get('/acr/v1/*', async (request, reply) => {
    const { repository, list } = parsePath(request);
    request.ociScope = `repository:${repository.name}:pull`;
    await requireRepository(registry, request.caller, 'read', repository);
    const registryName = new URL(request.externalUrl).host;
    const all = list === 'tags' ? await listTags(registry, repository) : await listManifests(registry, repository);
    if (all === undefined) throw ashlarError('ASH-REPOSITORY-UNKNOWN', { name: repository.name });
    const { page, last, limit } = pageIn(request, all);
    if (last !== undefined) {
      const path = `/acr/v1/${encodeURIComponent(repository.name)}/_${list}`;
      void reply.header('link', nextLink(path, { last, n: limit, orderby: queryOf(request).get('orderby') ?? '' }));
    }
    return { registry: registryName, imageName: repository.name, [list]: page.map(({ entry }) => entry) };
  });
}

interface Listed {
  /** What `last` of the next page names. */
  readonly key: string;
  readonly entry: Readonly<Record<string, unknown>>;
  readonly time: number;
}

function parsePath(request: FastifyRequest): { repository: Repository; list: 'manifests' | 'tags' } {
  const path = decodeURIComponent(request.raw.url!.split('?', 1)[0]!);
  const [, name, list] = /^\/acr\/v1\/(.+)\/_(manifests|tags)$/.exec(path) ?? [];
  if (name === undefined) throw ashlarError('ASH-ROUTE-UNKNOWN', { path: path.slice(0, 200) });
  return { repository: parseRepository(name), list: list as 'manifests' | 'tags' };
}

/** Tagged manifests by version, lowest first; then the untagged ones by time. Undefined for an unknown repository. */
async function listManifests({ metadata }: Registry, { name }: Repository): Promise<Listed[] | undefined> {
  if (!(await metadata.query.findRepository(name))) return undefined;
  const rows = await metadata.query.listTaggedManifests({ repository: name });
  const sizes = await metadata.query.blobSizes({ repository: name });
  const shown = new Set(await metadata.query.listTags({ repository: name }));
  const tags = new Map<string, string[]>();
  for (const { digest, tag } of rows) {
    if (tag !== null) tags.set(digest, [...(tags.get(digest) ?? []), tag]);
  }
  const manifests = new Map(rows.map((row) => [row.digest, row]));
  const listed: Listed[] = [];
  for (const row of manifests.values()) {
    const own = (tags.get(row.digest) ?? []).toSorted(compareTags);
    const visible = own.filter((tag) => shown.has(tag));
    // A manifest whose versions are all revoked is not offered.
    if (own.length > 0 && visible.length === 0) continue;
    const entry = {
      digest: row.digest,
      imageSize: row.size + (sizes.get(row.digest) ?? 0),
      createdTime: azureTime(row.created_at),
      lastUpdateTime: azureTime(row.updated_at ?? row.created_at),
      mediaType: row.media_type,
      ...(visible.length === 0 ? {} : { tags: visible }),
      changeableAttributes: attributes,
    };
    listed.push({ key: row.digest, entry, time: row.created_at });
  }
  const highest = (item: Listed) => (item.entry['tags'] as string[] | undefined)?.at(-1);
  return listed.toSorted((a, b) => compareListed(a, b, highest));
}

async function listTags({ metadata }: Registry, { name }: Repository): Promise<Listed[] | undefined> {
  if (!(await metadata.query.findRepository(name))) return undefined;
  const shown = new Set(await metadata.query.listTags({ repository: name }));
  const rows = await metadata.query.listTaggedManifests({ repository: name });
  return rows
    .filter(({ tag }) => tag !== null && shown.has(tag))
    .map((row) => ({
      key: row.tag!,
      time: row.created_at,
      entry: {
        name: row.tag!,
        digest: row.digest,
        createdTime: azureTime(row.created_at),
        lastUpdateTime: azureTime(row.updated_at ?? row.created_at),
        signed: false,
        changeableAttributes: attributes,
      },
    }))
    .toSorted((a, b) => compareTags(a.key, b.key));
}

function compareListed(a: Listed, b: Listed, tagOf: (item: Listed) => string | undefined): number {
  const [left, right] = [tagOf(a), tagOf(b)];
  if (left !== undefined && right !== undefined) return compareTags(left, right);
  if (left === undefined && right === undefined) return a.time - b.time || (a.key < b.key ? -1 : 1);
  // Without a tag there is nothing to offer: first, so that the end belongs to the versions.
  return left === undefined ? -1 : 1;
}

/** Versions by precedence; other tags in ASCII order before them. */
function compareTags(left: string, right: string): number {
  const [a, b] = [tagToVersion(left), tagToVersion(right)];
  if (a !== undefined && b !== undefined) return compareVersions(a, b);
  if ((a === undefined) !== (b === undefined)) return a === undefined ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

/** One page in the order of the list, `timedesc` turning it round. */
function pageIn(request: FastifyRequest, all: readonly Listed[]) {
  const { limit = defaultPage, after } = pageOf(request);
  const ordered = queryOf(request).get('orderby') === 'timedesc' ? all.toReversed() : all;
  const start = after === undefined ? 0 : ordered.findIndex(({ key }) => key === after) + 1;
  const page = ordered.slice(start, start + limit);
  const more = limit > 0 && start + limit < ordered.length;
  return { page, limit, last: more ? page.at(-1)!.key : undefined };
}

/** As .NET writes times, with seven digits of a second. */
function azureTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '0000Z');
}
