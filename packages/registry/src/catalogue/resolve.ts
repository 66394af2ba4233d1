import { ashlarError, type ModuleAddress, type Repository, tagToVersion } from '@ashlar/core';

import type { Registry } from '../registry.ts';
import type { ManifestRow, VersionRow } from '../store/metadata/index.ts';
import { stateSentence } from './state.ts';

export interface ResolvedManifest {
  readonly row: Omit<ManifestRow, 'annotations'>;
  /** What the user should know about a version that can still be used. */
  readonly warning: string | undefined;
}

/**
 * Finds a manifest by tag or digest, for a caller that may read the repository.
 * @throws ASH-MANIFEST-UNKNOWN ASH-VERSION-REVOKED
 */
export async function resolveManifest(
  { metadata }: Registry,
  repository: Repository,
  reference: string,
): Promise<ResolvedManifest> {
  const isDigest = reference.includes(':');
  const digest = isDigest
    ? reference
    : await metadata.query.findTag({ repository: repository.name, tag: reference });
  const row = digest && (await metadata.query.findManifest({ repository: repository.name, digest }));
  if (!row) throw ashlarError('ASH-MANIFEST-UNKNOWN', { name: repository.name, reference });
  if (repository.kind === 'plain') return { row, warning: undefined };

  const asked = await versionsAsked(metadata.query, repository.name, row.digest, isDigest ? '' : reference);
  // Several versions can share one digest; by digest it is served while one of them may be used.
  const best =
    asked.find(({ state }) => state === 'admitted') ??
    asked.find(({ state }) => state === 'deprecated') ??
    asked[0];
  if (!best || best.state === 'admitted') return { row, warning: undefined };
  const sentence = stateSentence(best, await metadata.query.listVersionStates(repository.name))!;
  if (best.state === 'revoked') throw ashlarError('ASH-VERSION-REVOKED', { sentence });
  return { row, warning: sentence };
}

/** The version that a tag stands for; all versions of the digest when it is none. */
async function versionsAsked(
  query: Registry['metadata']['query'],
  repository: string,
  digest: string,
  tag: string,
): Promise<VersionRow[]> {
  const version = tagToVersion(tag);
  if (version === undefined) return await query.findVersionsByDigest({ repository, digest });
  // By its key: thousands of versions may share the digest.
  const found = await query.findVersion({ repository, version });
  return found?.digest === digest ? [found] : [];
}

/**
 * Finds a version that can be used, for a caller that may read the module.
 * @throws ASH-VERSION-UNKNOWN ASH-VERSION-REVOKED
 */
export async function resolveVersion(
  { metadata }: Registry,
  address: ModuleAddress,
  version: string,
): Promise<VersionRow> {
  const { repository } = address;
  const row = await metadata.query.findVersion({ repository, version });
  if (!row) throw ashlarError('ASH-VERSION-UNKNOWN', { address: repository, version });
  if (row.state !== 'revoked') return row;
  const sentence = stateSentence(row, await metadata.query.listVersionStates(repository))!;
  throw ashlarError('ASH-VERSION-REVOKED', { sentence });
}

/**
 * Finds a blob of a repository, for a caller that may read it, and returns its bytes.
 * @throws ASH-BLOB-UNKNOWN ASH-VERSION-REVOKED when it belongs to revoked versions only
 */
export async function resolveBlob(
  { metadata }: Registry,
  repository: Repository,
  digest: string,
): Promise<number> {
  const blob = await metadata.query.findBlob({ repository: repository.name, digest });
  if (!blob) throw ashlarError('ASH-BLOB-UNKNOWN', { digest });
  if (blob.revoked === null) return blob.size;
  const rows = await metadata.query.listVersionStates(repository.name);
  const row = rows.find(({ version }) => version === blob.revoked)!;
  throw ashlarError('ASH-VERSION-REVOKED', { sentence: stateSentence(row, rows)! });
}
