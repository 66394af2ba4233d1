export * from './artifact.ts';
export * from './template.ts';
