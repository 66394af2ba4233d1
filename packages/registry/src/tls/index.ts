export { loadTlsFiles } from './files.ts';
export type { TlsFiles, TlsFilesOptions } from './files.ts';
export { ensureLocalCa } from './local-ca.ts';
export type { LocalCa, LocalCaOptions } from './local-ca.ts';
