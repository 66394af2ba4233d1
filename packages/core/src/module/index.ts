export * from './address.ts';
export { moduleSchema } from './model-schema.ts';
export type * from './model.ts';
export * from './read.ts';
export * from './readme.ts';
export { typeText } from './type-text.ts';
export type { Constraints, Default, Literal, Property, Type } from './type.ts';
export * from './version.ts';
