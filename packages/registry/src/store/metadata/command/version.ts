import type { Kysely } from 'kysely';

import { ashlarError } from '@ashlar/core/error';

import type { Schema, VersionState } from '../schema.ts';
import type { ManifestInput, Publication } from './manifest.ts';
import { deleteModels, writeModel } from './model.ts';

/** Writes the versions of a push, each once and for ever. */
export async function writeVersions(
  db: Kysely<Schema>,
  input: ManifestInput,
  publication: Publication,
): Promise<void> {
  const { language, address } = publication;
  const repository = input.repository.name;
  await db
    .insertInto('module')
    .values({
      repository,
      namespace: input.repository.namespace,
      language,
      address,
      class: publication.class,
      created_at: input.now,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  for (const [i, version] of publication.versions.entries()) {
    await writeVersion(db, input, publication, version);
    const model = publication.models?.[i];
    if (model !== undefined) await writeModel(db, { repository, version }, model);
  }
}

async function writeVersion(
  db: Kysely<Schema>,
  input: ManifestInput,
  publication: Publication,
  version: string,
): Promise<void> {
  const repository = input.repository.name;
  const current = await db
    .selectFrom('version')
    .select(['digest', 'content_digest', 'deleted_at'])
    .where('repository', '=', repository)
    .where('version', '=', version)
    .executeTakeFirst();
  if (!current) return await insertVersion(db, input, publication, version);
  if (current.digest !== input.digest) {
    const params = { address: repository, version, digest: current.digest, pushed: input.digest };
    if (current.deleted_at !== null) throw ashlarError('ASH-VERSION-DELETED', params);
    const equal = current.content_digest === publication.contentDigest;
    throw ashlarError(equal ? 'ASH-VERSION-EQUAL-CONTENT' : 'ASH-VERSION-EXISTS', params);
  }
  if (current.deleted_at === null) return;
  await db
    .updateTable('version')
    .set({ deleted_at: null })
    .where('repository', '=', repository)
    .where('version', '=', version)
    .execute();
}

async function insertVersion(
  db: Kysely<Schema>,
  input: ManifestInput,
  publication: Publication,
  version: string,
): Promise<void> {
  await db
    .insertInto('version')
    .values({
      repository: input.repository.name,
      version,
      digest: input.digest,
      content_digest: publication.contentDigest,
      archive_digest: publication.archive?.digest ?? null,
      archive_size: publication.archive?.size ?? null,
      description: publication.description,
      documentation: publication.documentation,
      readme: publication.readme,
      state: 'admitted',
      published_at: input.now,
      published_by: publication.publishedBy,
    })
    .execute();
}

/** Marks versions as deleted: all of a digest, or one of them. The rows stay, so that their digests stay taken. */
export async function tombstoneVersions(
  db: Kysely<Schema>,
  input: {
    readonly now: number;
    readonly repository: string;
    readonly digest: string;
    readonly version?: string;
  },
): Promise<void> {
  await deleteModels(db, input);
  let query = db
    .updateTable('version')
    .set({ deleted_at: input.now })
    .where('repository', '=', input.repository)
    .where('digest', '=', input.digest)
    .where('deleted_at', 'is', null);
  if (input.version !== undefined) query = query.where('version', '=', input.version);
  await query.execute();
}

export interface StateInput {
  readonly repository: string;
  readonly version: string;
  /** `reinstate` goes back to the state before a revocation, or from deprecated to admitted. */
  readonly to: 'deprecated' | 'revoked' | 'reinstated';
  readonly reason?: string;
  readonly link?: string;
  readonly replacement?: string;
  /** Milliseconds. */
  readonly sunsetAt?: number;
}

interface StateColumns {
  state: VersionState;
  reason: string | null;
  link: string | null;
  replacement: string | null;
  sunset_at: number | null;
}

const admitted: StateColumns = {
  state: 'admitted',
  reason: null,
  link: null,
  replacement: null,
  sunset_at: null,
};

/**
 * Changes the state of a version: admitted ⇄ deprecated, both → revoked → the state before. Setting the state that it
 * has updates its reason and the rest.
 * @throws ASH-VERSION-UNKNOWN ASH-STATE-TRANSITION
 */
export async function setState(db: Kysely<Schema>, input: StateInput): Promise<void> {
  const { repository, version } = input;
  const current = await db
    .selectFrom('version')
    .select(['state', 'reason', 'link', 'replacement', 'sunset_at', 'previous'])
    .where('repository', '=', repository)
    .where('version', '=', version)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (!current) throw ashlarError('ASH-VERSION-UNKNOWN', { address: repository, version });
  const { previous, ...columns } = current;
  const next = nextState(columns, previous, input);
  if (!next) {
    throw ashlarError('ASH-STATE-TRANSITION', {
      address: repository,
      version,
      from: current.state,
      to: input.to,
    });
  }
  await db
    .updateTable('version')
    .set(next)
    .where('repository', '=', repository)
    .where('version', '=', version)
    .execute();
}

function nextState(
  current: StateColumns,
  previous: string | null,
  input: StateInput,
): (StateColumns & { previous: string | null }) | undefined {
  const given = {
    reason: input.reason ?? null,
    link: input.link ?? null,
    replacement: input.replacement ?? null,
    sunset_at: input.sunsetAt ?? null,
  };
  switch (input.to) {
    case 'deprecated':
      return current.state === 'revoked' ? undefined : { state: 'deprecated', ...given, previous: null };
    case 'revoked':
      return {
        state: 'revoked',
        ...given,
        previous: current.state === 'revoked' ? previous : JSON.stringify(current),
      };
    case 'reinstated': {
      if (current.state === 'admitted') return undefined;
      const before = previous === null ? admitted : (JSON.parse(previous) as StateColumns);
      return { ...(current.state === 'revoked' ? before : admitted), previous: null };
    }
  }
}
