import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely';

import { rowsPerTurn, takeTurns } from '../../../turns.ts';
import { inChunks } from '../chunk.ts';
import { manifestKey } from '../manifest-key.ts';
import type { Schema } from '../schema.ts';
import { byNameFirst } from './page.ts';
import { prepared } from './prepared.ts';

/** A manifest without its annotations, which may fill 4 MiB and are read by {@link listAnnotations} where they are shown. */
export type ManifestRow = Omit<Selectable<Schema['manifest']>, 'annotations'> & {
  /** Bytes. */
  annotations_size: number;
};

const manifestColumns = [
  'repository',
  'digest',
  'media_type',
  'size',
  'referrer_type',
  'subject',
  'created_at',
  sql<number>`octet_length(annotations)`.as('annotations_size'),
] as const;

interface InRepository {
  readonly repository: string;
}

interface Page {
  /** Leave out names up to and including this one. */
  readonly after?: string | undefined;
  /** All when undefined. */
  readonly limit?: number | undefined;
}

export async function findRepository(db: Kysely<Schema>, name: string) {
  return await db.selectFrom('repository').selectAll().where('name', '=', name).executeTakeFirst();
}

const tagByName = prepared((db, input: InRepository & { readonly tag: string }) =>
  db
    .selectFrom('tag')
    .select('digest')
    .where('repository', '=', input.repository)
    .where('name', '=', input.tag),
);

/** The digest that a tag points at. */
export async function findTag(
  db: Kysely<Schema>,
  input: InRepository & { readonly tag: string },
): Promise<string | undefined> {
  return (await tagByName(db, input))[0]?.digest;
}

interface ByDigest extends InRepository {
  readonly digest: string;
}

const manifestByDigest = prepared((db, input: ByDigest) =>
  db
    .selectFrom('manifest')
    .select(manifestColumns)
    .where('repository', '=', input.repository)
    .where('digest', '=', input.digest),
);

/** A manifest by digest. */
export async function findManifest(db: Kysely<Schema>, input: ByDigest): Promise<ManifestRow | undefined> {
  return (await manifestByDigest(db, input))[0];
}

/** The manifests of a list of digests that are there, in no particular order. */
export async function findManifests(
  db: Kysely<Schema>,
  { repository, digests }: InRepository & { readonly digests: readonly string[] },
): Promise<ManifestRow[]> {
  const query = db.selectFrom('manifest').select(manifestColumns).where('repository', '=', repository);
  return await inChunks(digests, async (chunk) => await query.where('digest', 'in', chunk).execute());
}

/** The size of a blob that a push may name: also of one that is hidden since its version was deleted. */
export async function findPushable(
  db: Kysely<Schema>,
  { repository, digest }: InRepository & { readonly digest: string },
): Promise<number | undefined> {
  const row = await db
    .selectFrom('repository_blob')
    .select('size')
    .where('repository', '=', repository)
    .where('digest', '=', digest)
    .executeTakeFirst();
  return row?.size;
}

/** The annotations, as JSON, of those manifests that have at most so many bytes of them, by {@link manifestKey}. */
export async function listAnnotations(
  db: Kysely<Schema>,
  input: {
    readonly manifests: readonly { readonly repository: string; readonly digest: string }[];
    readonly atMost: number;
  },
): Promise<Map<string, string>> {
  const query = db
    .selectFrom('manifest')
    .select(['repository', 'digest', 'annotations'])
    .where(sql<boolean>`octet_length(annotations) <= ${input.atMost}`);
  const rows = await inChunks(
    input.manifests,
    async (chunk) =>
      await query
        .where(
          'repository',
          'in',
          chunk.map(({ repository }) => repository),
        )
        .where(
          'digest',
          'in',
          chunk.map(({ digest }) => digest),
        )
        .execute(),
  );
  return new Map(rows.map((row) => [manifestKey(row), row.annotations]));
}

/** Bytes of `{}`: the config of nearly everything, so that it tells nothing and stays readable for attachments. */
const emptyConfigSize = 2;

const blobByDigest = prepared((db, input: ByDigest) =>
  db
    .selectFrom('repository_blob as blob')
    .select(['blob.size', (eb) => revokedOwner(eb).as('revoked')])
    .where('blob.repository', '=', input.repository)
    .where('blob.digest', '=', input.digest)
    .where('blob.hidden', '=', 0),
);

/** The version, when versions name the blob and all of them are revoked; an attachment does not open it again. */
function revokedOwner({
  selectFrom,
}: ExpressionBuilder<Schema & { blob: Schema['repository_blob'] }, 'blob'>) {
  return selectFrom('manifest_part as part')
    .innerJoin('version', (join) =>
      join
        .onRef('version.repository', '=', 'part.repository')
        .onRef('version.digest', '=', 'part.manifest')
        .on('version.deleted_at', 'is', null),
    )
    .select(({ fn: { min } }) => min('version.version').as('version'))
    .whereRef('part.repository', '=', 'blob.repository')
    .whereRef('part.digest', '=', 'blob.digest')
    .having(sql<boolean>`count(*) = count(case when version.state = 'revoked' then 1 end)`);
}

/**
 * A blob of a repository. `revoked` names one when all versions that the blob belongs to are revoked.
 */
export async function findBlob(
  db: Kysely<Schema>,
  input: ByDigest,
): Promise<{ size: number; revoked: string | null } | undefined> {
  const row = (await blobByDigest(db, input))[0];
  return row && { size: row.size, revoked: row.size <= emptyConfigSize ? null : row.revoked };
}

/**
 * Repositories that hold a blob, for a mount that names none, within the given namespaces. Others are not looked at, so
 * that neither the answer nor its time tells of them.
 */
export async function repositoriesWithBlob(
  db: Kysely<Schema>,
  input: { readonly digest: string; readonly namespaces: readonly string[]; readonly limit: number },
) {
  const query = db
    .selectFrom('repository_blob')
    .innerJoin('repository', 'repository.name', 'repository_blob.repository')
    .select(['repository.name', 'repository.namespace'])
    .where('repository_blob.digest', '=', input.digest)
    .where('repository_blob.hidden', '=', 0)
    .orderBy('repository.name')
    .limit(input.limit);
  const rows = await inChunks(
    input.namespaces,
    async (chunk) => await query.where('repository.namespace', 'in', chunk).execute(),
  );
  return rows.toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, input.limit);
}

/** A tag that is offered. */
export interface TagRow {
  readonly name: string;
  readonly digest: string;
  readonly updated_at: number;
}

/**
 * Tag names in ASCII order. In a module repository the tags of revoked versions are left out. Others get a turn while a long
 * list is read.
 */
export async function listTags(
  db: Kysely<Schema>,
  { repository, after, limit = Infinity }: InRepository & Page,
): Promise<string[]> {
  const afterRows = takeTurns();
  const names: string[] = [];
  for (let last = after; names.length < limit; last = names.at(-1)) {
    const size = Math.min(rowsPerTurn, limit - names.length);
    const page = await listTagRows(db, { repository, after: last, limit: size });
    for (const { name } of page) names.push(name);
    if (page.length < size) break;
    await afterRows(page.length);
  }
  return names;
}

/** A page of what {@link listTags} lists, with where the tags point. */
export async function listTagRows(
  db: Kysely<Schema>,
  { repository, after, limit }: InRepository & { readonly after: string | undefined; readonly limit: number },
): Promise<TagRow[]> {
  const query = offeredTags(db, repository).orderBy('name').limit(limit);
  return await (after === undefined ? query : query.where('name', '>', after)).execute();
}

/** A tag that {@link listTags} lists. */
export async function findTagRow(
  db: Kysely<Schema>,
  { repository, tag }: InRepository & { readonly tag: string },
): Promise<TagRow | undefined> {
  return await offeredTags(db, repository).where('name', '=', tag).executeTakeFirst();
}

function offeredTags(db: Kysely<Schema>, repository: string) {
  return db
    .selectFrom('tag')
    .select(['name', 'digest', 'updated_at'])
    .where('repository', '=', repository)
    .where((eb) => eb.not(isRevoked(eb)));
}

function isRevoked({ exists, selectFrom }: ExpressionBuilder<Schema, 'tag'>) {
  return exists(
    selectFrom('version')
      .select('version.version')
      .whereRef('version.repository', '=', 'tag.repository')
      .whereRef('version.digest', '=', 'tag.digest')
      // This way round it is found by its key: thousands of versions may share one digest.
      .where(sql<boolean>`version.version = replace(tag.name, '_', '+')`)
      .where('version.state', '=', 'revoked'),
  );
}

/**
 * A page of the tags of some manifests, by digest and name: those from one digest to another, both included. Also those
 * of revoked versions, which are marked.
 */
export async function listTagsByDigest(
  db: Kysely<Schema>,
  {
    repository,
    first,
    last,
    after,
    limit,
  }: InRepository & {
    readonly first: string;
    readonly last: string;
    readonly after: TagRow | undefined;
    readonly limit: number;
  },
): Promise<(TagRow & { readonly revoked: number })[]> {
  return await db
    .selectFrom('tag')
    .select((eb) => [
      'name',
      'digest',
      'updated_at',
      eb.case().when(isRevoked(eb)).then(1).else(0).end().as('revoked'),
    ])
    .where('repository', '=', repository)
    .where('digest', '<=', last)
    .where(({ eb, refTuple, tuple }) =>
      after === undefined
        ? eb('digest', '>=', first)
        : eb(refTuple('digest', 'name'), '>', tuple(after.digest, after.name)),
    )
    .orderBy('digest')
    .orderBy('name')
    .limit(limit)
    .execute();
}

/** A page of the manifests of a repository, by digest. */
export async function listManifests(
  db: Kysely<Schema>,
  {
    repository,
    after = '',
    limit,
  }: InRepository & { readonly after?: string | undefined; readonly limit: number },
): Promise<ManifestRow[]> {
  return await db
    .selectFrom('manifest')
    .select(manifestColumns)
    .where('repository', '=', repository)
    .where('digest', '>', after)
    .orderBy('digest')
    .limit(limit)
    .execute();
}

/** Bytes of the blobs that some manifests of a repository name, by manifest digest. */
export async function blobSizes(
  db: Kysely<Schema>,
  { repository, manifests }: InRepository & { readonly manifests: readonly string[] },
): Promise<Map<string, number>> {
  const query = db
    .selectFrom('manifest_part as part')
    .innerJoin('repository_blob as blob', (join) =>
      join.onRef('blob.repository', '=', 'part.repository').onRef('blob.digest', '=', 'part.digest'),
    )
    .select(({ fn }) => ['part.manifest', fn.sum<number>('blob.size').as('size')])
    .where('part.repository', '=', repository)
    .groupBy('part.manifest');
  const rows = await inChunks(
    manifests,
    async (chunk) => await query.where('part.manifest', 'in', chunk).execute(),
  );
  return new Map(rows.map((row) => [row.manifest, Number(row.size)]));
}

/**
 * Names of repositories that have something to offer, in ASCII order, within the given namespaces (all when
 * undefined): modules with a version that is neither deleted nor revoked, and plain repositories with a manifest.
 */
export async function listRepositories(
  db: Kysely<Schema>,
  input: Page & { readonly namespaces: readonly string[] | undefined; readonly kind?: 'module' | undefined },
): Promise<string[]> {
  const { namespaces, kind, after, limit } = input;
  let query = db.selectFrom('repository').select('name').where(hasContent).orderBy('name');
  if (kind !== undefined) query = query.where('kind', '=', kind);
  if (after !== undefined) query = query.where('name', '>', after);
  if (limit !== undefined) query = query.limit(limit);
  if (namespaces === undefined) return (await query.execute()).map((row) => row.name);
  const rows = await inChunks(
    namespaces,
    async (chunk) => await query.where(byNameFirst('repository.namespace'), 'in', chunk).execute(),
  );
  return rows
    .map((row) => row.name)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .slice(0, limit);
}

function hasContent({ eb, and, or, exists, selectFrom }: ExpressionBuilder<Schema, 'repository'>) {
  const manifest = selectFrom('manifest')
    .select('manifest.digest')
    .whereRef('manifest.repository', '=', 'repository.name');
  const version = selectFrom('version')
    .select('version.version')
    .whereRef('version.repository', '=', 'repository.name')
    .where('version.deleted_at', 'is', null)
    .where('version.state', '<>', 'revoked');
  return or([
    and([eb('repository.kind', '=', 'plain'), exists(manifest)]),
    and([eb('repository.kind', '=', 'module'), exists(version)]),
  ]);
}

/** Manifests whose subject is the given digest, by digest. */
export async function listReferrers(
  db: Kysely<Schema>,
  input: InRepository & Page & { readonly subject: string; readonly type?: string | undefined },
): Promise<ManifestRow[]> {
  let query = db
    .selectFrom('manifest')
    .select(manifestColumns)
    .where('repository', '=', input.repository)
    .where('subject', '=', input.subject)
    .orderBy('digest');
  if (input.type !== undefined) query = query.where('referrer_type', '=', input.type);
  if (input.after !== undefined) query = query.where('digest', '>', input.after);
  if (input.limit !== undefined) query = query.limit(input.limit);
  return await query.execute();
}
