export * from './address.ts';
export { moduleSchema } from './model-schema.ts';
export * from './readme.ts';
export * from './version.ts';
