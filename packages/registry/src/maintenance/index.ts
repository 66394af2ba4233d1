export { collectGarbage } from './collect.ts';
export { migrateStore } from './migrate-store.ts';
export type { Migrated, Stores } from './migrate-store.ts';
export { scrub } from './scrub.ts';
export { createTasks } from './task.ts';
export type { Task, TaskFigures, TaskKind, Tasks } from './task.ts';
export * from './backup/index.ts';
