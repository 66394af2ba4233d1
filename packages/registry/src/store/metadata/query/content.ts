import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely';

import { inChunks } from '../chunk.ts';
import type { Schema } from '../schema.ts';

export type ManifestRow = Selectable<Schema['manifest']>;

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

/** The digest that a tag points at. */
export async function findTag(
  db: Kysely<Schema>,
  { repository, tag }: InRepository & { readonly tag: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('tag')
    .select('digest')
    .where('repository', '=', repository)
    .where('name', '=', tag)
    .executeTakeFirst();
  return row?.digest;
}

/** A manifest by digest. */
export async function findManifest(
  db: Kysely<Schema>,
  { repository, digest }: InRepository & { readonly digest: string },
): Promise<ManifestRow | undefined> {
  return await db
    .selectFrom('manifest')
    .selectAll()
    .where('repository', '=', repository)
    .where('digest', '=', digest)
    .executeTakeFirst();
}

/** The manifests of a list of digests that are there, in no particular order. */
export async function findManifests(
  db: Kysely<Schema>,
  { repository, digests }: InRepository & { readonly digests: readonly string[] },
): Promise<ManifestRow[]> {
  const query = db.selectFrom('manifest').selectAll().where('repository', '=', repository);
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

/**
 * A blob of a repository. `revoked` names one when all versions that the blob belongs to are revoked.
 */
export async function findBlob(
  db: Kysely<Schema>,
  { repository, digest }: InRepository & { readonly digest: string },
): Promise<{ size: number; revoked: string | null } | undefined> {
  const row = await db
    .selectFrom('repository_blob')
    .select('size')
    .where('repository', '=', repository)
    .where('digest', '=', digest)
    .where('hidden', '=', 0)
    .executeTakeFirst();
  if (!row) return undefined;
  const revoked = row.size <= emptyConfigSize ? null : await revokedOwner(db, repository, digest);
  return { size: row.size, revoked };
}

/** Bytes of `{}`: the config of nearly everything, so that it tells nothing and stays readable for attachments. */
const emptyConfigSize = 2;

/** The version, when versions name the blob and all of them are revoked; an attachment does not open it again. */
async function revokedOwner(db: Kysely<Schema>, repository: string, digest: string): Promise<string | null> {
  const owners = await db
    .selectFrom('manifest_part as part')
    .innerJoin('version', (join) =>
      join
        .onRef('version.repository', '=', 'part.repository')
        .onRef('version.digest', '=', 'part.manifest')
        .on('version.deleted_at', 'is', null),
    )
    .select(['version.version', 'version.state'])
    .where('part.repository', '=', repository)
    .where('part.digest', '=', digest)
    .orderBy('version.version')
    .execute();
  return owners.length > 0 && owners.every((owner) => owner.state === 'revoked') ? owners[0]!.version : null;
}

/** Repositories that hold a blob, for a mount that names none. */
export async function repositoriesWithBlob(
  db: Kysely<Schema>,
  { digest, limit }: { readonly digest: string; readonly limit: number },
) {
  return await db
    .selectFrom('repository_blob')
    .innerJoin('repository', 'repository.name', 'repository_blob.repository')
    .select(['repository.name', 'repository.namespace'])
    .where('repository_blob.digest', '=', digest)
    .where('repository_blob.hidden', '=', 0)
    .orderBy('repository.name')
    .limit(limit)
    .execute();
}

/** Tag names in ASCII order. In a module repository the tags of revoked versions are left out. */
export async function listTags(db: Kysely<Schema>, input: InRepository & Page): Promise<string[]> {
  let query = db
    .selectFrom('tag')
    .select('name')
    .where('repository', '=', input.repository)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('version')
            .select('version.version')
            .whereRef('version.repository', '=', 'tag.repository')
            .whereRef('version.digest', '=', 'tag.digest')
            .where(sql<boolean>`replace(version.version, '+', '_') = tag.name`)
            .where('version.state', '=', 'revoked'),
        ),
      ),
    )
    .orderBy('name');
  if (input.after !== undefined) query = query.where('name', '>', input.after);
  if (input.limit !== undefined) query = query.limit(input.limit);
  return (await query.execute()).map((row) => row.name);
}

/** Tags with the manifests that they point at, for listings of manifests. */
export async function listTaggedManifests(db: Kysely<Schema>, { repository }: InRepository) {
  return await db
    .selectFrom('manifest')
    .leftJoin('tag', (join) =>
      join.onRef('tag.repository', '=', 'manifest.repository').onRef('tag.digest', '=', 'manifest.digest'),
    )
    .select([
      'manifest.digest',
      'manifest.media_type',
      'manifest.size',
      'manifest.created_at',
      'tag.name as tag',
      'tag.updated_at',
    ])
    .where('manifest.repository', '=', repository)
    .orderBy('manifest.created_at')
    .orderBy('manifest.digest')
    .execute();
}

/** Bytes of the blobs that each manifest of a repository names, by manifest digest. */
export async function blobSizes(
  db: Kysely<Schema>,
  { repository }: InRepository,
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('manifest_part as part')
    .innerJoin('repository_blob as blob', (join) =>
      join.onRef('blob.repository', '=', 'part.repository').onRef('blob.digest', '=', 'part.digest'),
    )
    .select(({ fn }) => ['part.manifest', fn.sum<number>('blob.size').as('size')])
    .where('part.repository', '=', repository)
    .groupBy('part.manifest')
    .execute();
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
    async (chunk) => await query.where('namespace', 'in', chunk).execute(),
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
    .selectAll()
    .where('repository', '=', input.repository)
    .where('subject', '=', input.subject)
    .orderBy('digest');
  if (input.type !== undefined) query = query.where('referrer_type', '=', input.type);
  if (input.after !== undefined) query = query.where('digest', '>', input.after);
  if (input.limit !== undefined) query = query.limit(input.limit);
  return await query.execute();
}
