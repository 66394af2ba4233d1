export { collectGarbage } from './collect.ts';
export { scrub } from './scrub.ts';
export { createTasks } from './task.ts';
export type { Task, TaskFigures, TaskKind, Tasks } from './task.ts';
export * from './backup/index.ts';
