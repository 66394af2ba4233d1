export * from './module-content.ts';
export * from './summary.ts';
