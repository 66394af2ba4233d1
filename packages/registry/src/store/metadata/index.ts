export type { MetadataStore } from './metadata-store.ts';
export type { HonestVersions, Schema, VersionState, Visibility } from './schema.ts';
export { manifestKey } from './manifest-key.ts';
export type {
  ManifestRow,
  ModelRow,
  ModuleRow,
  NamespaceRow,
  TagRow,
  TokenRow,
  VersionRow,
  VersionStateRow,
} from './query/index.ts';
export type {
  DownloadCount,
  ManifestPart,
  ModelInput,
  Publication,
  RepositoryInput,
} from './command/index.ts';
export type { RowPage, Snapshot } from './snapshot.ts';
export { databaseSuffixes, removeDatabase } from './sqlite/database-files.ts';
export { openSnapshot as openSqliteSnapshot, restoreSqliteMetadata } from './sqlite/snapshot.ts';
export { newestSchema, requireKnownSchema } from './migration/index.ts';
export { openSqliteMetadataStore } from './sqlite/sqlite-metadata-store.ts';
