import { compareText, type Repository, tagToVersion, versionOrder } from '@ashlar/core';

import type { Registry } from '../../registry.ts';
import type { ManifestRow, TagRow } from '../../store/metadata/index.ts';
import { inPages, rowsPerTurn, takeTurns } from '../../turns.ts';

/** How many manifests are looked at together with their tags. */
const manifestsAtOnce = 500;

/** Nothing is locked: rights are a matter of scopes here. */
const changeableAttributes = {
  deleteEnabled: true,
  writeEnabled: true,
  readEnabled: true,
  listEnabled: true,
};

/** What a line of a listing is found by, and its place among the others. */
export interface Place {
  /** What `last` of the next page names. */
  readonly key: string;
  /** Milliseconds of the last change. */
  readonly time: number;
  /** Its place by version, as a text that is compared by its characters. */
  readonly order: string;
}

/** A tag that is offered. */
export interface ListedTag extends Place {
  readonly digest: string;
}

/** A manifest with at least one tag that is offered, or with none at all. */
export interface ListedManifest extends Place {
  readonly row: ManifestRow;
  /** Those that are shown, in ASCII order. */
  readonly tags: readonly string[];
  /** How many tags are offered; not all of them are shown. */
  readonly offered: number;
}

/** The tags of a repository or of one of its manifests, piece by piece; those of revoked versions are left out. */
export async function* tagsIn(
  { metadata: { query } }: Registry,
  { name: repository }: Repository,
  digest: string | undefined,
): AsyncGenerator<ListedTag[]> {
  const limit = rowsPerTurn;
  if (digest !== undefined) {
    for await (const rows of tagsOfDigests(query, { repository, first: digest, last: digest }))
      yield rows.filter(({ revoked }) => revoked === 0).map(listedTag);
    return;
  }
  const pages = inPages<TagRow>(
    limit,
    async (last) => await query.listTagRows({ repository, after: last?.name, limit }),
  );
  for await (const page of pages) yield page.map(listedTag);
}

/** A tag that is offered, by its name. */
export async function findListedTag(
  { metadata }: Registry,
  { name }: Repository,
  tag: string,
): Promise<ListedTag | undefined> {
  const row = await metadata.query.findTagRow({ repository: name, tag });
  return row && listedTag(row);
}

function listedTag({ name, digest, updated_at }: TagRow): ListedTag {
  return { key: name, digest, time: updated_at, order: tagOrder(name) };
}

/** How tags are shown. */
export async function showTags(
  { metadata }: Registry,
  { name: repository }: Repository,
  tags: readonly ListedTag[],
): Promise<object[]> {
  const digests = [...new Set(tags.map(({ digest }) => digest))];
  const rows = await metadata.query.findManifests({ repository, digests });
  const created = new Map(rows.map((row) => [row.digest, row.created_at]));
  return tags.map(({ key, digest, time }) => ({
    name: key,
    digest,
    // One that went away meanwhile was there when its tag was set.
    createdTime: azureTime(created.get(digest) ?? time),
    lastUpdateTime: azureTime(time),
    signed: false,
    changeableAttributes,
  }));
}

/**
 * The manifests of a repository, piece by piece. Their place is that of their highest version: Bicep shows them in reverse
 * and describes the module by the last. Those without a version come before, by time. Manifests of which every version is
 * revoked are left out.
 */
export async function* manifestsIn(
  registry: Registry,
  repository: Repository,
): AsyncGenerator<ListedManifest[]> {
  const { query } = registry.metadata;
  const limit = manifestsAtOnce;
  const pages = inPages<ManifestRow>(
    limit,
    async (last) => await query.listManifests({ repository: repository.name, after: last?.digest, limit }),
  );
  for await (const page of pages) yield await withTags(registry, repository, page);
}

/** A manifest that is listed, by its digest. */
export async function findListedManifest(
  registry: Registry,
  repository: Repository,
  digest: string,
): Promise<ListedManifest | undefined> {
  const row = await registry.metadata.query.findManifest({ repository: repository.name, digest });
  return row && (await withTags(registry, repository, [row]))[0];
}

interface OwnTags {
  readonly shown: string[];
  offered: number;
  time: number;
  highest: string;
}

/** Reads the tags of manifests that follow each other by digest. */
async function withTags(
  { metadata: { query } }: Registry,
  { name, kind }: Repository,
  rows: readonly ManifestRow[],
): Promise<ListedManifest[]> {
  if (rows.length === 0) return [];
  const tagsOf = new Map<string, OwnTags>();
  const range = { repository: name, first: rows[0]!.digest, last: rows.at(-1)!.digest };
  for await (const page of tagsOfDigests(query, range)) {
    for (const { digest, name: tag, updated_at, revoked } of page) {
      const own = tagsOf.get(digest) ?? { shown: [], offered: 0, time: 0, highest: '' };
      tagsOf.set(digest, own);
      own.time = Math.max(own.time, updated_at);
      if (revoked === 1) continue;
      own.offered += 1;
      // An editor offers every tag as a version, and those of attachments are none.
      if (kind === 'module' && tagToVersion(tag) === undefined) continue;
      own.shown.push(tag);
      const order = tagOrder(tag);
      if (order > own.highest) own.highest = order;
    }
  }
  return rows.flatMap((row) => {
    const own = tagsOf.get(row.digest);
    const { shown: tags = [], offered = 0, time = row.created_at, highest = '' } = own ?? {};
    if (own !== undefined && offered === 0) return [];
    const order = highest === '' ? createdOrder(row) : `1${highest}`;
    return [{ key: row.digest, row, tags, offered, time, order }];
  });
}

function tagsOfDigests(
  query: Registry['metadata']['query'],
  range: { readonly repository: string; readonly first: string; readonly last: string },
) {
  const limit = rowsPerTurn;
  return inPages<TagRow & { readonly revoked: number }>(
    limit,
    async (after) => await query.listTagsByDigest({ ...range, after, limit }),
  );
}

/** How manifests are shown; their sizes are those with all blobs. */
export async function showManifests(
  { metadata }: Registry,
  { name }: Repository,
  manifests: readonly ListedManifest[],
): Promise<object[]> {
  const digests = manifests.map(({ key }) => key);
  const sizes = await metadata.query.blobSizes({ repository: name, manifests: digests });
  const shown: object[] = [];
  const afterRows = takeTurns();
  for (const { key, row, tags, time } of manifests) {
    shown.push({
      digest: key,
      imageSize: row.size + (sizes.get(key) ?? 0),
      createdTime: azureTime(row.created_at),
      lastUpdateTime: azureTime(time),
      mediaType: row.media_type,
      ...(tags.length === 0 ? {} : { tags: await sortTags(tags) }),
      changeableAttributes,
    });
    await afterRows(tags.length + 1);
  }
  return shown;
}

/** What the Azure SDK calls the properties of a repository. */
export async function repositoryProperties(registry: Registry, repository: Repository) {
  const row = await registry.metadata.query.findRepository(repository.name);
  const createdAt = row?.created_at ?? 0;
  let [updatedAt, manifestCount, tagCount] = [createdAt, 0, 0];
  for await (const manifests of manifestsIn(registry, repository)) {
    manifestCount += manifests.length;
    for (const { time, offered } of manifests) {
      updatedAt = Math.max(updatedAt, time);
      tagCount += offered;
    }
  }
  return {
    createdTime: azureTime(createdAt),
    lastUpdateTime: azureTime(updatedAt),
    manifestCount,
    tagCount,
    changeableAttributes,
  };
}

/** By version, lowest first. One manifest may have more tags than are sorted in one turn. */
async function sortTags(tags: readonly string[]): Promise<string[]> {
  const afterRows = takeTurns();
  const sorted: { readonly tag: string; readonly order: string }[] = [];
  for (let start = 0; start < tags.length; start += rowsPerTurn) {
    const some = tags.slice(start, start + rowsPerTurn).map((tag) => ({ tag, order: tagOrder(tag) }));
    for (const each of some.toSorted(byOrder)) sorted.push(each);
    await afterRows(some.length);
  }
  // Pieces that are in order take little time to put together.
  return sorted.toSorted(byOrder).map(({ tag }) => tag);
}

type Ordered = Pick<Place, 'order'>;

export function byOrder(a: Ordered, b: Ordered): number {
  return compareText(a.order, b.order);
}

/** Versions by precedence; other tags in ASCII order before them. */
function tagOrder(tag: string): string {
  const version = tagToVersion(tag);
  return version === undefined ? `0${tag}` : `1${versionOrder(version)}`;
}

/** Before all that have a tag. */
function createdOrder({ created_at, digest }: ManifestRow): string {
  return `0${String(created_at).padStart(16, '0')}${digest}`;
}

/** As .NET writes times, with seven digits of a second. */
function azureTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '0000Z');
}
