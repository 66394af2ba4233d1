import { compareVersions, type Repository, tagToVersion, type Version } from '@ashlar/core';

import type { Registry } from '../../registry.ts';

/** Nothing is locked: rights are a matter of scopes here. */
const changeableAttributes = {
  deleteEnabled: true,
  writeEnabled: true,
  readEnabled: true,
  listEnabled: true,
};

/** One line of a listing. */
export interface Entry {
  /** What `last` of the next page names. */
  readonly key: string;
  /** Milliseconds of the last change. */
  readonly time: number;
  readonly shown: {
    readonly digest: string;
    readonly createdTime: string;
    readonly lastUpdateTime: string;
    readonly [field: string]: unknown;
  };
}

type TaggedManifests = Awaited<ReturnType<Registry['metadata']['query']['listTaggedManifests']>>;

/**
 * Manifests by their highest version, lowest first: Bicep shows them in reverse and describes the module by the last.
 * Those without a version come before, by time. Manifests of which every version is revoked are left out.
 */
export async function listManifests({ metadata }: Registry, repository: Repository): Promise<Entry[]> {
  const rows = await metadata.query.listTaggedManifests({ repository: repository.name });
  const offered = new Set(await metadata.query.listTags({ repository: repository.name }));
  const listed = [...Map.groupBy(rows, ({ digest }) => digest).values()].flatMap((own) => {
    const { digest, media_type, size, created_at } = own[0]!;
    const live = tagsOf(own).filter((tag) => offered.has(tag));
    if (live.length === 0 && tagsOf(own).length > 0) return [];
    // An editor offers every tag as a version, and those of attachments are none.
    const tags = sortTags(
      live
        .map((tag) => ({ tag, version: tagToVersion(tag) }))
        .filter(({ version }) => repository.kind === 'plain' || version !== undefined),
    );
    // Not by spreading: a manifest may have more tags than a call takes arguments.
    const time = own.reduce((latest, row) => Math.max(latest, row.updated_at ?? created_at), 0);
    const shown = {
      digest,
      imageSize: size,
      createdTime: azureTime(created_at),
      lastUpdateTime: azureTime(time),
      mediaType: media_type,
      ...(tags.length === 0 ? {} : { tags: tags.map(({ tag }) => tag) }),
      changeableAttributes,
    };
    return [{ entry: { key: digest, time, shown }, created: created_at, highest: tags.at(-1) }];
  });
  return listed.toSorted(compareManifests).map(({ entry }) => entry);
}

/** Adds the bytes of the blobs to the sizes of manifests: only of those that are shown, for some name thousands. */
export async function withBlobSizes(
  { metadata }: Registry,
  { name }: Repository,
  entries: readonly Entry[],
): Promise<Entry[]> {
  const manifests = entries.map(({ key }) => key);
  const sizes = await metadata.query.blobSizes({ repository: name, manifests });
  return entries.map(({ key, time, shown }) => {
    const imageSize = (shown['imageSize'] as number) + (sizes.get(key) ?? 0);
    return { key, time, shown: { ...shown, imageSize } };
  });
}

/** Tags by version, lowest first; those of revoked versions are left out. */
export async function listTags({ metadata }: Registry, { name }: Repository): Promise<Entry[]> {
  const rows = await metadata.query.listTaggedManifests({ repository: name });
  const offered = new Set(await metadata.query.listTags({ repository: name }));
  const tagged = rows.flatMap((row) =>
    row.tag !== null && offered.has(row.tag) ? [{ tag: row.tag, version: tagToVersion(row.tag), row }] : [],
  );
  return sortTags(tagged).map(({ tag, row }) => {
    const time = row.updated_at ?? row.created_at;
    const times = { createdTime: azureTime(row.created_at), lastUpdateTime: azureTime(time) };
    const shown = { name: tag, digest: row.digest, ...times, signed: false, changeableAttributes };
    return { key: tag, time, shown };
  });
}

/** What the Azure SDK calls the properties of a repository. */
export async function repositoryProperties(registry: Registry, repository: Repository) {
  const row = await registry.metadata.query.findRepository(repository.name);
  const createdAt = row?.created_at ?? 0;
  const manifests = await listManifests(registry, repository);
  const tags = await listTags(registry, repository);
  return {
    createdTime: azureTime(createdAt),
    lastUpdateTime: azureTime(manifests.reduce((latest, { time }) => Math.max(latest, time), createdAt)),
    manifestCount: manifests.length,
    tagCount: tags.length,
    changeableAttributes,
  };
}

export function byTime(entries: readonly Entry[], order: 'timeasc' | 'timedesc'): Entry[] {
  const ascending = entries.toSorted((a, b) => a.time - b.time);
  return order === 'timeasc' ? ascending : ascending.toReversed();
}

/** A tag and the version that it stands for, read once for many comparisons. */
interface Tag {
  readonly tag: string;
  readonly version: Version | undefined;
}

interface Listed {
  readonly entry: Entry;
  readonly created: number;
  /** The tag of the highest version. */
  readonly highest: Tag | undefined;
}

function compareManifests(a: Listed, b: Listed): number {
  if (a.highest !== undefined && b.highest !== undefined) return compareTags(a.highest, b.highest);
  if (a.highest !== b.highest) return a.highest === undefined ? -1 : 1;
  return a.created - b.created || (a.entry.key < b.entry.key ? -1 : 1);
}

function sortTags<Tagged extends Tag>(tags: readonly Tagged[]): Tagged[] {
  return tags.toSorted(compareTags);
}

/** Versions by precedence; other tags in ASCII order before them. */
function compareTags({ tag: left, version: a }: Tag, { tag: right, version: b }: Tag): number {
  if (a !== undefined && b !== undefined) return compareVersions(a, b);
  if ((a === undefined) !== (b === undefined)) return a === undefined ? -1 : 1;
  return left < right ? -1 : left > right ? 1 : 0;
}

function tagsOf(rows: TaggedManifests): string[] {
  return rows.flatMap(({ tag }) => (tag === null ? [] : [tag]));
}

/** As .NET writes times, with seven digits of a second. */
function azureTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '0000Z');
}
