export { listSnapshots } from './read.ts';
export { checkBackup, restore } from './restore.ts';
export type { Restored, RestoreOptions } from './restore.ts';
export { backup } from './write.ts';
