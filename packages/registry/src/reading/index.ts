export { createModuleReader } from './module-reader.ts';
export type { Customer, ModuleReader } from './module-reader.ts';
export { moduleDetail } from './module-detail.ts';
export { unpackText } from './packed-text.ts';
export type { Comparison, ModuleContent, ReadModule } from './reader-protocol.ts';
