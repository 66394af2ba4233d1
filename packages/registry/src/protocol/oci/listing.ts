import { setImmediate } from 'node:timers/promises';

import { ashlarError, type Digest, limits, mediaType, parseManifest, type Repository } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { requireRepository } from '../../catalogue/index.ts';
import type { Registry } from '../../registry.ts';
import { catalogPageOf } from '../../server/distribution/catalog.ts';
import { lastParameter, nextLink, pageOf } from '../../server/distribution/query.ts';
import { takeTurns } from '../../turns.ts';
import { manifestKey, type ManifestRow } from '../../store/metadata/index.ts';

const maxReferrersSize = limits.referrersPage.value;
/** How many manifests are read at once: there may be tens of thousands. */
const referrersPerRead = 50;
/** Of how many of them annotations are read at once; all together have no more than fit into an answer. */
const entriesPerRead = 500;
/** Bytes of a line besides what its row holds, at least: names of fields, quotes and braces. */
const leastLine = 30;

export async function listTags(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository }: { readonly repository: Repository },
): Promise<void> {
  await requireRepository(registry, request.caller, 'read', repository);
  const { name } = repository;
  if (!(await registry.metadata.query.findRepository(name)))
    throw ashlarError('ASH-REPOSITORY-UNKNOWN', { name });
  const { limit, after } = pageOf(request);
  const found = await registry.metadata.query.listTags({
    repository: name,
    after,
    limit: limit === undefined ? undefined : limit + 1,
  });
  const tags = limit === undefined ? found : found.slice(0, limit);
  if (limit !== undefined && limit > 0 && found.length > limit) {
    void reply.header('link', nextLink(`/v2/${name}/tags/list`, { n: limit, last: tags.at(-1)! }));
  }
  await sendJson(reply, 'application/json', { name, tags });
}

/** `GET /v2/_catalog`: the repositories that the caller may read. */
export async function listCatalog(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const { repositories, next } = await catalogPageOf(registry, request);
  if (next) void reply.header('link', nextLink('/v2/_catalog', next));
  await sendJson(reply, 'application/json', { repositories });
}

/** `GET referrers/<digest>`: always an index, also for a digest that was never seen. */
export async function listReferrers(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  { repository, digest }: { readonly repository: Repository; readonly digest: Digest },
): Promise<void> {
  await requireRepository(registry, request.caller, 'read', repository);
  const type = lastParameter(request, 'artifactType');
  const after = lastParameter(request, 'last');
  const rows = [
    ...(await statedReferrers(registry, repository, { subject: digest, type, after })),
    ...(await fallbackReferrers(registry, repository, { subject: digest, type, after })),
  ];
  const sorted = rows.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  const { manifests, last } = await fillPage(await referrerEntries(registry, sorted));
  if (type !== undefined) void reply.header('oci-filters-applied', 'artifactType');
  if (last !== undefined) {
    const path = `/v2/${repository.name}/referrers/${digest}`;
    void reply.header(
      'link',
      nextLink(path, { ...(type === undefined ? {} : { artifactType: type }), last }),
    );
  }
  await sendJson(reply, mediaType.imageIndex, {
    schemaVersion: 2,
    mediaType: mediaType.imageIndex,
    manifests,
  });
}

interface ReferrerEntry {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly artifactType?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** As many entries as could fill an answer, and one more when there is one: only their annotations are read. */
async function referrerEntries(
  { metadata }: Registry,
  sorted: readonly ManifestRow[],
): Promise<ReferrerEntry[]> {
  let size = 0;
  const end = sorted.findIndex((row) => (size += leastSize(row)) > maxReferrersSize);
  const afterRows = takeTurns();
  const entries: ReferrerEntry[] = [];
  for (let start = 0; start < (end < 0 ? sorted.length : end + 1); start += entriesPerRead) {
    const rows = sorted.slice(start, Math.min(start + entriesPerRead, end < 0 ? Infinity : end + 1));
    const annotations = await metadata.query.listAnnotations({ manifests: rows, atMost: maxReferrersSize });
    for (const row of rows) entries.push(referrerEntry(row, annotations.get(manifestKey(row)) ?? '{}'));
    await afterRows(rows.length);
  }
  return entries;
}

/** Bytes that the line of a manifest takes in an answer, at least. */
function leastSize({ media_type, digest, annotations_size }: ManifestRow): number {
  return leastLine + media_type.length + digest.length + annotations_size;
}

function referrerEntry(row: ManifestRow, stored: string): ReferrerEntry {
  const annotations = JSON.parse(stored) as Record<string, string>;
  return {
    mediaType: row.media_type,
    digest: row.digest,
    size: row.size,
    ...(row.referrer_type === null ? {} : { artifactType: row.referrer_type }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

interface ReferrerFilter {
  readonly subject: Digest;
  readonly type: string | undefined;
  readonly after: string | undefined;
}

/** The manifests that name the subject themselves, by digest, until they fill an answer. */
async function statedReferrers(
  { metadata: { query } }: Registry,
  { name }: Repository,
  filter: ReferrerFilter,
): Promise<ManifestRow[]> {
  const rows: ManifestRow[] = [];
  const afterRows = takeTurns();
  let size = 0;
  // Whatever comes behind rows that fill an answer belongs to a later page.
  for (let { after } = filter; size <= maxReferrersSize; after = rows.at(-1)!.digest) {
    const page = await query.listReferrers({ ...filter, repository: name, after, limit: referrersPerRead });
    rows.push(...page);
    if (page.length < referrersPerRead) break;
    size += sizeOf(page);
    await afterRows(page.length);
  }
  return rows;
}

function sizeOf(rows: readonly ManifestRow[]): number {
  return rows.reduce((size, row) => size + leastSize(row), 0);
}

/**
 * What clients without the referrers API listed in an index under the tag `sha256-<hex>`. Manifests that name a subject
 * are left to the API itself, which finds them without help; so are those that are gone. By digest, until they fill an
 * answer.
 */
async function fallbackReferrers(
  { metadata: { query }, blobs }: Registry,
  repository: Repository,
  { subject, type, after = '' }: ReferrerFilter,
): Promise<ManifestRow[]> {
  const [algorithm, hex] = subject.split(':') as [string, string];
  const tag = `${algorithm.slice(0, 32)}-${hex.slice(0, 64)}`;
  const { name } = repository;
  const listed = await query.findTag({ repository: name, tag });
  const row = listed && (await query.findManifest({ repository: name, digest: listed }));
  const bytes = row && (await blobs.read(row.digest as Digest));
  if (!bytes) return [];
  const listedDigests = new Set(parseManifest(bytes, row.media_type).manifests.map((entry) => entry.digest));
  const digests = [...listedDigests].filter((entry) => entry > after).toSorted();
  const rows: ManifestRow[] = [];
  let size = 0;
  for (let start = 0; start < digests.length && size <= maxReferrersSize; start += referrersPerRead) {
    const some = digests.slice(start, start + referrersPerRead);
    const found = await query.findManifests({ repository: name, digests: some });
    // An index may hold tens of thousands of entries, and answers of the store let nobody else have a turn.
    await setImmediate();
    const wanted = found.filter(
      (each) => each.subject === null && (type === undefined || each.referrer_type === type),
    );
    rows.push(...wanted);
    size += sizeOf(wanted);
  }
  return rows;
}

async function fillPage(
  entries: readonly ReferrerEntry[],
): Promise<{ manifests: ReferrerEntry[]; last?: string }> {
  const afterRows = takeTurns();
  let size = 200;
  const manifests: ReferrerEntry[] = [];
  for (const entry of entries) {
    size += Buffer.byteLength(JSON.stringify(entry)) + 1;
    if (size > maxReferrersSize && manifests.length > 0) return { manifests, last: manifests.at(-1)!.digest };
    manifests.push(entry);
    await afterRows(1);
  }
  return { manifests };
}

async function sendJson(reply: FastifyReply, type: string, value: unknown): Promise<void> {
  const body = Buffer.from(JSON.stringify(value));
  await reply.header('content-type', type).header('content-length', body.length).send(body);
}
