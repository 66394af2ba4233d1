export type { MetadataStore } from './metadata-store.ts';
export type { Schema, VersionState, Visibility } from './schema.ts';
export type { ManifestRow, NamespaceRow, TokenRow, VersionRow, ModuleRow } from './query/index.ts';
export { openSqliteMetadataStore } from './sqlite/sqlite-metadata-store.ts';
