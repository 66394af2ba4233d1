import type { Bump, Honesty } from '@ashlar/core';
import type { Generated } from 'kysely';

/**
 * Tables of the metadata store. Portable between SQLite and PostgreSQL: text ids, integer milliseconds, booleans as
 * 0 or 1, JSON as text.
 */
export interface Schema {
  namespace: NamespaceTable;
  repository: RepositoryTable;
  repository_blob: RepositoryBlobTable;
  manifest: ManifestTable;
  manifest_part: ManifestPartTable;
  tag: TagTable;
  module: ModuleTable;
  version: VersionTable;
  version_model: VersionModelTable;
  download: DownloadTable;
  token: TokenTable;
  used_code: UsedCodeTable;
  secret: SecretTable;
  position: PositionTable;
}

export type Visibility = 'public' | 'private';
export type Flag = 0 | 1;
export type HonestVersions = 'off' | 'required';
export type VersionState = 'admitted' | 'deprecated' | 'revoked';

interface NamespaceTable {
  name: string;
  visibility: Visibility;
  /** Tags of plain repositories never move. */
  immutable: Flag;
  created_at: number;
  /** Whether a version is refused whose number promises more than its content keeps. */
  honest_versions: Generated<HonestVersions>;
}

interface RepositoryTable {
  name: string;
  namespace: string;
  kind: 'module' | 'plain';
  created_at: number;
}

/** Which repository may show which blob: written by an upload or a permitted mount, never by a manifest. */
interface RepositoryBlobTable {
  repository: string;
  digest: string;
  size: number;
  created_at: number;
  /** When a client was last told that the blob is here: until some time after that it may push what names it. */
  leased_at: number;
  /** Its version was deleted, but another push was promised it: nobody reads it, a manifest that names it shows it. */
  hidden: Flag;
}

interface ManifestTable {
  repository: string;
  digest: string;
  media_type: string;
  size: number;
  /** What a referrers listing shows as `artifactType`. */
  referrer_type: string | null;
  subject: string | null;
  /** JSON object of strings. */
  annotations: string;
  created_at: number;
}

/** What a manifest names: its config and layers (`blob`) or the manifests of an index (`manifest`). */
interface ManifestPartTable {
  repository: string;
  manifest: string;
  digest: string;
  kind: 'blob' | 'manifest';
}

interface TagTable {
  repository: string;
  name: string;
  digest: string;
  created_at: number;
  updated_at: number;
}

interface ModuleTable {
  repository: string;
  namespace: string;
  language: 'bicep' | 'terraform';
  /** The address as its owner spells it; differs from `repository` in case only. */
  address: string;
  class: 'resource' | 'pattern' | 'utility' | null;
  created_at: number;
}

/** Rows are never deleted and their digests never change; triggers see to it. */
interface VersionTable {
  repository: string;
  version: string;
  digest: string;
  content_digest: string;
  /** Terraform: the zip that clients download. */
  archive_digest: string | null;
  archive_size: number | null;
  description: string;
  documentation: string | null;
  readme: string | null;
  state: VersionState;
  reason: string | null;
  link: string | null;
  replacement: string | null;
  /** From when on a deprecated version should not be used any more. */
  sunset_at: number | null;
  /** JSON of the state columns before a revocation, for `reinstate`. */
  previous: string | null;
  published_at: number;
  published_by: string;
  /** Set when deleted: the row stays as a tombstone. */
  deleted_at: number | null;
}

/** What was read of a version that is not deleted. One from before this table has no row until somebody asks. */
interface VersionModelTable {
  repository: string;
  version: string;
  /** The version that it was compared with; null for the first one. */
  before: string | null;
  verdict: Bump | null;
  /** The bump that the number declares. */
  declared: Bump | null;
  honest: Honesty | null;
  /** JSON of the model, packed as in `reading/packed-text.ts`; null for what cannot be read. */
  model: string | null;
  /** JSON object of the READMEs of submodules and examples, packed. */
  readmes: string | null;
  /** JSON array of the changes since `before`, packed; null without them, and where they are too many to keep. */
  changes: string | null;
}

interface DownloadTable {
  repository: string;
  version: string;
  /** Day as `2026-08-21`. */
  day: string;
  count: number;
}

interface TokenTable {
  id: string;
  /** SHA-256 of the token, hexadecimal. */
  hash: string;
  name: string;
  /** JSON array of scopes such as `publish:contoso`. */
  scopes: string;
  parent: string | null;
  created_at: number;
  expires_at: number | null;
  revoked_at: number | null;
  last_used_at: number | null;
}

/** Authorisation codes that were redeemed; kept until they expire. */
interface UsedCodeTable {
  id: string;
  expires_at: number;
}

interface SecretTable {
  name: string;
  /** Base64url. */
  value: string;
}

/** One row: the last batch of commands that a database and its mirror have in common. */
interface PositionTable {
  id: 1;
  /** ULID; empty before the first batch. */
  batch: string;
  /** How many batches there were. */
  number: number;
}
