import type { ExpressionBuilder, Kysely } from 'kysely';

import type { ModuleClass } from '@ashlar/core';
import { ashlarError } from '@ashlar/core/error';

import { chunksOf, inChunks } from '../chunk.ts';
import type { Schema } from '../schema.ts';
import type { ModelInput } from './model.ts';
import { ensureRepository, type RepositoryInput, showBlob } from './repository.ts';
import { tombstoneVersions, writeVersions } from './version.ts';

/** What makes a pushed manifest versions of a module. */
export interface Publication {
  readonly language: 'bicep' | 'terraform';
  /** The address as its owner spells it. */
  readonly address: string;
  readonly class: ModuleClass | null;
  /** One version for each tag of the push, in the same order. */
  readonly versions: readonly string[];
  readonly contentDigest: string;
  readonly archive: { readonly digest: string; readonly size: number } | null;
  readonly description: string;
  readonly documentation: string | null;
  readonly readme: string | null;
  readonly publishedBy: string;
  /** What was read of each version, in the order of `versions`; undefined where nothing was. */
  readonly models?: readonly (ModelInput | undefined)[];
}

export interface ManifestInput {
  readonly now: number;
  readonly repository: RepositoryInput;
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
  readonly referrerType: string | null;
  readonly subject: string | null;
  /** JSON object of strings. */
  readonly annotations: string;
  readonly parts: readonly ManifestPart[];
  /** Stored blobs that come along: shown in the repository with the manifest, in the same transaction. */
  readonly blobs?: readonly { readonly digest: string; readonly size: number }[];
  readonly tags: readonly string[];
  /** Refuse when a tag exists already. */
  readonly ifNoneMatch?: boolean;
  /** Refuse unless the tag points at one of these digests now; `*` is any. */
  readonly ifMatch?: readonly string[];
  readonly publication?: Publication;
}

export interface ManifestPart {
  readonly kind: 'blob' | 'manifest';
  readonly digest: string;
  readonly size: number;
  /** Whether the push is refused when the part is not in the repository. */
  readonly required: boolean;
}

/**
 * Stores a manifest with its tags and, in a module repository, its versions. Says which tags are new or moved; all
 * others pointed at this digest before.
 * @throws ASH-NAMESPACE-UNKNOWN ASH-MANIFEST-PARTS ASH-MANIFEST-INVALID ASH-PRECONDITION ASH-TAG-IMMUTABLE
 *   ASH-VERSION-EXISTS ASH-VERSION-EQUAL-CONTENT ASH-VERSION-DELETED
 */
export async function putManifest(db: Kysely<Schema>, input: ManifestInput): Promise<{ changed: string[] }> {
  await ensureRepository(db, input.now, input.repository);
  await checkConditions(db, input);
  for (const blob of input.blobs ?? []) await showBlob(db, input.now, input.repository.name, blob);
  await checkParts(db, input);
  await writeManifest(db, input);
  await showParts(db, input);
  if (input.publication) await writeVersions(db, input, input.publication);
  const changed: string[] = [];
  for (const tag of input.tags) if (await writeTag(db, input, tag)) changed.push(tag);
  return { changed };
}

/**
 * Removes a tag. In a plain repository its manifest stays; in a module repository the version is gone, and with it
 * whatever no other version or attachment uses.
 * @throws ASH-MANIFEST-UNKNOWN
 */
export async function deleteTag(
  db: Kysely<Schema>,
  input: {
    readonly now: number;
    readonly repository: string;
    readonly tag: string;
    readonly version?: string;
  },
): Promise<void> {
  const { now, repository, tag, version } = input;
  const row = await db
    .deleteFrom('tag')
    .where('repository', '=', repository)
    .where('name', '=', tag)
    .returning('digest')
    .executeTakeFirst();
  if (!row) throw ashlarError('ASH-MANIFEST-UNKNOWN', { name: repository, reference: tag });
  if (version === undefined) return;
  await tombstoneVersions(db, { now, repository, digest: row.digest, version });
  const other = await db
    .selectFrom('tag')
    .select('name')
    .where('repository', '=', repository)
    .where('digest', '=', row.digest)
    .executeTakeFirst();
  if (!other) await removeManifest(db, repository, row.digest, true);
}

/** Removes a manifest, its tags and, in a module repository, its versions. @throws ASH-MANIFEST-UNKNOWN */
export async function deleteManifest(
  db: Kysely<Schema>,
  input: {
    readonly now: number;
    readonly repository: string;
    readonly digest: string;
    readonly kind: 'module' | 'plain';
  },
): Promise<void> {
  const { now, repository, digest, kind } = input;
  const found = await db
    .selectFrom('manifest')
    .select('digest')
    .where('repository', '=', repository)
    .where('digest', '=', digest)
    .executeTakeFirst();
  if (!found) throw ashlarError('ASH-MANIFEST-UNKNOWN', { name: repository, reference: digest });
  await tombstoneVersions(db, { now, repository, digest });
  await db.deleteFrom('tag').where('repository', '=', repository).where('digest', '=', digest).execute();
  await removeManifest(db, repository, digest, kind === 'module');
}

async function checkConditions(db: Kysely<Schema>, input: ManifestInput): Promise<void> {
  const { ifNoneMatch, ifMatch, tags } = input;
  if (!ifNoneMatch && ifMatch === undefined) return;
  const name = input.repository.name;
  const current = await existingDigests(db, name, input.digest, tags);
  for (const reference of tags.length > 0 ? tags : [input.digest]) {
    const digest = current.get(reference);
    const fails =
      (ifNoneMatch && digest !== undefined) ||
      (ifMatch && !(digest && (ifMatch.includes(digest) || ifMatch.includes('*'))));
    if (fails) throw ashlarError('ASH-PRECONDITION', { name, reference });
  }
}

async function existingDigests(
  db: Kysely<Schema>,
  repository: string,
  digest: string,
  tags: readonly string[],
) {
  if (tags.length === 0) {
    const row = await db
      .selectFrom('manifest')
      .select('digest')
      .where('repository', '=', repository)
      .where('digest', '=', digest)
      .executeTakeFirst();
    return new Map(row ? [[digest, digest]] : []);
  }
  const rows = await db
    .selectFrom('tag')
    .select(['name', 'digest'])
    .where('repository', '=', repository)
    .where('name', 'in', tags)
    .execute();
  return new Map(rows.map((row) => [row.name, row.digest]));
}

async function checkParts(db: Kysely<Schema>, { repository, parts }: ManifestInput): Promise<void> {
  const sizes = {
    blob: await partSizes(db, repository.name, 'repository_blob', digestsOf(parts, 'blob')),
    manifest: await partSizes(db, repository.name, 'manifest', digestsOf(parts, 'manifest')),
  };
  for (const { kind, digest, size, required } of parts) {
    const found = sizes[kind].get(digest);
    if (found === undefined && required) throw ashlarError('ASH-MANIFEST-PARTS', { digest });
    if (found === undefined || found === size) continue;
    const reason = `it states a size of ${size} bytes for ${digest}, which has ${found}`;
    throw ashlarError('ASH-MANIFEST-INVALID', { reason });
  }
}

function digestsOf(parts: readonly ManifestPart[], kind: ManifestPart['kind']): string[] {
  return parts.filter((part) => part.kind === kind).map((part) => part.digest);
}

async function partSizes(
  db: Kysely<Schema>,
  repository: string,
  table: 'repository_blob' | 'manifest',
  digests: readonly string[],
): Promise<Map<string, number>> {
  const query = db.selectFrom(table).select(['digest', 'size']).where('repository', '=', repository);
  const rows = await inChunks(digests, async (chunk) => await query.where('digest', 'in', chunk).execute());
  return new Map(rows.map((row) => [row.digest, row.size]));
}

async function writeManifest(db: Kysely<Schema>, input: ManifestInput): Promise<void> {
  const repository = input.repository.name;
  await db
    .insertInto('manifest')
    .values({
      repository,
      digest: input.digest,
      media_type: input.mediaType,
      size: input.size,
      referrer_type: input.referrerType,
      subject: input.subject,
      annotations: input.annotations,
      created_at: input.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const rows = input.parts.map(({ kind, digest }) => ({ repository, manifest: input.digest, digest, kind }));
  for (const chunk of chunksOf(rows)) {
    await db
      .insertInto('manifest_part')
      .values(chunk)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

async function writeTag(db: Kysely<Schema>, input: ManifestInput, tag: string): Promise<boolean> {
  const { now, digest } = input;
  const repository = input.repository.name;
  const current = await db
    .selectFrom('tag')
    .innerJoin('repository', 'repository.name', 'tag.repository')
    .innerJoin('namespace', 'namespace.name', 'repository.namespace')
    .select(['tag.digest', 'namespace.immutable'])
    .where('tag.repository', '=', repository)
    .where('tag.name', '=', tag)
    .executeTakeFirst();
  if (current?.digest === digest) return false;
  if (current?.immutable) throw ashlarError('ASH-TAG-IMMUTABLE', { tag, name: repository });
  await db
    .insertInto('tag')
    .values({ repository, name: tag, digest, created_at: now, updated_at: now })
    .onConflict((conflict) =>
      conflict.columns(['repository', 'name']).doUpdateSet({ digest, updated_at: now }),
    )
    .execute();
  return true;
}

/** `withBlobs` also takes out of the repository the blobs that nothing in it names any more. */
async function removeManifest(
  db: Kysely<Schema>,
  repository: string,
  digest: string,
  withBlobs: boolean,
): Promise<void> {
  if (withBlobs) await removeBlobsOf(db, repository, digest);
  await db
    .deleteFrom('manifest_part')
    .where('repository', '=', repository)
    .where('manifest', '=', digest)
    .execute();
  await db.deleteFrom('manifest').where('repository', '=', repository).where('digest', '=', digest).execute();
}

/**
 * What was promised to somebody after the manifest came is part of another push by now: it is hidden until that push or
 * the collector comes.
 */
async function removeBlobsOf(db: Kysely<Schema>, repository: string, manifest: string): Promise<void> {
  const created = db
    .selectFrom('manifest')
    .select('manifest.created_at')
    .where('manifest.repository', '=', repository)
    .where('manifest.digest', '=', manifest);
  const isOnlyHere = ({ and, eb, not, exists, selectFrom }: ExpressionBuilder<Schema, 'repository_blob'>) => {
    const part = selectFrom('manifest_part as part')
      .select('part.digest')
      .where('part.repository', '=', repository)
      .whereRef('part.digest', '=', 'repository_blob.digest');
    return and([
      eb('repository', '=', repository),
      exists(part.where('part.manifest', '=', manifest)),
      not(exists(part.where('part.manifest', '<>', manifest))),
    ]);
  };
  await db.deleteFrom('repository_blob').where(isOnlyHere).where('leased_at', '<=', created).execute();
  await db.updateTable('repository_blob').set({ hidden: 1 }).where(isOnlyHere).execute();
}

/** A manifest that names hidden blobs is the push that they were kept for. */
async function showParts(db: Kysely<Schema>, { repository, parts }: ManifestInput): Promise<void> {
  for (const digests of chunksOf(digestsOf(parts, 'blob'))) {
    await db
      .updateTable('repository_blob')
      .set({ hidden: 0 })
      .where('repository', '=', repository.name)
      .where('digest', 'in', digests)
      .where('hidden', '=', 1)
      .execute();
  }
}
