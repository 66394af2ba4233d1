export { isTooDeep } from './depth.ts';
export * from './entries.ts';
export * from './field.ts';
